//! Why a session with a group ends, and why a record cannot be parked.

use messaging::consumer::{ConsumeError, GroupOffsetError};

/// Why a session with the group ended. The service starts another one after each.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Reading from Kafka failed.
    #[error("the consumer failed")]
    Consume(#[from] ConsumeError),
    /// The group's offsets are missing or do not fit their topics.
    #[error("the group cannot go on from its offsets")]
    Offsets(#[from] GroupOffsetError),
    /// What is parked could not be read.
    #[error("reading the parked keys failed")]
    Parked(#[from] ParkError),
}

/// Why parked records cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ParkError {
    /// The database cannot be reached.
    #[error("cannot reach the database of parked requests")]
    Connect(#[source] deadpool_postgres::PoolError),
    /// A statement failed.
    #[error("{action} failed")]
    Statement {
        /// What the statement was for.
        action: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
    /// A row is none that this crate wrote.
    #[error("parked record {id} cannot be read: {reason}")]
    Unreadable { id: i64, reason: &'static str },
    /// The partition has as much parked as it may.
    #[error(
        "partition {partition} of {topic} has {keys} parked keys with {records} records and stops; see what they have in common, \
         then redrive or discard them"
    )]
    TooMany { topic: String, partition: i32, keys: i64, records: i64 },
}

pub(crate) fn statement(action: &'static str) -> impl Fn(tokio_postgres::Error) -> ParkError {
    move |source| ParkError::Statement { action, source }
}
