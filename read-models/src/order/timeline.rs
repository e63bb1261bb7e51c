//! The history of orders: the table `order_timeline`, one row an event.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::contract::{Position, PublicEvents};
use domain::order::contract::{PublicEvent, Published};
use domain::{EventId, Timestamp};
use serde_json::Value;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::fold::recorded_at;
use crate::table::{Cell, ColumnSet, Field, RowError, Table, columns};

const NAME: &str = "order_timeline";

/// One row an event, readable.
pub(crate) static ORDER_TIMELINE: LazyLock<Table> =
    LazyLock::new(|| Table::of::<TimelineEntry>(NAME, &["order_id", "version"]));

/// Columns of `order_timeline`.
pub type EventColumns = ColumnSet<TimelineEntry>;

/// One event of an order. To be written, it borrows its texts and its body from the event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimelineEntry<Text = String, Body = Value> {
    pub order_id: Uuid,
    /// Number within the order's history, from 1.
    pub version: i64,
    pub event_id: Uuid,
    /// The event's name in the public contract.
    pub event_type: Text,
    /// When it happened, in business time.
    pub at: DateTime<Utc>,
    /// When it was recorded, to the millisecond.
    pub recorded_at: DateTime<Utc>,
    /// The public event's body; addresses sealed.
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

columns!(TimelineEntry<Text, Body> {
    order_id,
    version,
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

impl<'a> TimelineEntry<&'a str, &'a PublicEvent> {
    /// The row of an event.
    pub(crate) fn borrowed(order_id: Uuid, record: &'a Published) -> Self {
        Self::of(order_id, record, &record.event)
    }
}

impl TimelineEntry {
    /// The row of an event, as it is read back.
    pub(crate) fn owned(order_id: Uuid, record: &Published) -> Self {
        let body = record.event.to_json().expect("an event is plain data");
        Self::of(order_id, record, body)
    }

    /// Position in the log.
    pub const fn log_position(&self) -> Position {
        Position { shard: self.shard, position: self.position }
    }

    /// The public event of two of the columns.
    ///
    /// # Errors
    /// A row that no projector wrote.
    pub fn event(event_type: &str, body: &Value) -> Result<PublicEvent, RowError> {
        let damaged =
            |error: &dyn std::fmt::Display| RowError::Value { table: NAME, column: "body", value: error.to_string() };
        PublicEvent::from_json(event_type, body.clone()).map_err(|error| damaged(&error))
    }

    /// The event as it was published, to fold it again.
    ///
    /// # Errors
    /// A row that no projector wrote.
    pub fn published(&self) -> Result<Published, RowError> {
        let damaged =
            |column, value: &dyn std::fmt::Display| RowError::Value { table: NAME, column, value: value.to_string() };
        Ok(Published {
            event: Self::event(&self.event_type, &self.body)?,
            event_id: EventId::new(self.event_id),
            position: self.log_position(),
            recorded_at: Timestamp::try_from(self.recorded_at).map_err(|error| damaged("recorded_at", &error))?,
            correlation_id: self.correlation_id.clone(),
            causation_id: self.causation_id.clone(),
            traceparent: self.traceparent.clone(),
        })
    }
}

impl<'a, Text: From<&'a str>, Body> TimelineEntry<Text, Body> {
    fn of(order_id: Uuid, record: &'a Published, body: Body) -> Self {
        let text = |text: &'a Option<String>| text.as_deref().map(Text::from);
        Self {
            order_id,
            version: record.event.version(),
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

impl Field for &PublicEvent {
    const KIND: Type = Type::JSONB;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self)
    }
}
