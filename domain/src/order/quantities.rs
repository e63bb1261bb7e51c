//! How many pieces of a line are in which state.

use serde::{Deserialize, Serialize};

use crate::{Pieces, Quantity};

use super::values::PieceState;

/// How many pieces of a line are in which state. Those of a whole line add up to what was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LineQuantities {
    #[serde(skip_serializing_if = "is_none")]
    pub open: Pieces,
    #[serde(skip_serializing_if = "is_none")]
    pub reserved: Pieces,
    #[serde(skip_serializing_if = "is_none")]
    pub backordered: Pieces,
    #[serde(skip_serializing_if = "is_none")]
    pub in_fulfilment: Pieces,
    #[serde(skip_serializing_if = "is_none")]
    pub shipped: Pieces,
    #[serde(skip_serializing_if = "is_none")]
    pub delivered: Pieces,
    #[serde(skip_serializing_if = "is_none")]
    pub cancelled: Pieces,
}

impl LineQuantities {
    /// A line for which nothing has been done.
    pub fn all_open(ordered: Quantity) -> Self {
        Self { open: ordered.into(), ..Self::default() }
    }

    /// The pieces in a state.
    pub const fn get(&self, state: PieceState) -> Pieces {
        match state {
            PieceState::Open => self.open,
            PieceState::Reserved => self.reserved,
            PieceState::Backordered => self.backordered,
            PieceState::InFulfilment => self.in_fulfilment,
            PieceState::Shipped => self.shipped,
            PieceState::Delivered => self.delivered,
            PieceState::Cancelled => self.cancelled,
        }
    }

    /// Adds pieces to a state. `None` where they would be too many.
    #[must_use]
    pub fn add(&mut self, state: PieceState, pieces: Pieces) -> Option<()> {
        *self.of(state) = self.get(state).checked_add(pieces)?;
        Some(())
    }

    /// Takes pieces from a state. `None` where there are not so many.
    #[must_use]
    pub fn take(&mut self, state: PieceState, pieces: Pieces) -> Option<()> {
        *self.of(state) = self.get(state).checked_sub(pieces)?;
        Some(())
    }

    /// The pieces in all states together.
    pub fn sum(&self) -> Pieces {
        self.sum_of(&PieceState::ALL)
    }

    /// The pieces in some states together.
    pub fn sum_of(&self, states: &[PieceState]) -> Pieces {
        let sum = states.iter().map(|state| self.get(*state).get()).sum();
        Pieces::try_new(sum).unwrap_or(Pieces::MAX)
    }

    const fn of(&mut self, state: PieceState) -> &mut Pieces {
        match state {
            PieceState::Open => &mut self.open,
            PieceState::Reserved => &mut self.reserved,
            PieceState::Backordered => &mut self.backordered,
            PieceState::InFulfilment => &mut self.in_fulfilment,
            PieceState::Shipped => &mut self.shipped,
            PieceState::Delivered => &mut self.delivered,
            PieceState::Cancelled => &mut self.cancelled,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_none(pieces: &Pieces) -> bool {
    pieces.is_zero()
}
