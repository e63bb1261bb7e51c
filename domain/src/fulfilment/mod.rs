//! A fulfilment: what one location has to pack and send of an order, and how far it has come.
//!
//! Guarantees: every request of another participant is answered by exactly one event, which has the request's id and the order's; a
//! request that was answered before leads to no event, however often it comes. What the state does not allow is answered too, by
//! [`RequestRefused`]. A cancellation that comes before its request refuses it. Nothing is shipped unless it was released, which says
//! that it is paid and nothing holds it, and was not held again since; but what a carrier took all the same is recorded as shipped. What the
//! location's staff report leads to one event, once.
//!
//! Does not: read a clock, move stock, or know why an order is held. Whoever asks does.

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod rejection;
pub mod requests;
mod state;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use event::*;
pub use rejection::{FulfilmentRejection, code};
pub use state::{Fulfilment, FulfilmentLine, FulfilmentState, Inbox, Job, Shipment};

/// Most lines of one fulfilment, as of an order.
pub const LINES_MAX: usize = 2_000;
/// Most requests that a fulfilment answers.
pub const REQUESTS_MAX: usize = 10_000;
