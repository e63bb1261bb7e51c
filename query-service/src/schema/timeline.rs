//! The timeline: the events of an order.

use async_graphql::Result;
use chrono::{DateTime, Utc};
use domain::contract::{Position, PublicEvents};
use read_models::TimelineEntry;
use serde_json::Value;
use uuid::Uuid;

use super::connection::{PageArguments, PageInfo};
use super::reading::Reading;
use super::scalars::{Json, Long};
use crate::error::internal;
use crate::output::object;

/// A page of an order's events.
pub struct TimelineConnection<'a> {
    reading: &'a Reading,
    /// The name of the list that the cursors belong to.
    list: String,
    page: PageArguments,
    events: &'a [TimelineEntry],
    more: bool,
    /// The order's version, which is the number of its events.
    version: i64,
}

object! {
    /// A page of the events of an order, oldest first.
    TimelineConnection for TimelineConnection<'_> as page {
        /// The events of the page with their cursors.
        edges: Vec<TimelineEdge<'_>> => page.events.iter().map(|event| TimelineEdge { page, event }).collect(),
        /// The events of the page.
        nodes: Vec<TimelineEvent<'_>> => page.events.iter().map(TimelineEvent::new).collect(),
        /// The position of the page within the timeline.
        pageInfo: PageInfo => page.page.info(page.more, page.events, |event| Ok(page.cursor(event)))?,
        /// The number of all events of the order.
        totalCount: Long => Long(page.version),
    }
}

/// An event in its page.
struct TimelineEdge<'a> {
    page: &'a TimelineConnection<'a>,
    event: &'a TimelineEntry,
}

object! {
    /// An event with its cursor.
    TimelineEdge for TimelineEdge<'_> as edge {
        /// The position of the event in the timeline.
        cursor: String => edge.page.cursor(edge.event),
        /// The event.
        node: TimelineEvent<'_> => TimelineEvent::new(edge.event),
    }
}

/// The name of the list that cursors to events of an order belong to.
pub fn list(order_id: Uuid) -> String {
    format!("timeline of {order_id}")
}

impl<'a> TimelineConnection<'a> {
    /// A page of the events of an order at a version: those of the page's window, with one more where the list goes on.
    pub fn new(
        reading: &'a Reading,
        page: PageArguments,
        order_id: Uuid,
        version: i64,
        events: &'a [TimelineEntry],
    ) -> Result<Self> {
        let list = list(order_id);
        page.window(&reading.cursors, &list)?;
        let limit = page.limit as usize;
        let more = events.len() > limit;
        let events = match events.len().checked_sub(limit) {
            Some(surplus) if page.from_end => &events[surplus..],
            Some(_) => &events[..limit],
            None => events,
        };
        Ok(Self { reading, list, page, events, more, version })
    }

    fn cursor(&self, event: &TimelineEntry) -> String {
        self.reading.cursors.seal(&self.list, &event.version)
    }
}

/// One event.
pub struct TimelineEvent<'a>(&'a TimelineEntry);

impl<'a> TimelineEvent<'a> {
    /// The event of a row.
    pub const fn new(entry: &'a TimelineEntry) -> Self {
        Self(entry)
    }
}

/// A column of an event's row.
macro_rules! column {
    ($event:ident, $column:ident) => {
        Ok::<_, crate::output::Failure>(&$event.0.$column)
    };
}

object! {
    /// One event of an order.
    TimelineEvent for TimelineEvent<'_> as event from (TimelineEntry, column) {
        /// The version of the order after this event: its number within the order, from 1.
        version: Long [version] => Long(*version),
        /// The name of the event in the public contract.
        r#type: &str [event_type] => event_type.as_str(),
        /// The id of the event.
        eventId: Uuid [event_id] => *event_id,
        /// When the event happened.
        at: DateTime<Utc> [at] => *at,
        /// When the event was recorded.
        recordedAt: DateTime<Utc> [recorded_at] => *recorded_at,
        /// A description of the event in words.
        description: String [event_type, body] => {
            TimelineEntry::event(event_type, body).map_err(|error| internal(&error))?.describe()
        },
        /// The body of the public event, without sealed personal data.
        body: Json [body] => Json(hide_sealed(body.clone())),
        /// An id that all events of one request share.
        correlationId: Option<&str> [correlation_id] => correlation_id.as_deref(),
        /// The id of the cause of the event.
        causationId: Option<&str> [causation_id] => causation_id.as_deref(),
        /// The W3C trace context (`traceparent`) of the event.
        traceparent: Option<&str> [traceparent] => traceparent.as_deref(),
        /// The id of the trace that the event belongs to.
        traceId: Option<&str> [traceparent] => {
            traceparent.as_deref().and_then(|traceparent| traceparent.split('-').nth(1))
        },
        /// The position of the event in the event log, written `shard.position`.
        position: String [shard, position] => Position { shard: *shard, position: *position }.to_string(),
    }
}

/// Removes ciphertexts: no client can read them, and addresses have fields of their own.
fn hide_sealed(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_sealed = matches!(&**name, "details" | "contact") && value.get("data").is_some();
                *value = if is_sealed { serde_json::json!({"sealed": true}) } else { hide_sealed(value.take()) };
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = hide_sealed(item.take())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    value
}
