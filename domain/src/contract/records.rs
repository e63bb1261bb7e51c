//! What the public events of any kind of stream have in common.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use serde::{Deserializer, Serialize};

use crate::{StoredEvent, TenantId, Timestamp};

/// The public events of one kind of stream: a closed set of records, each with a schema of its own.
///
/// `declare_events!` implements it. As a value to serialize, an event is its record's body: the fields in the order of the
/// schema, without the record's name.
pub trait PublicEvents: Serialize + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// What a stream of this kind is called.
    type Id: FromStr + Display;
    /// The stored events that these are the public side of.
    type Stored: StoredEvent;

    /// The streams' type, the `aggregate_type` column of the store.
    const KIND: &'static str;
    /// The namespace of every record.
    const NAMESPACE: &'static str;
    /// Every record, by index.
    const RECORDS: &'static [RecordType];

    /// The record's place in [`PublicEvents::RECORDS`].
    fn index(&self) -> usize;

    /// What every record begins with.
    fn head(&self) -> Head<'_>;

    /// What happened, in words for people.
    fn describe(&self) -> String;

    /// The public event of a stored one.
    fn publish(facts: &Facts<Self::Id>, stored: &Self::Stored) -> Self;

    /// The public event of a row that another program wrote.
    fn foreign(row: ForeignRow) -> Self;

    /// Whether it stands for a row that another program wrote.
    fn is_foreign(&self) -> bool;

    /// Reads the body of the record with an index.
    ///
    /// # Errors
    /// An index that no record has, or a body of another shape.
    fn read<'de, D: Deserializer<'de>>(index: usize, body: D) -> Result<Self, D::Error>;

    /// The record's name, such as `OrderPlaced`.
    fn name(&self) -> &'static str {
        Self::RECORDS[self.index()].name
    }

    /// The id of the stream.
    fn stream_id(&self) -> &str {
        self.head().stream_id
    }

    /// Place in the stream's history, from 1 without gaps.
    fn version(&self) -> i64 {
        self.head().version
    }

    /// Whose data it is.
    fn tenant(&self) -> &str {
        self.head().tenant
    }

    /// Business time in microseconds since 1970, in UTC.
    fn at(&self) -> i64 {
        self.head().at
    }

    /// The record's body as JSON, without its name.
    ///
    /// # Errors
    /// None that a record can cause; serde's signature has one.
    fn to_json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(self)
    }

    /// Reads a record from its name and JSON body, as [`PublicEvents::to_json`] writes it.
    ///
    /// # Errors
    /// A name that no record has, or a body of another shape.
    fn from_json(name: &str, body: serde_json::Value) -> serde_json::Result<Self> {
        let index = Self::RECORDS.iter().position(|record| record.name == name);
        let unknown = || serde::de::Error::custom(format!("no public event is named {name:?}"));
        Self::read(index.ok_or_else(unknown)?, body)
    }
}

/// A closed set of records, each with a schema of its own: the events of a kind, or the requests that a participant takes.
///
/// As a value to serialize, a member is its record's fields in the order of the schema, without the record's name.
pub trait RecordSet: Serialize + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// The namespace of every record.
    const NAMESPACE: &'static str;
    /// Every record, by index.
    const RECORDS: &'static [RecordType];

    /// The record's place in [`RecordSet::RECORDS`].
    fn index(&self) -> usize;

    /// Reads the body of the record with an index.
    ///
    /// # Errors
    /// An index that no record has, or a body of another shape.
    fn read<'de, D: Deserializer<'de>>(index: usize, body: D) -> Result<Self, D::Error>;
}

impl<E: PublicEvents> RecordSet for E {
    const NAMESPACE: &'static str = E::NAMESPACE;
    const RECORDS: &'static [RecordType] = E::RECORDS;

    fn index(&self) -> usize {
        PublicEvents::index(self)
    }

    fn read<'de, D: Deserializer<'de>>(index: usize, body: D) -> Result<Self, D::Error> {
        <E as PublicEvents>::read(index, body)
    }
}

/// A record of a public contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordType {
    pub name: &'static str,
    /// The Avro schema, as it is registered.
    pub avsc: &'static str,
}

/// What every record begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    pub stream_id: &'a str,
    /// Place in the stream's history, from 1 without gaps.
    pub version: i64,
    pub tenant: &'a str,
    /// Business time in microseconds since 1970, in UTC.
    pub at: i64,
}

/// What the row around a stored event says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<Id> {
    /// The id of the stream.
    pub id: Id,
    /// Place in it, from 1.
    pub version: i64,
    pub tenant: TenantId,
}

/// A row that another program wrote, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignRow {
    pub aggregate_type: String,
    /// The record's key.
    pub aggregate_id: String,
    pub version: i64,
    pub tenant: TenantId,
    /// When it was stored.
    pub recorded_at: Timestamp,
    pub event_type: String,
    pub event_version: String,
    /// Its JSON body; `None` where it is too large to publish. Consumers then ask the store's owner.
    pub body: Option<String>,
}

/// The public record of a stored event. `declare_events!` implements it where the record has the event's own fields; where it
/// differs, the mapping is written by hand.
pub trait ToRecord<Id> {
    type Record;

    fn to_record(&self, facts: &Facts<Id>) -> Self::Record;
}
