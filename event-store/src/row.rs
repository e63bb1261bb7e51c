//! Rows of the log, and what stands beside their payload.

use std::sync::Arc;

use domain::{EventId, Timestamp};
use serde::{Deserialize, Serialize};

/// One stream of events: an aggregate's type and id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    /// The aggregate's type, such as `order`.
    pub kind: Arc<str>,
    /// The aggregate's id.
    pub id: Arc<str>,
}

impl StreamId {
    /// A stream by its type and id.
    pub fn new(kind: &str, id: &str) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
}

impl std::fmt::Display for StreamId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.kind, self.id)
    }
}

/// What led to an event. Kept in the `metadata` column as strings, which cqrs-es reads as its own metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// What belongs together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The event or request that led to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<String>,
    /// W3C trace context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
}

impl Metadata {
    /// The column's JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings serialise")
    }

    /// Reads the column. A program of somebody's own may write anything there: what is not ours is no metadata.
    pub fn from_json(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// A stored event as it stands in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// Whose history.
    pub stream: StreamId,
    /// Place in it, from 1.
    pub version: i64,
    /// The event's name.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: String,
    /// Its body, the JSON text as it was stored.
    pub payload: String,
    /// The metadata's JSON text as it was stored.
    pub metadata: String,
    /// The event's id.
    pub event_id: EventId,
    /// Whose shop, as stored.
    pub tenant: String,
    /// When it was stored.
    pub recorded_at: Timestamp,
}
