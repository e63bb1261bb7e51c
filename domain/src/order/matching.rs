//! Which lines pieces of a SKU belong to: whoever keeps stock or sends it knows no lines.
//!
//! Guarantees: the first lines get pieces first, so that the same facts give the same changes.

use crate::{Pieces, Quantity, Sku};

use super::progress::{Holders, Progress};
use super::values::{Line, LineChange, PieceState};

/// Changes of lines as they are found, with what the order comes to by them.
pub(super) struct Matching<'a> {
    lines: &'a [Line],
    holders: Holders,
    pub(super) progress: Progress,
    pub(super) changes: Vec<LineChange>,
}

impl<'a> Matching<'a> {
    /// Whoever holds pieces must be known to the progress.
    pub(super) const fn new(lines: &'a [Line], progress: Progress, holders: Holders) -> Self {
        Self { lines, holders, progress, changes: Vec::new() }
    }

    /// Moves pieces of a SKU; how many there are not.
    pub(super) fn sku(&mut self, sku: &Sku, pieces: Pieces, from: PieceState, to: PieceState) -> Pieces {
        let lines = self.lines.iter().filter(|line| line.sku == *sku);
        lines.fold(pieces, |missing, line| self.line(line, missing, from, to))
    }

    /// The same, whichever reservation holds the pieces.
    pub(super) fn sku_of_any_reservation(
        &mut self,
        sku: &Sku,
        pieces: Pieces,
        from: PieceState,
        to: PieceState,
    ) -> Pieces {
        let own = self.holders.reservation.take();
        let missing = self.sku(sku, pieces, from, to);
        self.holders.reservation = own;
        missing
    }

    /// Moves pieces of a line; how many there are not.
    pub(super) fn line(&mut self, line: &Line, pieces: Pieces, from: PieceState, to: PieceState) -> Pieces {
        let part = pieces.min(self.progress.available(line.id, from, self.holders));
        // Nothing to move is no quantity.
        let quantity = u32::try_from(part.get()).ok().and_then(|part| Quantity::try_new(part).ok());
        let Some(quantity) = quantity else { return pieces };
        let change = LineChange { line_id: line.id, sku: line.sku.clone(), quantity, from, to };
        self.progress.apply(&change, self.holders).expect("the pieces are there, and whoever gets them is known");
        self.changes.push(change);
        pieces.saturating_sub(part)
    }

    /// Moves all that there is in a state, of every line.
    pub(super) fn all(&mut self, from: PieceState, to: PieceState) {
        for line in self.lines {
            self.line(line, Pieces::MAX, from, to);
        }
    }
}
