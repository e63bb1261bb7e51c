//! A reservation: what an order holds, or has asked for, at one location.
//!
//! Guarantees: every request is answered by exactly one event, which has the request's id; a request that was answered before leads
//! to no event, however often it comes. What the state does not allow is answered too, by [`RequestRefused`]. All SKUs of a
//! reservation are granted or none. A release that comes before its reservation refuses it. An event says what it means for stock
//! ([`stock_commands`]), which is decided in the same unit of work.
//!
//! Does not: read stock or a clock. The availability that a grant is based on is part of the command and is recorded.

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod lines;
mod rejection;
pub mod requests;
mod state;
mod stock_commands;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use event::*;
pub use lines::{FilledLine, GrantedLine, RequestedLine, ReservedLine, Shortage};
pub use rejection::{ReservationRejection, code};
pub use state::{Granted, Inbox, Reservation, ReservationState};
pub use stock_commands::stock_commands;

/// Most lines of one request, as of an order.
pub const LINES_MAX: usize = 2_000;
/// Most requests that a reservation answers without moving stock.
pub const REQUESTS_MAX: usize = 10_000;
