//! Timelines: the events of orders.

use domain::contract::PublicEvents;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::contract::Position;
use domain::order::contract::{PublicEvent, Published};
use domain::{EventId, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::Window;
use crate::rows::{Reader, RowError};
use crate::{Model, ReadDb, ReadDbError};

/// One event of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineEntry {
    pub order_id: Uuid,
    /// Number within the order's history, from 1.
    pub version: i64,
    pub event_id: Uuid,
    /// The event's name in the public contract.
    pub event_type: String,
    /// When it happened, in business time.
    pub at: DateTime<Utc>,
    /// When it was recorded, to the millisecond.
    pub recorded_at: DateTime<Utc>,
    /// The public event's body; addresses sealed.
    pub body: Value,
    /// Shared by everything that one request led to.
    pub correlation_id: Option<String>,
    /// The id of what caused the event.
    pub causation_id: Option<String>,
    /// W3C trace context (`traceparent`).
    pub traceparent: Option<String>,
    /// Position in the log.
    pub position: Position,
}

impl TimelineEntry {
    pub(crate) fn read(row: &tokio_postgres::Row) -> Result<Self, RowError> {
        let reader = Reader { table: Model::OrderTimeline.name(), row };
        Ok(Self {
            order_id: reader.get("order_id")?,
            version: reader.get("version")?,
            event_id: reader.get("event_id")?,
            event_type: reader.get("type")?,
            at: reader.get("at")?,
            recorded_at: reader.get("recorded_at")?,
            body: reader.get("body")?,
            correlation_id: reader.get("correlation_id")?,
            causation_id: reader.get("causation_id")?,
            traceparent: reader.get("traceparent")?,
            position: Position { shard: reader.get("shard")?, position: reader.get("position")? },
        })
    }

    /// The event as it was published, to fold it again.
    ///
    /// # Errors
    /// [`RowError`] for a row that no projector wrote.
    pub fn published(&self) -> Result<Published, RowError> {
        let damaged = |column, value: &dyn std::fmt::Display| RowError::Value {
            table: Model::OrderTimeline.name(),
            column,
            value: value.to_string(),
        };
        Ok(Published {
            event: PublicEvent::from_json(&self.event_type, self.body.clone())
                .map_err(|error| damaged("body", &error))?,
            event_id: EventId::new(self.event_id),
            position: self.position,
            recorded_at: Timestamp::try_from(self.recorded_at).map_err(|error| damaged("recorded_at", &error))?,
            correlation_id: self.correlation_id.clone(),
            causation_id: self.causation_id.clone(),
            traceparent: self.traceparent.clone(),
        })
    }
}

impl ReadDb {
    /// The events of some orders within a window, by version. The caller has checked that the orders are visible.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn timeline(
        &self,
        ids: &[Uuid],
        window: Window,
    ) -> Result<HashMap<Uuid, Vec<TimelineEntry>>, ReadDbError> {
        let what = "timelines";
        let rows = self
            .query(
                what,
                include_str!("../../sql/query/timeline.sql"),
                &[&ids, &window.after, &window.before, &i64::from(window.limit), &window.from_end],
            )
            .await?;
        let mut timelines: HashMap<Uuid, Vec<TimelineEntry>> = HashMap::new();
        for row in &rows {
            let entry = TimelineEntry::read(row).map_err(|source| ReadDbError::Row { what, source })?;
            timelines.entry(entry.order_id).or_default().push(entry);
        }
        Ok(timelines)
    }
}
