//! The saga of an order: what it has learned of its stock, screening, payment and fulfilment, and what it has asked for.
//!
//! Guarantees: every answer leads to at most one event about it, however often it comes, and to the requests that follow from it in
//! the same decision. Whatever was asked for and is not known to have been refused is undone when the order is not to be fulfilled any
//! more, in this order: fulfilment, payment, stock; a success that comes later is undone too. A request without an answer is asked
//! again, under growing pauses; after some of them people are told by a task. A saga keeps the version of the flow that it began with.
//!
//! Does not: send requests (the relay does, see [`requests`]), change the order (see [`order_commands`]) or read a clock.

mod answer;
mod asked;
mod asking_events;
mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod flow;
mod known;
mod order_commands;
mod policy;
mod rejection;
pub mod requests;
mod routing;
mod screening;
mod state;
mod task;

#[cfg(test)]
mod properties;

pub use answer::{Answer, AnswerKind, Part};
pub use asked::Asked;
pub use decisions::*;
pub use event::*;
pub use flow::{Due, OutlinedStage, Place, StageName, Way, deadlines, outline, outline_of};
pub use known::{KnownSaga, UnknownSaga};
pub use order_commands::order_commands;
pub use policy::{CaptureMoment, PaymentTerms, Routing, SagaPolicy, ScreeningPolicy};
pub use rejection::{OrderSagaRejection, code};
pub use routing::{Candidate, Considered, LeftOut, LocationFacts, Reach, RoutedShare};
pub use screening::{Screening, ScreeningReason, Signals};
pub use state::{
    Ask, Destination, FulfilmentPart, FulfilmentStatus, Goal, OrderSaga, OrderSagaState, PaymentPart, PaymentStatus,
    Rearrangement, ReservationPart, ReservationStatus, Route, Saga, Share, StockWait,
};
pub use task::{Task, TaskDecision, TaskKind};

/// What the screening of an order says, as the order records it.
pub use crate::order::ScreeningOutcome;
/// What an order has of a SKU, as a saga asks for it.
pub use crate::reservation::RequestedLine;

/// The flow that new sagas begin with.
pub const FLOW_VERSION: u32 = 1;
