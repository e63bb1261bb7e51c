//! What a command asks the writer to store, and how that ends.

use aws_lc_rs::digest::{Context, SHA256};
use domain::{EventId, TenantId};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::StreamId;

/// Everything that one command stores, together or not at all.
#[derive(Debug, Clone)]
pub struct Append {
    pub stream: StreamId,
    /// The version the command was decided on; the first event gets the next one.
    pub expected_version: i64,
    pub tenant: TenantId,
    /// JSON for the `metadata` column of every event.
    pub metadata: String,
    /// Empty where only an answer is stored.
    pub events: Vec<NewEvent>,
    /// The answer to keep for the request's Idempotency-Key.
    pub answer: Option<NewAnswer>,
    /// Values that only this stream may hold.
    pub claims: Vec<Claim>,
}

/// An event to store.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Also tells this command's row from a rival's when an outcome is unknown.
    pub id: EventId,
    pub event_type: String,
    /// Version of the payload's schema.
    pub event_version: String,
    /// JSON.
    pub payload: String,
}

/// An Idempotency-Key within its scope, as the store knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnswerId([u8; 16]);

impl AnswerId {
    /// The id of a key within a scope: tenant, client and operation.
    pub fn new(scope: &str, key: &str) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(scope.as_bytes());
        hash.update(&[0]);
        hash.update(key.as_bytes());
        let digest = hash.finish();
        Self(digest.as_ref()[..16].try_into().expect("SHA-256 has 32 bytes"))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// An answer to keep for an Idempotency-Key.
#[derive(Debug, Clone)]
pub struct NewAnswer {
    pub id: AnswerId,
    /// A hash of the request, to tell a repeat from another request under the same key.
    pub fingerprint: Vec<u8>,
    /// JSON.
    pub answer: String,
    /// Seconds to keep it; `None` keeps it as long as the stream.
    pub keep_s: Option<f64>,
}

/// A value that only one stream may hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The kind of value, within which tenant.
    pub scope: String,
    pub value: String,
}

impl Append {
    /// The events with the versions they are to have.
    pub(super) fn versioned(&self) -> impl Iterator<Item = (i64, &NewEvent)> {
        (self.expected_version + 1..).zip(&self.events)
    }

    /// Bytes of payload and metadata, counted against the queue's bound.
    pub(crate) fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.payload.len()).sum::<usize>() + self.metadata.len()
    }
}

/// Why an append stored nothing.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The stream has events after the expected version.
    #[error("stream {stream} has moved on from version {expected_version}")]
    Conflict {
        stream: StreamId,
        /// The version the command was decided on.
        expected_version: i64,
    },
    /// The Idempotency-Key has an answer already.
    #[error("the idempotency key has an answer already")]
    AnswerExists,
    /// Another stream holds the value.
    #[error("{value} is taken within {scope}")]
    ClaimTaken {
        /// The kind of value, within which tenant.
        scope: String,
        value: String,
    },
    /// The queue is full. Nothing was stored; try again later.
    #[error("the store takes no more appends for now")]
    Overloaded,
    /// Another transaction holds a lock on the stream's rows for longer than the append may wait.
    #[error("stream {stream} is locked by another transaction")]
    Locked { stream: StreamId },
    /// Postgres refuses the values.
    #[error("the store refuses the values of stream {stream}")]
    Invalid {
        stream: StreamId,
        #[source]
        source: tokio_postgres::Error,
    },
    /// The database cannot be reached; nothing was sent, or nothing was stored.
    #[error("the event store cannot be reached")]
    Unavailable,
    /// The connection was lost while storing and the outcome could not be found out in time. Repeating the request with
    /// the same Idempotency-Key finds it out.
    #[error("whether stream {stream} was appended to is unknown")]
    Unknown { stream: StreamId },
}

/// An append on its way through the writer.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) append: Append,
    /// Whether a connection was lost after an attempt was sent, so that it may have been stored.
    pub(crate) may_be_stored: bool,
    reply: oneshot::Sender<Result<(), AppendError>>,
    _room: OwnedSemaphorePermit,
}

impl Pending {
    pub(crate) fn new(
        append: Append,
        room: OwnedSemaphorePermit,
    ) -> (Self, oneshot::Receiver<Result<(), AppendError>>) {
        let (reply, answer) = oneshot::channel();
        (Self { append, may_be_stored: false, reply, _room: room }, answer)
    }

    /// Answers the command. Nobody receives the answer of a command that no longer waits; its outcome is in the store.
    pub(crate) fn complete(self, result: Result<(), AppendError>) {
        let result = result.map_err(|error| self.caller_error(error));
        let _gone = self.reply.send(result);
    }

    /// The error to return to the caller. An error that only says that the last attempt stored nothing becomes
    /// `Unknown` where an earlier attempt may have been stored.
    pub(super) fn caller_error(&self, error: AppendError) -> AppendError {
        match error {
            AppendError::Overloaded | AppendError::Locked { .. } | AppendError::Unavailable if self.may_be_stored => {
                AppendError::Unknown { stream: self.append.stream.clone() }
            }
            error => error,
        }
    }

    pub(crate) fn conflict(self) {
        let error = AppendError::Conflict {
            stream: self.append.stream.clone(),
            expected_version: self.append.expected_version,
        };
        self.complete(Err(error));
    }
}
