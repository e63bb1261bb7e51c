//! Handling what other participants ask for, and what they answer, with no aggregate by name.
//!
//! Guarantees: records of one key are handled one after the other, in the order of their topic; keys side by side, up to a bound.
//! An offset is committed once everything before it is handled or parked, so a crash delivers again what was not, and nothing is
//! skipped. What cannot be handled parks its key in the participant's database, and only its key; a handler that is overloaded
//! makes its partition wait and parks nothing. A group begins at the end of its topics and never jumps to another offset.
//! Does not: recognise repeats. Every record may be delivered twice, also after a later one of its key; the stream that answers
//! remembers the ids of requests that it answered.

pub mod audit;
mod error;
mod groups;
mod invalid;
mod migrations;
mod offsets;
mod options;
pub mod parking;
mod partition;
mod partitions;
mod progress;
mod service;
mod session;
mod source;
mod task;

pub use error::{ParkError, SessionError};
pub use groups::{BeginError, Begun, begin};
pub use invalid::{InvalidField, invalid};
pub use migrations::migrations;
pub use options::RequestOptions;
pub use progress::{Counts, NotReady};
pub use service::RequestService;
pub use source::{Handle, Network, Outcome, Source};
