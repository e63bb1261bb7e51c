//! Past states of orders, folded from their timeline.

use async_graphql::{OneofObject, Result};
use chrono::{DateTime, Utc};
use domain::Timestamp;
use domain::contract::Position;
use read_models::query::{FoundOrder, Window};
use read_models::{OrderView, ReadDb, TimelineEntry, ViewState, fold};
use uuid::Uuid;

use crate::config::AS_OF_EVENTS_MAX;
use crate::error::{Code, ReadFailed, internal, read_failed};

/// Whether an event is at or before a point of time.
type Until = Box<dyn Fn(&TimelineEntry) -> bool + Send + Sync>;

/// A point of time in the past.
#[derive(Debug, Clone, OneofObject)]
pub enum AsOf {
    /// The state after so many events of the order.
    Version(i32),
    /// The state after the event log up to this position, written `shard.position`.
    Position(String),
    /// The state after all events that were recorded up to this time.
    Time(DateTime<Utc>),
}

impl AsOf {
    /// The order as it was at this point. The caller has checked that the order is visible.
    pub async fn order(&self, read: &ReadDb, order_id: Uuid, now: Timestamp) -> Result<FoundOrder> {
        if matches!(self, Self::Time(time) if *time > now.to_datetime()) {
            return Err(Code::AsOfOutOfRange.error("nobody knows the future"));
        }
        let until = self.until()?;
        let entries = read
            .timeline(&[order_id], Window::first(AS_OF_EVENTS_MAX + 1))
            .await
            .map_err(|error| read_failed(ReadFailed::log(&error)))?
            .remove(&order_id)
            .unwrap_or_default();
        let mut view: Option<OrderView> = None;
        for entry in entries.iter().take_while(|entry| until(entry)) {
            if view.as_ref().is_some_and(|view| view.version >= AS_OF_EVENTS_MAX.into()) {
                return Err(Code::AsOfOutOfRange.error("the order has too many events to look back"));
            }
            let published = entry.published().map_err(|error| internal(&error))?;
            view = Some(fold(view, &published).map_err(|error| internal(&error))?);
        }
        let reached = |view: &OrderView| match self {
            Self::Version(version) => view.version == i64::from(*version),
            Self::Position(_) | Self::Time(_) => true,
        };
        view.filter(|view| view.state != ViewState::Foreign && reached(view))
            .map(|view| FoundOrder { row: view.into(), events: Vec::new() })
            .ok_or_else(|| Code::AsOfOutOfRange.error("the order has no state at that point"))
    }

    /// Whether an event is at or before this point.
    fn until(&self) -> Result<Until> {
        match self {
            Self::Version(version) => {
                let version = i64::from(*version);
                Ok(Box::new(move |entry| entry.version <= version))
            }
            Self::Position(text) => {
                let position: Position = text
                    .parse()
                    .map_err(|_| Code::BadUserInput.error("a position is of the form shard.position, such as 0.17"))?;
                Ok(Box::new(move |entry| entry.shard == position.shard && entry.position <= position.position))
            }
            Self::Time(time) => {
                let time = *time;
                Ok(Box::new(move |entry| entry.recorded_at <= time))
            }
        }
    }
}
