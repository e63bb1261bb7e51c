//! What a command asks the writer to store, and how that ends.

use aws_lc_rs::digest::{Context, SHA256};
use domain::{EventId, TenantId, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::StreamId;

/// Everything that one command stores, together or not at all.
#[derive(Debug, Clone)]
pub struct Append {
    pub first: StreamAppend,
    /// Further streams of the same log. No stream stands in an append twice.
    pub others: Vec<StreamAppend>,
    pub tenant: TenantId,
    /// JSON for the `metadata` column of every event.
    pub metadata: String,
    /// The answer to keep for the request's Idempotency-Key.
    pub answer: Option<NewAnswer>,
}

/// What an append adds to one stream.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    pub stream: StreamId,
    /// The version the command was decided on; the first event gets the next one.
    pub expected_version: i64,
    /// Empty where only an answer is stored.
    pub events: Vec<NewEvent>,
    /// Values that only this stream may hold.
    pub claims: Vec<Claim>,
    /// What becomes of the stream's timer.
    pub timer: TimerChange,
}

/// What an append does to the timer of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerChange {
    /// It stays as it is.
    Keep,
    /// From now on it is due at this moment of the engine's clock.
    Set(Timestamp),
    /// The stream has none any more.
    Cancel,
}

impl TimerChange {
    /// The change between the moments at which a stream wants to be woken before and after an append.
    pub fn between(before: Option<Timestamp>, after: Option<Timestamp>) -> Self {
        match after {
            _ if before == after => Self::Keep,
            Some(due) => Self::Set(due),
            None => Self::Cancel,
        }
    }
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
    /// An append to one stream, without an answer.
    pub fn new(tenant: TenantId, metadata: String, first: StreamAppend) -> Self {
        Self { first, others: Vec::new(), tenant, metadata, answer: None }
    }

    /// An answer alone. The stream only chooses the writer.
    pub(crate) fn of_answer(stream: StreamId, tenant: TenantId, answer: NewAnswer) -> Self {
        let first = StreamAppend::new(stream, 0, Vec::new());
        Self { answer: Some(answer), ..Self::new(tenant, String::new(), first) }
    }

    /// What is added to each stream, in the order of decision.
    pub fn streams(&self) -> impl Iterator<Item = &StreamAppend> + Clone {
        std::iter::once(&self.first).chain(&self.others)
    }

    pub(super) fn streams_mut(&mut self) -> impl Iterator<Item = &mut StreamAppend> {
        std::iter::once(&mut self.first).chain(&mut self.others)
    }

    /// The events of all streams.
    pub(crate) fn events(&self) -> impl Iterator<Item = &NewEvent> {
        self.streams().flat_map(|one| &one.events)
    }

    /// How many events it has.
    pub(super) fn events_count(&self) -> usize {
        self.streams().map(|one| one.events.len()).sum()
    }

    /// Bytes of payload and metadata, counted against the queue's bound.
    pub(crate) fn bytes(&self) -> usize {
        self.events().map(|event| event.payload.len()).sum::<usize>() + self.metadata.len()
    }
}

impl StreamAppend {
    /// Events behind a version, without claims, that leave the stream's timer as it is.
    pub fn new(stream: StreamId, expected_version: i64, events: Vec<NewEvent>) -> Self {
        Self { stream, expected_version, events, claims: Vec::new(), timer: TimerChange::Keep }
    }

    /// The events with the versions they are to have.
    pub(super) fn versioned(&self) -> impl Iterator<Item = (i64, &NewEvent)> {
        (self.expected_version + 1..).zip(&self.events)
    }

    /// The stream's version after the append.
    pub(super) fn version_after(&self) -> i64 {
        self.expected_version + i64::try_from(self.events.len()).expect("an append has few events")
    }
}

/// Why an append stored nothing.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// A stream has events after the expected version. Nothing was stored in any stream.
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
                AppendError::Unknown { stream: self.append.first.stream.clone() }
            }
            error => error,
        }
    }

    /// Answers that the stream of this index is not at the expected version.
    pub(crate) fn conflict(self, stream: usize) {
        let StreamAppend { stream, expected_version, .. } =
            self.append.streams().nth(stream).unwrap_or(&self.append.first).clone();
        self.complete(Err(AppendError::Conflict { stream, expected_version }));
    }
}
