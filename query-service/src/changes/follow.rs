//! Following one order.

use std::collections::VecDeque;

use read_models::query::{Visibility, Window};
use read_models::{OrderView, TimelineEntry};
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
    order: OrderView,
    _permit: SubscriptionPermit,
}

/// An event, and the order at its version or a later one.
#[derive(Debug, Clone)]
pub struct Change {
    pub entry: TimelineEntry,
    /// The order, without its lines.
    pub order: OrderView,
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
    /// Follows a visible order from the version after `after`.
    pub fn begin(
        changes: &Changes,
        visible: Visibility,
        order: OrderView,
        after: i64,
        permit: SubscriptionPermit,
    ) -> Self {
        let order_id = order.order_id;
        Self {
            newest: changes.watch.order(order_id),
            changes: changes.clone(),
            visible,
            order_id,
            delivered: after,
            ahead: VecDeque::new(),
            order,
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
        Ok(Some(Change { entry, order: self.order.clone() }))
    }

    /// Reads the next events. The order is read after its events, so that it is never older than they are, and each
    /// time with the visibility of the subscriber.
    async fn read(&mut self) -> Result<(), FollowError> {
        let _turn = self.changes.turns.acquire().await.expect("the semaphore is never closed");
        let failed = |error| FollowError::Unread(ReadFailed::log(&error));
        let window = Window { after: self.delivered, ..Window::first(READ_AHEAD_EVENTS_MAX) };
        let entries = self.changes.read.timeline(&[self.order_id], window).await.map_err(failed)?;
        let mut orders = self.changes.read.orders(&self.visible, &[self.order_id]).await.map_err(failed)?;
        self.order = orders.pop().ok_or(FollowError::Gone)?;
        let entries = entries.into_values().flatten();
        self.ahead = entries.take_while(|entry| entry.version <= self.order.version).collect();
        Ok(())
    }
}
