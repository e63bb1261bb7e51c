//! How far an order has come: where its pieces are, what is known of its money, and what holds it.
//!
//! Guarantees: the pieces of a line add up to what was ordered, whatever happens to them; what a reservation or a fulfilment has of a
//! line is part of the line's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{FulfilmentId, LineId, LocationId, PaymentId, Pieces, Reason, ReservationId, Timestamp};

use super::ledger::PaymentLedger;
use super::quantities::LineQuantities;
use super::values::{HoldKind, Line, LineChange, PieceState, ScreeningOutcome};

/// How far an order has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// None until the order is placed.
    pub lines: BTreeMap<LineId, LineQuantities>,
    /// What holds the order, earliest first.
    pub holds: Vec<HoldKind>,
    /// In the order in which they were heard of.
    pub reservations: Vec<ReservationProgress>,
    /// In the order in which they were heard of.
    pub fulfilments: Vec<FulfilmentProgress>,
    /// In the order in which they were heard of.
    pub payments: Vec<PaymentLedger>,
    /// The last one.
    pub screening: Option<Screening>,
    /// How many there are.
    pub notes: u32,
    /// The last one, by which a repeat is told.
    pub last_note: Option<Note>,
}

/// What an order knows of a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationProgress {
    pub reservation: ReservationId,
    pub state: ReservationState,
    /// Where it was granted; `None` where it was not.
    pub location: Option<LocationId>,
    /// The pieces that it holds and no fulfilment has.
    pub held: BTreeMap<LineId, LineQuantities>,
}

/// What has become of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReservationState {
    Reserved,
    Failed,
    Expired,
    Released,
}

/// What an order knows of a fulfilment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentProgress {
    pub fulfilment: FulfilmentId,
    pub state: FulfilmentState,
    /// The one that it sends from; `None` where it was not planned.
    pub reservation: Option<ReservationId>,
    /// `None` where it was not planned.
    pub location: Option<LocationId>,
    /// Whether its goods have left, whatever came of it.
    pub is_dispatched: bool,
    /// The pieces that it has to send, or has sent.
    pub held: BTreeMap<LineId, LineQuantities>,
}

/// What has become of a fulfilment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FulfilmentState {
    Planned,
    Dispatched,
    Delivered,
    Lost,
    Cancelled,
}

/// What a screening for fraud came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screening {
    pub outcome: ScreeningOutcome,
    pub score: u32,
    pub reasons: Vec<Reason>,
}

/// A note with its moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub note: Reason,
    pub at: Timestamp,
}

/// Whose pieces a change moves, apart from the line's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Holders {
    /// `None` stands for all of them, the first before the others.
    pub reservation: Option<ReservationId>,
    pub fulfilment: Option<FulfilmentId>,
}

impl Progress {
    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The progress of an order that was placed with these lines.
    #[must_use]
    pub fn placed(self, lines: &[Line]) -> Self {
        let lines = lines.iter().map(|line| (line.id, LineQuantities::all_open(line.quantity))).collect();
        Self { lines, ..self }
    }

    /// The progress of an order that will not go on: what was open will not be sent, and nothing holds it.
    #[must_use]
    pub fn ended(mut self) -> Self {
        for line in self.lines.values_mut() {
            let open = std::mem::take(&mut line.open);
            line.cancelled = line.cancelled.checked_add(open).expect("both are of one line");
        }
        self.holds.clear();
        self
    }

    /// What is known of a reservation.
    pub fn reservation(&self, id: ReservationId) -> Option<&ReservationProgress> {
        self.reservations.iter().find(|known| known.reservation == id)
    }

    /// What is known of a fulfilment.
    pub fn fulfilment(&self, id: FulfilmentId) -> Option<&FulfilmentProgress> {
        self.fulfilments.iter().find(|known| known.fulfilment == id)
    }

    /// What is known of a payment.
    pub fn payment(&self, id: PaymentId) -> Option<&PaymentLedger> {
        self.payments.iter().find(|known| known.payment == id)
    }

    /// Whether pieces have left, whatever came of them.
    pub fn has_shipped(&self) -> bool {
        let has_left = |line: &LineQuantities| !line.shipped.is_zero() || !line.delivered.is_zero();
        self.lines.values().any(has_left)
    }

    pub(super) fn reservation_entry(&mut self, id: ReservationId, state: ReservationState) -> &mut ReservationProgress {
        let known = self.reservations.iter().position(|known| known.reservation == id);
        let index = known.unwrap_or_else(|| {
            let held = BTreeMap::new();
            self.reservations.push(ReservationProgress { reservation: id, state, location: None, held });
            self.reservations.len() - 1
        });
        &mut self.reservations[index]
    }

    pub(super) fn fulfilment_entry(&mut self, id: FulfilmentId, state: FulfilmentState) -> &mut FulfilmentProgress {
        let known = self.fulfilments.iter().position(|known| known.fulfilment == id);
        let index = known.unwrap_or_else(|| {
            self.fulfilments.push(FulfilmentProgress {
                fulfilment: id,
                state,
                reservation: None,
                location: None,
                is_dispatched: false,
                held: BTreeMap::new(),
            });
            self.fulfilments.len() - 1
        });
        &mut self.fulfilments[index]
    }

    pub(super) fn payment_entry(&mut self, id: PaymentId) -> &mut PaymentLedger {
        let known = self.payments.iter().position(|known| known.payment == id);
        let index = known.unwrap_or_else(|| {
            self.payments.push(PaymentLedger::new(id));
            self.payments.len() - 1
        });
        &mut self.payments[index]
    }

    /// The pieces of a line in a state, as far as the holders have them.
    pub(super) fn available(&self, line: LineId, state: PieceState, holders: Holders) -> Pieces {
        let of = |held: &BTreeMap<LineId, LineQuantities>| held.get(&line).map_or(Pieces::ZERO, |held| held.get(state));
        match (state, holders) {
            (PieceState::Reserved | PieceState::Backordered, Holders { reservation: Some(id), .. }) => {
                self.reservation(id).map_or(Pieces::ZERO, |known| of(&known.held))
            }
            (PieceState::InFulfilment | PieceState::Shipped | PieceState::Delivered, _) => {
                let known = holders.fulfilment.and_then(|id| self.fulfilment(id));
                known.map_or(Pieces::ZERO, |known| of(&known.held))
            }
            (PieceState::Open | PieceState::Cancelled | PieceState::Reserved | PieceState::Backordered, _) => {
                of(&self.lines)
            }
        }
    }

    /// Moves pieces. `None` where there are not so many, or where whoever gets them is not known.
    #[must_use]
    pub(super) fn apply(&mut self, change: &LineChange, holders: Holders) -> Option<()> {
        let pieces = Pieces::from(change.quantity);
        let line = self.lines.get_mut(&change.line_id)?;
        line.take(change.from, pieces)?;
        line.add(change.to, pieces)?;
        self.take_held(change, pieces, holders)?;
        self.add_held(change, pieces, holders)
    }

    fn take_held(&mut self, change: &LineChange, pieces: Pieces, holders: Holders) -> Option<()> {
        match change.from {
            PieceState::Open | PieceState::Cancelled => Some(()),
            PieceState::Reserved | PieceState::Backordered => {
                let is_own = |known: &ReservationProgress| {
                    holders.reservation.is_none_or(|reservation| reservation == known.reservation)
                };
                // What has left may be another reservation's, where the fulfilment's own has expired.
                let others = change.to == PieceState::Shipped;
                let (own, others): (Vec<_>, Vec<_>) = self
                    .reservations
                    .iter_mut()
                    .filter(|known| others || is_own(known))
                    .partition(|known| is_own(known));
                let mut missing = pieces;
                for known in own.into_iter().chain(others) {
                    let held = known.held.get(&change.line_id).copied().unwrap_or_default();
                    let part = missing.min(held.get(change.from));
                    take(&mut known.held, change, part)?;
                    missing = missing.saturating_sub(part);
                }
                missing.is_zero().then_some(())
            }
            PieceState::InFulfilment | PieceState::Shipped | PieceState::Delivered => {
                let id = holders.fulfilment?;
                let known = self.fulfilments.iter_mut().find(|known| known.fulfilment == id)?;
                take(&mut known.held, change, pieces)
            }
        }
    }

    fn add_held(&mut self, change: &LineChange, pieces: Pieces, holders: Holders) -> Option<()> {
        let held = match change.to {
            PieceState::Open | PieceState::Cancelled => return Some(()),
            PieceState::Reserved | PieceState::Backordered => {
                let id = holders.reservation?;
                &mut self.reservations.iter_mut().find(|known| known.reservation == id)?.held
            }
            PieceState::InFulfilment | PieceState::Shipped | PieceState::Delivered => {
                let id = holders.fulfilment?;
                &mut self.fulfilments.iter_mut().find(|known| known.fulfilment == id)?.held
            }
        };
        held.entry(change.line_id).or_default().add(change.to, pieces)
    }
}

/// Takes pieces of what is held. A line of which nothing is held any more has no entry.
fn take(held: &mut BTreeMap<LineId, LineQuantities>, change: &LineChange, pieces: Pieces) -> Option<()> {
    if pieces.is_zero() {
        return Some(());
    }
    let line = held.get_mut(&change.line_id)?;
    line.take(change.from, pieces)?;
    if line.sum().is_zero() {
        held.remove(&change.line_id);
    }
    Some(())
}
