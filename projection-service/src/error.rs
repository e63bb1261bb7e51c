//! How projecting fails.

use messaging::consumer::{AnchorError, ConsumeError};
use messaging::producer::ProducerError;
use messaging::{DecodeError, RegistryError};
use read_models::ApplyError;
use service_kit::postgres::ConnectError;

/// Why a projector cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The registry's client cannot be made.
    #[error("making the projector failed")]
    Registry(#[from] RegistryError),
}

/// Why a session with the group ended. Every one is followed by another attempt.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Reading failed.
    #[error("the consumer failed")]
    Consume(#[from] ConsumeError),
    /// The group's place does not fit the topic.
    #[error("the projector cannot go on from where it stands")]
    Anchor(#[from] AnchorError),
    /// Offsets could not be loaded.
    #[error("loading the projector's offsets failed")]
    Offsets(#[source] DatabaseError),
    /// A worker gave up.
    #[error("a projection worker gave up")]
    Worker(#[from] WorkerError),
}

/// Why the database did not do something.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// No connection.
    #[error("connecting failed")]
    Connect(#[from] ConnectError),
    /// A statement failed.
    #[error("{action} failed")]
    Statement {
        /// What was done.
        action: &'static str,
        /// What Postgres says.
        #[source]
        source: tokio_postgres::Error,
    },
}

/// Why a worker gave up: not for what passes, which it waits for.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// Somebody else has advanced the offsets.
    #[error("the offsets of partitions {partitions:?} were advanced by another projector")]
    Replaced {
        /// Which.
        partitions: Vec<i32>,
    },
    /// The worker is gone.
    #[error("the worker has ended")]
    Ended,
}

/// Why one attempt at a batch failed.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// The database did not do something.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The read models did not take the batch.
    #[error("folding a batch failed")]
    Apply(#[from] ApplyError),
    /// The registry could not be asked.
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
    TooManyParked {
        /// Which.
        partition: i32,
        /// How many.
        keys: usize,
    },
}
