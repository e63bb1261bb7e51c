//! Appending by group commit.
//!
//! Guarantees: one statement appends what is waiting, so a batch is atomic by nature; a command that lost its race fails
//! alone and whole; a locked, deadlocked or invalid row delays or fails no command but its own; an outcome that a lost
//! connection left unknown is settled by the events' ids before it is answered.
//! Does not: wait for company. It writes as soon as the last write has returned.

mod columns;
mod lane;
mod request;
mod rows;
mod session;
mod weed;
mod writer;

pub(crate) use lane::Lane;
pub use request::{AnswerId, Append, AppendError, Claim, NewAnswer, NewEvent};
pub(crate) use session::InsertError;
