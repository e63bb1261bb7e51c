//! A ticket: what a kitchen has to prepare for one fulfilment, and how far it has come.
//!
//! Guarantees: a ticket is accepted or rejected once and for good, under the id of its fulfilment, so that a fulfilment that is announced
//! again makes no second one; it ends in exactly one way. Every event has the order and the location, so that a reader of the topic needs
//! no earlier one.
//!
//! Does not: know stations, staff or the menu, or decide what is cooked when. The kitchen does, and what it decides is decided on the
//! ticket in the same unit of work ([`kitchen::ticket_commands`](crate::kitchen::ticket_commands)).

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod item;
mod rejection;
mod state;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use event::*;
pub use item::TicketItem;
pub use rejection::{TicketRejection, code};
pub use state::{Ticket, TicketDetails, TicketState};

/// Most delays that a ticket tells of. Whoever waits longer than that has been told often enough.
pub const DELAYS_MAX: u32 = 3;
/// Shortest time that a delay gives, in seconds, so that one delay does not follow the other.
pub const DELAY_S_MIN: i64 = 300;
