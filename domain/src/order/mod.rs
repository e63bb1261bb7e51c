//! The order aggregate: from a draft through placement to its end, or imported from another system.
//!
//! Guarantees: what [`Order::decide`](crate::Decider::decide) accepts folds, and deciding the same command again yields
//! nothing. Requests in a terminal state are refused, except notes and erasure. Facts ([`RecordFact`]) are never refused: what
//! contradicts the order is recorded and followed by [`ExceptionRaised`].

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod facts;
mod ledger;
mod matching;
mod possible;
mod progress;
mod quantities;
mod record;
mod rejection;
mod shapes;
mod state;
mod status;
mod values;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use event::*;
pub use facts::OrderFact;
pub use ledger::{PaymentLedger, PaymentState};
pub use possible::{Outline, Stage};
pub use progress::{
    FulfilmentProgress, FulfilmentState, Note, Progress, ReservationProgress, ReservationState, Screening,
};
pub use quantities::LineQuantities;
pub use rejection::{OrderRejection, code};
pub use state::{Cancelled, Completed, Confirmed, Draft, Expired, Imported, Order, OrderState, Placed, Rejected};
pub use status::{FulfilmentStatus, PaymentStatus, PaymentSums, worth};
pub use values::*;

/// What there is not enough of, as inventory tells it.
pub use crate::reservation::Shortage;

/// Most lines of one order.
pub const LINES_MAX: usize = 2_000;
/// Most notes of one order.
pub const NOTES_MAX: u32 = 200;
