//! Following one order.

use std::collections::VecDeque;
use std::sync::Arc;

use read_models::query::{FoundOrder, Parts, Visibility, Window};
use read_models::{RowError, TimelineEntry, order_column};
use tokio::sync::watch;
use uuid::Uuid;

use super::subscription_permits::SubscriptionPermit;
use super::{Changes, watch as watching};
use crate::config::READ_AHEAD_EVENTS_MAX;
use crate::error::{ReadFailed, internal};

/// A subscription to the changes of one order.
pub struct Follow {
    changes: Changes,
    visible: Visibility,
    order_id: Uuid,
    /// The version that was delivered last.
    delivered: i64,
    newest: watch::Receiver<i64>,
    ahead: VecDeque<TimelineEntry>,
    order: Arc<FoundOrder>,
    /// What is read of the order: its version and what the subscriber selects.
    parts: Parts,
    _permit: SubscriptionPermit,
}

/// An event, and the order at its version or a later one.
#[derive(Debug)]
pub struct Change {
    pub entry: TimelineEntry,
    pub order: Arc<FoundOrder>,
}

/// Why following ended.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The order can no longer be seen.
    #[error("the order is not there")]
    Gone,
    /// The read models could not be read.
    #[error("the timeline could not be read")]
    Unread(#[source] ReadFailed),
}

/// The timeline has a gap, which no projector leaves.
#[derive(Debug, thiserror::Error)]
#[error("the timeline of order {order_id} goes from version {before} to {after}")]
struct Gap {
    order_id: Uuid,
    before: i64,
    after: i64,
}

impl Follow {
    /// Follows a visible order, which was read with `parts`, from the version after `after`.
    pub fn begin(
        changes: &Changes,
        visible: Visibility,
        parts: Parts,
        (order_id, order): (Uuid, FoundOrder),
        after: i64,
        permit: SubscriptionPermit,
    ) -> Self {
        Self {
            newest: changes.watch.order(order_id),
            changes: changes.clone(),
            visible,
            order_id,
            delivered: after,
            ahead: VecDeque::new(),
            order: Arc::new(order),
            parts,
            _permit: permit,
        }
    }

    /// Waits for the next change; `None` when the process stops.
    ///
    /// # Errors
    /// [`FollowError`]; no change follows it.
    pub async fn next(&mut self) -> Result<Option<Change>, FollowError> {
        while self.ahead.is_empty() {
            let delivered = self.delivered;
            if self.newest.wait_for(|newest| *newest > delivered).await.is_err() {
                return Ok(None);
            }
            self.read().await?;
            if self.ahead.is_empty() {
                // The rows were read from a replica that is behind the one that reported the version.
                watching::rest().await;
            }
        }
        let Some(entry) = self.ahead.pop_front() else { return Ok(None) };
        if entry.version != self.delivered + 1 {
            let gap = Gap { order_id: self.order_id, before: self.delivered, after: entry.version };
            let _ = internal(&gap);
            return Err(FollowError::Unread(ReadFailed));
        }
        self.delivered = entry.version;
        Ok(Some(Change { entry, order: Arc::clone(&self.order) }))
    }

    /// Reads the next events. The order is read after its events, so that it is never older than they are, and each
    /// time with the visibility of the subscriber.
    async fn read(&mut self) -> Result<(), FollowError> {
        let _turn = self.changes.turns.acquire().await.expect("the semaphore is never closed");
        let failed = |error| FollowError::Unread(ReadFailed::log(&error));
        let window = Window { after: self.delivered, ..Window::first(READ_AHEAD_EVENTS_MAX) };
        let entries = self.changes.read.timeline(&[self.order_id], window).await.map_err(failed)?;
        let order = self.changes.read.order(&self.visible, self.order_id, &self.parts).await.map_err(failed)?;
        self.order = Arc::new(order.ok_or(FollowError::Gone)?);
        let version = version(&self.order).map_err(|error| {
            let _ = internal(&error);
            FollowError::Unread(ReadFailed)
        })?;
        let entries = entries.into_values().flatten();
        self.ahead = entries.take_while(|entry| entry.version <= version).collect();
        Ok(())
    }
}

fn version(order: &FoundOrder) -> Result<i64, RowError> {
    order_column!(order.row, version)
}
