//! A notification: one thing that somebody is told of an order, by one channel.
//!
//! Guarantees: an event that is delivered again leads to nothing, since the id of the stream follows from the event. [`SendingStarted`]
//! is stored before a message is handed over. What is known not to have been taken is tried again, ever later, until the channel's
//! schedule ends. What may have been taken is tried again only where whoever takes it recognises a repetition: a webhook and an SMS by
//! their id. Of an email nobody can tell, so that it ends as [`NotificationUncertain`], for a person to decide. Nothing that was rendered
//! and no address is in the stream.
//!
//! Does not: send, or read a clock.

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod rejection;
mod schedule;
mod state;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use event::*;
pub use rejection::{NotificationRejection, code};
pub use schedule::{pause_s, tries_max};
pub use state::{Channel, Kind, Notification, NotificationDetails, NotificationState, Outcome};

/// How long a message may be under way before its result counts as lost, in seconds. It is more than a sender waits.
pub const SENDING_S_MAX: i64 = 120;
/// Most times that a person may ask for a notification again.
pub const RESENDS_MAX: usize = 100;
