//! What a caller gives the bus to run a command, and how the command ends.

use std::sync::Arc;

use domain::{Decider, EventId, TenantId, Unfoldable, upcast::DecodeError};

use crate::append::{AppendError, Claim};
use crate::{Metadata, ReadError, StreamId};

/// One command with the stream, the request's key and the closures that it is run with.
pub struct Execution<'a, D: Decider, R> {
    /// The stream's id.
    pub id: &'a str,
    pub tenant: TenantId,
    pub metadata: Metadata,
    /// Whether the stream is believed to be new, which saves a read.
    pub expects: Expectation,
    /// `None` where the request has no Idempotency-Key.
    pub idempotency: Option<Idempotency>,
    /// Decides on a version and state. It may be called several times.
    pub decide: &'a Decide<'a, D, R>,
    /// The value that only this stream may hold after an event, from the state before it and the event.
    pub claims: &'a Claims<'a, D>,
    /// The answer to keep for the request's key, as JSON; `None` keeps none.
    pub answer: &'a Answer<'a, D, R>,
}

/// Decides on a version and state, with whatever only the caller knows.
pub type Decide<'a, D, R> =
    dyn Fn(i64, &<D as Decider>::State) -> Result<Vec<<D as Decider>::Event>, R> + Send + Sync + 'a;

/// The value that an event claims for its stream.
pub type Claims<'a, D> = dyn Fn(&<D as Decider>::State, &<D as Decider>::Event) -> Option<Claim> + Send + Sync + 'a;

/// Turns a result into the JSON that is kept for the request's key.
pub type Answer<'a, D, R> = dyn Fn(Result<&Decided<D>, &R>) -> Option<String> + Send + Sync + 'a;

/// What the caller expects of a command's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectation {
    /// It has no events yet. Where it has some, storing conflicts and the command is decided again on them.
    New,
    /// It has events.
    Existing,
}

/// A request's Idempotency-Key.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// Where the key is unique: tenant, client and operation.
    pub scope: String,
    pub key: String,
    /// A hash of the request, which tells a repeat from another request under the same key.
    pub fingerprint: Vec<u8>,
}

/// How a command ended.
#[derive(Debug)]
pub enum Outcome<D: Decider, R> {
    /// Its events are stored, or there was nothing to do.
    Done(Decided<D>),
    /// Its key had an answer already: this JSON.
    Repeated(String),
    /// The caller's closure refused it.
    Refused(R),
}

/// A stored decision.
#[derive(Debug)]
pub struct Decided<D: Decider> {
    /// The stream's version after the command.
    pub version: i64,
    /// Empty where there was nothing to do.
    pub event_ids: Vec<EventId>,
    pub state: Arc<D::State>,
}

/// Why a command has no outcome.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The stream could not be read.
    #[error("loading a stream failed")]
    Read(#[from] ReadError),
    /// Nothing was stored, or the outcome is unknown.
    #[error("storing a command's events failed")]
    Append(#[from] AppendError),
    /// A stored event cannot be read by this release.
    #[error("version {version} of stream {stream} cannot be read")]
    Unreadable {
        stream: StreamId,
        version: i64,
        #[source]
        source: DecodeError,
    },
    /// The stream does not fold.
    #[error("stream {stream} does not fold")]
    Damaged {
        stream: StreamId,
        #[source]
        source: Unfoldable,
    },
    /// An event is larger than what can be published.
    #[error("an event of {bytes} bytes is larger than the {limit} that can be published")]
    TooLarge { bytes: usize, limit: usize },
    /// An event has no JSON form.
    #[error("an event cannot be written as JSON")]
    Unserialisable {
        #[source]
        source: serde_json::Error,
    },
    /// Other commands kept changing the stream until the attempts were used up. Try again.
    #[error("stream {stream} kept changing while the command was decided")]
    Contended { stream: StreamId },
    /// The key belongs to another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The key's answer expired between storing and reading. Try again.
    #[error("the answer kept for the idempotency key has just expired")]
    AnswerLost,
}
