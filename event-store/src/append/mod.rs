//! Appending by group commit.
//!
//! Guarantees: one statement appends everything that is waiting, so a batch is atomic; a command that lost its race
//! fails alone and stores nothing; a locked, deadlocked or invalid row delays or fails no command but its own; an
//! outcome that a lost connection left unknown is looked up by the events' ids before it is answered.
//! Does not: wait for a batch to fill. It writes as soon as the last write has returned.

mod columns;
mod conflicts;
mod connector;
mod failure;
mod queue;
mod request;
mod rows;
mod session;
mod writer;

pub(crate) use connector::Connector;
pub(crate) use queue::AppendQueue;
pub use request::{AnswerId, Append, AppendError, Claim, NewAnswer, NewEvent, StreamAppend, TimerChange};
