//! The order that a fact is recorded in.

use crate::order::matching::Matching;
use crate::order::progress::Holders;
use crate::order::{ExceptionKind, ExceptionRaised, OrderEvent, OrderState, PieceState, Progress, SkuPieces};
use crate::{Currency, Pieces, Quantity, Reason, Sku, Timestamp};

/// An order that a fact is recorded in.
#[derive(Clone, Copy)]
pub(super) struct Recording<'a> {
    pub(super) state: &'a OrderState,
    pub(super) progress: &'a Progress,
    pub(super) currency: Currency,
    pub(super) at: Timestamp,
}

impl<'a> Recording<'a> {
    /// Finds lines for the pieces of holders, from a progress that knows them.
    pub(super) fn matching(&self, progress: Progress, holders: Holders) -> Matching<'a> {
        Matching::new(self.state.lines(), progress, holders)
    }

    /// The state of pieces that nobody has any more: open again, unless the order does not go on.
    pub(super) const fn given_back(&self) -> PieceState {
        if self.state.is_open() { PieceState::Open } else { PieceState::Cancelled }
    }

    pub(super) fn exception(&self, kind: ExceptionKind, detail: &str) -> OrderEvent {
        let detail = Reason::recorded(detail).expect("the engine's details are short and printable");
        OrderEvent::ExceptionRaised(ExceptionRaised { kind, detail, at: self.at })
    }

    /// An exception because of the state that the order is in.
    pub(super) fn exception_of_state(&self, kind: ExceptionKind, what: &str) -> OrderEvent {
        self.exception(kind, &format!("{what} while the order is {}", self.state.name()))
    }
}

/// Pieces of a SKU for which there is no line; `None` where there are none.
pub(super) fn unmatched(sku: &Sku, pieces: Pieces, backordered: Pieces) -> Option<SkuPieces> {
    let quantity = u32::try_from(pieces.get()).ok().and_then(|pieces| Quantity::try_new(pieces).ok())?;
    Some(SkuPieces { sku: sku.clone(), quantity, backordered })
}

/// How many pieces of some SKUs there are no lines for, in words.
pub(super) fn beyond(unmatched: &[SkuPieces]) -> String {
    let pieces: u64 = unmatched.iter().map(|pieces| u64::from(pieces.quantity.get())).sum();
    format!("{pieces} pieces of {} SKUs", unmatched.len())
}
