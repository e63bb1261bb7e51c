//! A topic with what is done for each of its records.

use std::sync::Arc;

use domain::contract::{PublicEvents, Published, Requests};
use event_store::{AppendError, ExecuteError};
use futures::FutureExt;
use futures::future::BoxFuture;
use messaging::{DecodeError, Decoder, DeliveredRequest, IncomingRecord, KindReader, ReadRecord};
use service_kit::errors::chain;

/// How the handling of a record ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its effect is stored, or it was a repeat. A refusal is an answer, and so it is done too.
    Done,
    /// Something is overloaded or cannot be reached. The record's partition waits and tries again; nothing is parked.
    Unavailable(String),
    /// The record can never be handled as it is: it cannot be decoded, its stream cannot be folded, or its tenant is another one
    /// than the stream's. Its key is parked.
    Poison(String),
}

/// What a failed command means for the request behind it: whatever another attempt may change is no fault of the record.
impl From<ExecuteError> for Outcome {
    fn from(error: ExecuteError) -> Self {
        let text = chain(&error);
        match error {
            ExecuteError::Unreadable { .. }
            | ExecuteError::Damaged { .. }
            | ExecuteError::TooLarge { .. }
            | ExecuteError::Unserialisable { .. }
            | ExecuteError::KeyReused
            | ExecuteError::Append(AppendError::Invalid { .. } | AppendError::ClaimTaken { .. }) => Self::Poison(text),
            _ => Self::Unavailable(text),
        }
    }
}

/// Handles a record.
pub type Handle = dyn Fn(Arc<IncomingRecord>) -> BoxFuture<'static, Outcome> + Send + Sync;

/// What lies between a topic and its handler: it may hand a record on, late, twice or not at all. Tests have one that fails as they say.
pub type Network = dyn Fn(Arc<IncomingRecord>, Arc<Handle>) -> BoxFuture<'static, Outcome> + Send + Sync;

/// A topic, its decoder and its handler.
#[derive(Clone)]
pub struct Source {
    pub(crate) topic: Arc<str>,
    handle: Arc<Handle>,
}

impl Source {
    /// The requests of a topic. The handler is given each request that can be decoded and whose key, id and tenant are the same in
    /// its headers.
    pub fn requests<R, F>(
        topic: &str,
        decoder: Decoder<R>,
        handler: impl Fn(DeliveredRequest<R>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        R: Requests,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let handler = Arc::new(handler);
        Self::of(topic, move |record| {
            let decoder = decoder.clone();
            let handler = Arc::clone(&handler);
            async move {
                match decoder.decode_request(&record).await {
                    Ok(request) => handler(request).await,
                    Err(error) => undecoded(&error),
                }
            }
            .boxed()
        })
    }

    /// The events of one kind on a topic, for a participant to which they are answers.
    pub fn events<E, F>(
        topic: &str,
        reader: KindReader<E>,
        handler: impl Fn(Published<E>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        E: PublicEvents,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let handler = Arc::new(handler);
        Self::of(topic, move |record| {
            let reader = reader.clone();
            let handler = Arc::clone(&handler);
            async move {
                match reader.read(&record).await {
                    Ok(ReadRecord::Event(event)) => handler(event).await,
                    Ok(ReadRecord::OfAnotherKind) => Outcome::Done,
                    Err(error) => undecoded(&error),
                }
            }
            .boxed()
        })
    }

    fn of(
        topic: &str,
        handle: impl Fn(Arc<IncomingRecord>) -> BoxFuture<'static, Outcome> + Send + Sync + 'static,
    ) -> Self {
        Self { topic: topic.into(), handle: Arc::new(handle) }
    }

    /// The same behind a network.
    #[must_use]
    pub fn behind(self, network: &Arc<Network>) -> Self {
        let (network, handle) = (Arc::clone(network), self.handle);
        Self { topic: self.topic, handle: Arc::new(move |record| network(record, Arc::clone(&handle))) }
    }

    /// The same with another source of the topic, for what else is published there: a record is handled by both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        debug_assert_eq!(self.topic, other.topic, "a record is on one topic");
        let (first, second) = (self.handle, other.handle);
        let handle = move |record: Arc<IncomingRecord>| {
            let (first, second) = (Arc::clone(&first), Arc::clone(&second));
            async move {
                match first(Arc::clone(&record)).await {
                    Outcome::Done => second(record).await,
                    outcome => outcome,
                }
            }
            .boxed()
        };
        Self { topic: self.topic, handle: Arc::new(handle) }
    }

    /// The topic's name.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    pub(crate) async fn handle(&self, record: Arc<IncomingRecord>) -> Outcome {
        (self.handle)(record).await
    }
}

fn undecoded(error: &DecodeError) -> Outcome {
    if error.is_transient() { Outcome::Unavailable(chain(error)) } else { Outcome::Poison(chain(error)) }
}
