//! A public event with the values of its record's headers.

use serde::{Deserialize, Serialize};

use crate::{EventId, Timestamp};

/// A public event with its envelope, read from a topic or made from the log for a rebuild.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published<E> {
    /// The record's body.
    pub event: E,
    /// The stored event's id, `ce_id`.
    pub event_id: EventId,
    /// Position in the log, `ce_globalposition`.
    pub position: Position,
    /// When the row was stored, the record's Kafka timestamp.
    pub recorded_at: Timestamp,
    /// Shared by everything that one request or process has caused, `ce_correlationid`.
    pub correlation_id: Option<String>,
    /// Id of the event or request that caused the event, `ce_causationid`.
    pub causation_id: Option<String>,
    /// W3C trace context, `traceparent`.
    pub traceparent: Option<String>,
}

/// A position in the log, written `shard.position`. Positions of one shard are contiguous from 1; shards are not
/// ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Position {
    /// From 0.
    pub shard: i16,
    /// From 1; 0 is before the first event.
    pub position: i64,
}

/// A text is not of the form `shard.position`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a position of the form shard.position, such as 0.17: {0:?}")]
pub struct InvalidPosition(String);

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.shard, self.position)
    }
}

impl std::str::FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (shard, position) = text.split_once('.')?;
            let shard = shard.parse::<i16>().ok()?;
            let position = position.parse::<i64>().ok()?;
            (shard >= 0 && position >= 0).then_some(Self { shard, position })
        };
        parse().ok_or_else(|| InvalidPosition(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Position {
    type Error = InvalidPosition;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Position> for String {
    fn from(position: Position) -> Self {
        position.to_string()
    }
}
