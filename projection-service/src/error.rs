//! Errors of the projector.

use messaging::consumer::{ConsumeError, ResumePositionError};
use messaging::producer::ProducerError;
use messaging::{DecodeError, RegistryError};
use read_models::ApplyError;
use service_kit::postgres::ConnectError;

/// Why a projector cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The client of the schema registry cannot be created.
    #[error("creating the projector failed")]
    Registry(#[from] RegistryError),
}

/// Why a session with the consumer group ended. The service starts another session after each.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Reading from Kafka failed.
    #[error("the consumer failed")]
    Consume(#[from] ConsumeError),
    /// The group's resume positions do not fit the topic.
    #[error("the projector cannot go on from its resume position")]
    ResumePosition(#[from] ResumePositionError),
    /// Offsets could not be loaded.
    #[error("loading the projector's offsets failed")]
    Offsets(#[source] DatabaseError),
    /// A worker gave up.
    #[error("a projection worker gave up")]
    Worker(#[from] WorkerError),
}

/// Why a database operation failed.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// No connection could be made.
    #[error("connecting failed")]
    Connect(#[from] ConnectError),
    /// A statement failed.
    #[error("{action} failed")]
    Statement {
        /// What the statement was for.
        action: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
}

/// Why a worker gave up. Transient errors are not among the reasons: the worker retries after them.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// Another projector has advanced the offsets.
    #[error("the offsets of partitions {partitions:?} were advanced by another projector")]
    Replaced { partitions: Vec<i32> },
    /// The worker's task has ended.
    #[error("the worker has ended")]
    Ended,
}

/// Why one attempt at a batch failed.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// A database operation failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The read models could not apply the batch.
    #[error("folding a batch failed")]
    Apply(#[from] ApplyError),
    /// The schema registry did not answer.
    #[error("decoding a batch failed")]
    Decode(#[from] DecodeError),
    /// A copy of a parked record could not be written.
    #[error("writing to the dead-letter topic failed")]
    DeadLetter(#[from] ProducerError),
    /// The offsets are not where this projector left them.
    #[error("the offsets have moved")]
    Moved,
    /// A partition has too many parked keys.
    #[error("partition {partition} has {keys} parked keys and stops")]
    TooManyParked { partition: i32, keys: usize },
}
