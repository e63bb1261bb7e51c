//! Which events ask another participant for something, and what.
//!
//! A request is the event that asks, in the form that whoever is asked takes. It goes out in the transaction that publishes the
//! event. What an event asks is a pure function of the event and never changes once the event was stored: the audit compares
//! topics with it, and a relay that starts over makes the same records again. So an event that is to ask for something from
//! some release on is a new type or version, which a relay of an earlier release leaves to others.

use std::sync::Arc;

use domain::contract::{PublicEvents, Request, Requests};
use messaging::{EncodeError, EncodedRecord, Encoder, OutgoingRequest};
use uuid::Uuid;

/// What the events of a kind ask for.
pub struct Routes<E: PublicEvents>(Vec<TopicRoute<E>>);

/// What an event asks for: a function of the stream's id and the event.
pub type Route<E, R> = fn(&str, &<E as PublicEvents>::Stored) -> Option<R>;

struct TopicRoute<E: PublicEvents> {
    topic: Arc<str>,
    encode: Box<Encode<E>>,
}

type Encode<E> = dyn Fn(&Asker<E>) -> Option<Result<EncodedRecord, EncodeError>> + Send + Sync;

/// The event that asks: an outgoing request without a body.
pub(crate) type Asking = OutgoingRequest<()>;

/// An event that may ask for something.
pub(crate) struct Asker<E: PublicEvents> {
    pub(crate) stream_id: Arc<str>,
    pub(crate) stored: E::Stored,
    pub(crate) asking: Asking,
}

/// Why an event's request is no record.
pub(crate) enum RouteError {
    /// Two routes have a request of the same event.
    Two {
        topics: [Arc<str>; 2],
    },
    Encode(EncodeError),
}

impl<E: PublicEvents> Routes<E> {
    /// Events that ask for nothing.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds the requests of one topic. `route` has the request of an event of a stream, given the stream's id, if it asks for
    /// something there. An event asks for one thing at most, whatever the topic.
    #[must_use]
    pub fn and<R: Requests>(mut self, encoder: Encoder<R>, incarnation: Uuid, route: Route<E, R>) -> Self {
        let encoder = encoder.of_log(incarnation);
        let topic = Arc::clone(encoder.topic());
        let encode = move |asker: &Asker<E>| {
            let body = route(&asker.stream_id, &asker.stored)?;
            Some(encoder.encode_request(&with_body(&asker.asking, body)))
        };
        self.0.push(TopicRoute { topic, encode: Box::new(encode) });
        self
    }

    pub(crate) fn topics(&self) -> Vec<Arc<str>> {
        self.0.iter().map(|route| Arc::clone(&route.topic)).collect()
    }

    /// The record of what an event asks for.
    pub(crate) fn request(&self, asker: &Asker<E>) -> Result<Option<EncodedRecord>, RouteError> {
        let mut found: Option<EncodedRecord> = None;
        for route in &self.0 {
            let Some(record) = (route.encode)(asker) else { continue };
            let record = record.map_err(RouteError::Encode)?;
            if let Some(first) = found {
                return Err(RouteError::Two { topics: [first.topic, record.topic] });
            }
            found = Some(record);
        }
        Ok(found)
    }
}

fn with_body<R>(asking: &Asking, body: R) -> OutgoingRequest<R> {
    let OutgoingRequest { request, position, recorded_at, correlation_id, causation_id, traceparent, payload_hash } =
        asking.clone();
    let Request { id, tenant, at, body: () } = request;
    let request = Request { id, tenant, at, body };
    OutgoingRequest { request, position, recorded_at, correlation_id, causation_id, traceparent, payload_hash }
}
