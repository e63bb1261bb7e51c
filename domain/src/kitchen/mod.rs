//! A kitchen: the stations, staff and menu of one location, and every item that is to be cooked, is being cooked or is done of the
//! tickets that it works on.
//!
//! Guarantees: an item is begun once and done once, however often anybody asks; no station has more items at once than its capacity, and
//! nothing is begun while as many items are being cooked as people are on shift; an item is begun when all earlier courses of its ticket
//! are done. What is begun next, and when a ticket will be ready, are pure rules of the state ([`schedule`]). An event says what it means
//! for its ticket ([`ticket_commands`]), which is decided in the same unit of work. Simulated staff are a timer of the kitchen's: what they
//! are at is in its state, so that they go on wherever they were stopped.
//!
//! Does not: remember tickets that have left it. The ticket's own stream does, and is asked before one is taken.

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod rejection;
pub mod schedule;
mod shapes;
mod staff_speed;
mod state;
mod ticket_commands;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use event::*;
pub use rejection::{KitchenRejection, code};
pub use shapes::{KitchenMode, KitchenStation, MenuItem, OrderedLine, Staff};
pub use staff_speed::StaffSpeed;
pub use state::{Cooking, Dish, Kitchen, KitchenDetails, KitchenState, OpenItem, OpenTicket, Stage};
pub use ticket_commands::ticket_commands;

/// Most stations of a kitchen.
pub const STATIONS_MAX: usize = 50;
/// Most items that a station has in hand at once.
pub const CAPACITY_MAX: u32 = 100;
/// Most SKUs on a menu.
pub const MENU_MAX: usize = 1_000;
/// Most people on shift.
pub const STAFF_MAX: u32 = 1_000;
/// Last course.
pub const COURSE_MAX: u32 = 20;
/// Longest preparation of one piece, in seconds.
pub const PREPARATION_S_MAX: u32 = 4 * 3_600;
/// Most tickets that a kitchen works on at once; further ones are turned away.
pub const TICKETS_MAX: usize = 500;
/// Most items of a ticket.
pub const ITEMS_MAX: usize = 50;
/// Most pieces of one item.
pub const PIECES_MAX: u32 = 100;
