//! What a command brings to the bus, and how it ends.

use std::sync::Arc;

use domain::{Decider, EventId, TenantId, Unfoldable, upcast::DecodeError};

use crate::append::{AppendError, Claim};
use crate::{Metadata, ReadError, StreamId};

/// One command with all that surrounds it.
pub struct Execution<'a, D: Decider, R> {
    /// The stream's id.
    pub id: &'a str,
    /// Whose shop.
    pub tenant: TenantId,
    /// What led to it.
    pub metadata: Metadata,
    /// Whether the stream is believed to be new, which saves a read.
    pub expects: Expectation,
    /// The request's key, where it has one.
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

/// What a command believes of its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectation {
    /// It has no events yet. If it has, the store says so, and the command is decided on what is there.
    New,
    /// It has events.
    Existing,
}

/// A request's Idempotency-Key.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// Within which the key is unique: tenant, client and operation.
    pub scope: String,
    /// The key.
    pub key: String,
    /// A hash of the request.
    pub fingerprint: Vec<u8>,
}

/// How a command ended.
#[derive(Debug)]
pub enum Outcome<D: Decider, R> {
    /// Its events are stored, or it found its work done.
    Done(Decided<D>),
    /// Its key was answered before; this is that answer.
    Repeated(String),
    /// The caller's closure refused it.
    Refused(R),
}

/// A stored decision.
#[derive(Debug)]
pub struct Decided<D: Decider> {
    /// The stream's version after it.
    pub version: i64,
    /// The ids of its events; empty where the work was done already.
    pub event_ids: Vec<EventId>,
    /// The state after it.
    pub state: Arc<D::State>,
}

/// Why a command came to no end.
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
        /// Whose history.
        stream: StreamId,
        /// Where in it.
        version: i64,
        /// Why.
        #[source]
        source: DecodeError,
    },
    /// The stream does not fold.
    #[error("stream {stream} does not fold")]
    Damaged {
        /// Whose history.
        stream: StreamId,
        /// Where.
        #[source]
        source: Unfoldable,
    },
    /// An event that could not be published.
    #[error("an event of {bytes} bytes is larger than the {limit} that can be published")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The most.
        limit: usize,
    },
    /// An event has no JSON form.
    #[error("an event cannot be written as JSON")]
    Unserialisable {
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Others kept changing the stream.
    #[error("stream {stream} kept changing while the command was decided")]
    Contended {
        /// Whose history.
        stream: StreamId,
    },
    /// The key belongs to another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The key's answer was there and is gone: it expired between two looks. Try again.
    #[error("the answer kept for the idempotency key has just expired")]
    AnswerLost,
}
