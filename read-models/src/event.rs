//! What the row of an event has whatever the kind of its stream is.

use chrono::{DateTime, Utc};
use domain::contract::{Position, PublicEvents, Published};
use serde_json::Value;
use tokio_postgres::types::Type;

use crate::fold::recorded_at;
use crate::table::{Cell, Field, RowError, columns};

/// The columns that the histories of kinds have in common, behind the stream's id, the version and what is particular to the kind. To
/// be written, they borrow their texts and the body from the event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventFields<Text = String, Body = Value> {
    pub event_id: uuid::Uuid,
    /// The event's name in the public contract.
    pub event_type: Text,
    /// When it happened, in business time.
    pub at: DateTime<Utc>,
    /// When it was recorded, to the millisecond.
    pub recorded_at: DateTime<Utc>,
    /// The public event's body.
    pub body: Body,
    /// Shared by everything that one request led to.
    pub correlation_id: Option<Text>,
    /// The id of what caused the event.
    pub causation_id: Option<Text>,
    /// W3C trace context (`traceparent`).
    pub traceparent: Option<Text>,
    /// Shard of the log.
    pub shard: i16,
    /// Position in the shard.
    pub position: i64,
}

columns!(EventFields<Text, Body> {
    event_id,
    event_type = "type",
    at,
    recorded_at,
    body,
    correlation_id,
    causation_id,
    traceparent,
    shard,
    position,
});

/// A public event as the column `body` takes it.
#[derive(Debug, Clone, Copy)]
pub struct PublicBody<'a, E>(&'a E);

impl<E: PublicEvents> Field for PublicBody<'_, E> {
    const KIND: Type = Type::JSONB;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self.0)
    }
}

impl<'a, E: PublicEvents> EventFields<&'a str, PublicBody<'a, E>> {
    /// The columns of an event that folds.
    pub(crate) fn borrowed(record: &'a Published<E>) -> Self {
        Self::of(record, PublicBody(&record.event))
    }
}

impl EventFields {
    /// The columns of an event that folds, as they are read back.
    pub(crate) fn owned<E: PublicEvents>(record: &Published<E>) -> Self {
        Self::of(record, record.event.to_json().expect("an event is plain data"))
    }

    /// Position in the log.
    pub const fn log_position(&self) -> Position {
        Position { shard: self.shard, position: self.position }
    }

    /// The public event, from the table of a name.
    ///
    /// # Errors
    /// A row that no projector wrote.
    pub fn event<E: PublicEvents>(&self, table: &'static str) -> Result<E, RowError> {
        let damaged = |error: serde_json::Error| RowError::Value { table, column: "body", value: error.to_string() };
        E::from_json(&self.event_type, self.body.clone()).map_err(damaged)
    }
}

impl<'a, Text: From<&'a str>, Body> EventFields<Text, Body> {
    fn of<E: PublicEvents>(record: &'a Published<E>, body: Body) -> Self {
        let text = |text: &'a Option<String>| text.as_deref().map(Text::from);
        Self {
            event_id: record.event_id.uuid(),
            event_type: record.event.name().into(),
            at: DateTime::from_timestamp_micros(record.event.at()).expect("the fold refuses moments out of range"),
            recorded_at: recorded_at(record),
            body,
            correlation_id: text(&record.correlation_id),
            causation_id: text(&record.causation_id),
            traceparent: text(&record.traceparent),
            shard: record.position.shard,
            position: record.position.position,
        }
    }
}
