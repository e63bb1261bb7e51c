//! The order aggregate: from a draft through placement to its end, or imported from another system.
//!
//! Guarantees: what [`Order::decide`](crate::Decider::decide) accepts folds, and deciding the same command again yields
//! nothing. Requests in a terminal state are refused.

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod possible;
mod rejection;
mod state;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use event::*;
pub use possible::{Outline, Stage};
pub use rejection::{OrderRejection, code};
pub use state::{Cancelled, Draft, Imported, Order, OrderState, Placed};

/// Most lines of one order.
pub const LINES_MAX: usize = 2_000;
