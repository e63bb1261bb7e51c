//! The stock of one SKU at one location.
//!
//! Guarantees: requests can be refused, facts cannot. A receipt, a count, damage, loss or a shipment has happened, so it is recorded
//! whatever the books say; what contradicts them stands in the event (`discrepancy`) or follows as a [`StockShortage`]. No number is
//! ever below zero. Pieces are only promised within [`Availability`], which covers invariant 9 of the order domain. What
//! [`Stock::decide`](crate::Decider::decide) accepts folds.
//!
//! Does not: remember reservations or recognise repeated commands. It keeps totals alone, so that it stays small however much is
//! sold. A reservation is recorded with the stock that it changes and recognises repeated requests; the idempotency key of an HTTP
//! request does so for everything else.

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod level;
mod rejection;
mod state;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use event::*;
pub use level::{Availability, StockLevel};
pub use rejection::{StockRejection, code};
pub use state::{Stock, StockItem, StockState};
