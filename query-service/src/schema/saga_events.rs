//! The timeline of a saga: its events.

use async_graphql::Result;
use chrono::{DateTime, Utc};
use domain::contract::PublicEvents;
use domain::order_saga::contract::PublicEvent;
use read_models::{SagaEvent as Row, SagaView};
use uuid::Uuid;

use super::connection::{PageArguments, PageInfo};
use super::reading::Reading;
use super::scalars::{Json, Long};
use crate::error::internal;
use crate::output::object;

/// The table that events are read from, for errors.
const TABLE: &str = "saga_event";

/// A page of a saga's events.
pub struct SagaEventConnection<'a> {
    reading: &'a Reading,
    /// The name of the list that the cursors belong to.
    list: String,
    page: PageArguments,
    events: &'a [Row],
    more: bool,
    /// The saga's version, which is the number of its events.
    version: i64,
}

object! {
    /// A page of the events of a saga, oldest first.
    SagaEventConnection for SagaEventConnection<'_> as page {
        /// The events of the page with their cursors.
        edges: Vec<SagaEventEdge<'_>> => page.events.iter().map(|event| SagaEventEdge { page, event }).collect(),
        /// The events of the page.
        nodes: Vec<SagaEvent<'_>> => page.events.iter().map(SagaEvent).collect(),
        /// The position of the page within the timeline.
        pageInfo: PageInfo => page.page.info(page.more, page.events, |event| Ok(page.cursor(event)))?,
        /// The number of all events of the saga.
        totalCount: Long => Long(page.version),
    }
}

/// An event in its page.
struct SagaEventEdge<'a> {
    page: &'a SagaEventConnection<'a>,
    event: &'a Row,
}

object! {
    /// An event of a saga with its cursor.
    SagaEventEdge for SagaEventEdge<'_> as edge {
        /// The position of the event in the timeline.
        cursor: String => edge.page.cursor(edge.event),
        /// The event.
        node: SagaEvent<'_> => SagaEvent(edge.event),
    }
}

/// The name of the list that cursors to events of a saga belong to.
pub fn list(order_id: Uuid) -> String {
    format!("saga of {order_id}")
}

impl<'a> SagaEventConnection<'a> {
    /// A page of the events of a saga: those of the page's window, with one more where the list goes on.
    pub fn new(reading: &'a Reading, page: PageArguments, saga: &SagaView, events: &'a [Row]) -> Result<Self> {
        let list = list(saga.order_id);
        page.window(&reading.cursors, &list)?;
        let limit = page.limit as usize;
        let more = events.len() > limit;
        let events = match events.len().checked_sub(limit) {
            Some(surplus) if page.from_end => &events[surplus..],
            Some(_) => &events[..limit],
            None => events,
        };
        Ok(Self { reading, list, page, events, more, version: saga.version })
    }

    fn cursor(&self, (place, _): &Row) -> String {
        self.reading.cursors.seal(&self.list, &place.version)
    }
}

/// One event.
struct SagaEvent<'a>(&'a Row);

object! {
    /// An event of a saga. One that asks another participant for something is the request: its id is the request's.
    SagaEvent for SagaEvent<'_> as it {
        /// The version of the saga after this event: its number within the saga, from 1.
        version: Long => Long(it.0.0.version),
        /// The name of the event in the public contract.
        r#type: &str => &it.0.1.event_type,
        /// The id of the event.
        eventId: Uuid => it.0.1.event_id,
        /// When the event happened.
        at: DateTime<Utc> => it.0.1.at,
        /// When the event was recorded.
        recordedAt: DateTime<Utc> => it.0.1.recorded_at,
        /// A description of the event in words.
        description: String => it.0.1.event::<PublicEvent>(TABLE).map_err(|error| internal(&error))?.describe(),
        /// The body of the public event.
        body: Json => Json(it.0.1.body.clone()),
        /// An id that all events of one request share.
        correlationId: Option<&str> => it.0.1.correlation_id.as_deref(),
        /// The id of the cause of the event.
        causationId: Option<&str> => it.0.1.causation_id.as_deref(),
        /// The position of the event in the event log, written `shard.position`.
        position: String => it.0.1.log_position().to_string(),
    }
}
