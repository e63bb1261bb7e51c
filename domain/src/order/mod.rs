//! The order aggregate: from a draft through placement to its end, or imported from another system.
//!
//! Guarantees: what [`Order::decide`](crate::Decider::decide) accepts folds, and deciding the same command again yields
//! nothing. Requests in a terminal state are refused.

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod rejection;
mod state;

#[cfg(test)]
mod properties;

pub use command::OrderCommand;
pub use decisions::{
    AddLine, CancelOrder, ChangeLineQuantity, CreateDraft, EraseSubject, ImportLine, ImportOrder, PlaceOrder,
    RemoveLine, SetAddress,
};
pub use event::*;
pub use rejection::OrderRejection;
pub use state::{Cancelled, Draft, Imported, Order, OrderState, Placed};

/// Most lines of one order.
pub const LINES_MAX: usize = 2_000;
