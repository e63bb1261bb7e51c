//! The kinds of streams that a relay publishes, and how it publishes their rows.

use std::sync::Arc;

use domain::StoredEvent;
use domain::contract::{Position, PublicEvents};
use event_store::{DeclaredEvent, StoredRow};
use messaging::{EncodedRecord, Encoder};
use uuid::Uuid;

use crate::error::RelayError;
use crate::outgoing::{Prepared, prepared};
use crate::routes::{RouteError, Routes};

/// A kind of stream with its topic.
#[derive(Clone)]
pub struct RelayedKind {
    name: &'static str,
    topic: Arc<str>,
    /// The topics of what its events ask for.
    request_topics: Vec<Arc<str>>,
    /// Whether this release reads events of a type and version.
    is_read: fn(&str, &str) -> bool,
    publish: Arc<Publish>,
}

type Publish = dyn Fn(Position, StoredRow) -> Result<Publication, RelayError> + Send + Sync;

/// A record, and how its event is found in a trace.
pub(crate) struct Publication {
    pub(crate) record: EncodedRecord,
    /// The record of what the event asks for.
    pub(crate) request: Option<EncodedRecord>,
    pub(crate) version: i64,
    pub(crate) traceparent: Option<String>,
}

impl RelayedKind {
    /// The kind of an encoder's events, published to the encoder's topic. The records name the log by its
    /// incarnation.
    pub fn of<E: PublicEvents>(encoder: Encoder<E>, incarnation: Uuid) -> Self {
        Self::asking(encoder, incarnation, Routes::none())
    }

    /// The same for a kind whose events ask other participants for something.
    pub fn asking<E: PublicEvents>(encoder: Encoder<E>, incarnation: Uuid, routes: Routes<E>) -> Self {
        let encoder = encoder.of_log(incarnation);
        let topic = Arc::clone(encoder.topic());
        let request_topics = routes.topics();
        let publish = move |position, row| {
            let Prepared { outgoing, own } = prepared::<E>(position, row)?;
            let failed = |source| RelayError::Encode { position, source };
            let record = encoder.encode(&outgoing).map_err(failed)?;
            let request = own.map(|asker| routes.request(&asker)).transpose();
            let request = request.map_err(|error| match error {
                RouteError::Encode(source) => failed(source),
                RouteError::Two { topics } => RelayError::TwoRequests { position, topics },
            })?;
            let version = outgoing.published.event.version();
            let traceparent = outgoing.published.traceparent;
            Ok(Publication { record, request: request.flatten(), version, traceparent })
        };
        Self { name: E::KIND, topic, request_topics, is_read: E::Stored::is_read, publish: Arc::new(publish) }
    }
}

/// The kinds of streams in a log. A row of a kind that has no entry is published by the first one, as a foreign event.
#[derive(Clone)]
pub struct Kinds {
    entries: Arc<[RelayedKind]>,
    topics: Arc<[Arc<str>]>,
    /// How many of the topics, from the first on, are of events.
    event_topics: usize,
}

impl Kinds {
    /// The kinds of a log: the one that also publishes the rows of unknown kinds, and the others.
    pub fn new(first: RelayedKind, others: impl IntoIterator<Item = RelayedKind>) -> Self {
        let kinds: Vec<_> = std::iter::once(first).chain(others).collect();
        let mut topics: Vec<Arc<str>> = Vec::new();
        let mut add = |topic: &Arc<str>| {
            if !topics.contains(topic) {
                topics.push(Arc::clone(topic));
            }
            topics.len()
        };
        let event_topics = kinds.iter().map(|kind| add(&kind.topic)).last().unwrap_or_default();
        kinds.iter().flat_map(|kind| &kind.request_topics).for_each(|topic| {
            add(topic);
        });
        Self { entries: kinds.into(), topics: topics.into(), event_topics }
    }

    /// Whether a topic has events, of which every position has one, rather than requests.
    pub(crate) fn has_events(&self, topic: &str) -> bool {
        self.topics[..self.event_topics].iter().any(|one| **one == *topic)
    }

    /// The topics, each once: that of unknown kinds first, those of other events, then those of requests.
    pub(crate) fn topics(&self) -> &[Arc<str>] {
        &self.topics
    }

    /// The topics in words.
    pub(crate) fn topics_text(&self) -> String {
        self.topics.join(" and ")
    }

    /// The topic of a kind's rows.
    pub(crate) fn topic_of(&self, kind: &str) -> &Arc<str> {
        &self.entry(kind).topic
    }

    /// Whether a row is of a kind, type and version that this release reads as an event of its own.
    pub(crate) fn is_read_here(&self, row: &StoredRow) -> bool {
        let entry = self.entry(&row.stream.kind);
        entry.name == &*row.stream.kind && (entry.is_read)(&row.event_type, &row.event_version)
    }

    pub(crate) fn publish(&self, position: Position, row: StoredRow) -> Result<Publication, RelayError> {
        let entry = self.entry(&row.stream.kind);
        (entry.publish)(position, row)
    }

    fn entry(&self, kind: &str) -> &RelayedKind {
        let own = self.entries.iter().find(|entry| entry.name == kind);
        own.unwrap_or_else(|| &self.entries[0])
    }
}

/// The types of events that this release writes to a kind's streams and publishes under their own names.
pub fn declared_events<E: PublicEvents>() -> Vec<DeclaredEvent> {
    let types = E::Stored::TYPES.iter();
    types
        .map(|event| DeclaredEvent {
            aggregate_type: E::KIND.to_owned(),
            event_type: event.name.to_owned(),
            event_version: event.version.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::order::contract::PublicEvent;
    use domain::{EventId, Timestamp};
    use event_store::StreamId;
    use messaging::testing::Noted;

    use super::*;

    fn row(kind: &str, event_type: &str) -> StoredRow {
        StoredRow {
            stream: StreamId::new(kind, "n-1"),
            version: 1,
            event_type: event_type.to_owned(),
            event_version: "1.0".to_owned(),
            payload: r#"{"Noted": {}}"#.to_owned(),
            metadata: "{}".to_owned(),
            event_id: EventId::new(Uuid::nil()),
            tenant: "shop".to_owned(),
            recorded_at: Timestamp::try_from_micros(1_790_000_000_000_000).unwrap(),
        }
    }

    #[test]
    fn a_row_goes_to_the_topic_of_its_kind_and_one_of_no_kind_to_the_first() {
        let orders: Encoder<PublicEvent> = Encoder::with_ids("", "orders", |index| u32::try_from(index).unwrap());
        let notes: Encoder<Noted> = Encoder::with_ids("", "notes", |_| 70);
        let kinds = Kinds::new(RelayedKind::of(orders, Uuid::nil()), [RelayedKind::of(notes, Uuid::nil())]);
        let published = |kind, event_type| {
            let record = kinds.publish(Position { shard: 0, position: 7 }, row(kind, event_type)).unwrap().record;
            (record.topic.to_string(), record.value.unwrap()[4])
        };
        let foreign = u8::try_from(PublicEvent::RECORDS.len() - 1).unwrap();
        assert_eq!(published("note", "Noted"), ("notes".to_owned(), 70));
        assert_eq!(published("order", "Noted"), ("orders".to_owned(), foreign));
        assert_eq!(published("parcel", "Noted"), ("orders".to_owned(), foreign));
        assert_eq!(kinds.topics_text(), "orders and notes");
        let is_read = |kind, event_type| kinds.is_read_here(&row(kind, event_type));
        assert_eq!(
            [is_read("note", "Noted"), is_read("note", "Other"), is_read("order", "Noted"), is_read("parcel", "Noted")],
            [true, false, false, false]
        );
    }
}
