//! Why a shipment refuses a command.

use crate::Unfoldable;
use crate::refusal::{Code, Rejection};

/// Why a shipment refuses a command. No event results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShipmentRejection {
    /// There is no such shipment.
    #[error("there is no such shipment")]
    NotFound,
    /// What is to be done cannot be, in this state.
    #[error("a shipment that is {state} cannot be {done}")]
    NotAllowed { state: &'static str, done: &'static str },
    /// The stream is damaged.
    #[error("the history of the shipment is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of shipments are told under.
pub mod code {
    crate::codes! {
        /// Not yours, or none.
        SHIPMENT_NOT_FOUND = "shipment_not_found", NotFound, "There is no such shipment";
        /// Not in this state.
        SHIPMENT_STATE_CONFLICT = "shipment_state_conflict", Conflict, "The state of the shipment does not allow this";
        /// The history does not fold.
        SHIPMENT_STREAM_DAMAGED = "shipment_stream_damaged", Internal, "The history of the shipment is damaged";
    }
}

impl Rejection for ShipmentRejection {
    fn code(&self) -> Code {
        match self {
            Self::NotFound => code::SHIPMENT_NOT_FOUND,
            Self::NotAllowed { .. } => code::SHIPMENT_STATE_CONFLICT,
            Self::Damaged(_) => code::SHIPMENT_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}
