//! Rows of the log and their metadata.

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

/// What caused an event. Kept in the `metadata` column as strings, which cqrs-es reads as its own metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Shared by everything that one request or process has caused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The event or request that led to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<String>,
    /// W3C trace context: the `traceparent` header's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Subject of the access token behind the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
}

impl Metadata {
    /// Of what a message has led to, of which nobody's token is known.
    pub fn caused_by(message_id: &impl ToString, correlation_id: Option<String>, traceparent: Option<String>) -> Self {
        Self { correlation_id, causation_id: Some(message_id.to_string()), traceparent, principal: None }
    }
}

impl Metadata {
    /// The column's JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings serialise")
    }

    /// Reads the column. Another program may write anything there: text that is not this metadata's JSON reads as
    /// empty.
    pub fn from_json(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// A stored event as it stands in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    pub stream: StreamId,
    /// Position in the stream, from 1.
    pub version: i64,
    pub event_type: String,
    /// Version of the payload's schema.
    pub event_version: String,
    /// The JSON text as it was stored.
    pub payload: String,
    /// The JSON text as it was stored.
    pub metadata: String,
    pub event_id: EventId,
    /// As stored: another program's row may have any text.
    pub tenant: String,
    /// When it was stored, by the database's clock.
    pub recorded_at: Timestamp,
}
