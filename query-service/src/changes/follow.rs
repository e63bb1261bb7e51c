//! Following one order.

use std::collections::VecDeque;

use read_models::query::{OrderRow, TimelineEntry, Visibility, Window};
use tokio::sync::watch;
use uuid::Uuid;

use super::seats::Seat;
use super::{Changes, watch as watching};
use crate::config::READ_AHEAD_EVENTS_MAX;
use crate::error::{ReadFailed, internal};

/// Somebody who follows an order.
pub struct Follow {
    changes: Changes,
    visible: Visibility,
    order_id: Uuid,
    /// The version that was told last.
    told: i64,
    newest: watch::Receiver<i64>,
    ahead: VecDeque<TimelineEntry>,
    order: OrderRow,
    _seat: Seat,
}

/// An event, and the order at its version or a later one.
#[derive(Debug, Clone)]
pub struct Change {
    /// What happened.
    pub entry: TimelineEntry,
    /// The order, without its lines.
    pub order: OrderRow,
}

/// Why following ended.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// The order can no longer be seen.
    #[error("the order is not there")]
    Gone,
    /// The read models could not be read.
    #[error("the timeline could not be read")]
    Unread(#[source] ReadFailed),
}

/// The timeline has a hole, which no projector leaves.
#[derive(Debug, thiserror::Error)]
#[error("the timeline of order {order_id} goes from version {before} to {after}")]
struct Hole {
    order_id: Uuid,
    before: i64,
    after: i64,
}

impl Follow {
    /// Follows a visible order from behind a version that it has.
    pub fn begin(changes: &Changes, visible: Visibility, order: OrderRow, after: i64, seat: Seat) -> Self {
        let order_id = order.view.order_id;
        Self {
            newest: changes.watch.order(order_id),
            changes: changes.clone(),
            visible,
            order_id,
            told: after,
            ahead: VecDeque::new(),
            order,
            _seat: seat,
        }
    }

    /// The next change, once there is one; `None` when the process stops.
    ///
    /// # Errors
    /// [`Lost`]; nothing comes after it.
    pub async fn next(&mut self) -> Result<Option<Change>, Lost> {
        while self.ahead.is_empty() {
            let told = self.told;
            if self.newest.wait_for(|newest| *newest > told).await.is_err() {
                return Ok(None);
            }
            self.read().await?;
            if self.ahead.is_empty() {
                // Another copy of the rows answered than the one that told of them.
                watching::rest().await;
            }
        }
        let Some(entry) = self.ahead.pop_front() else { return Ok(None) };
        if entry.version != self.told + 1 {
            let hole = Hole { order_id: self.order_id, before: self.told, after: entry.version };
            let _ = internal(&hole);
            return Err(Lost::Unread(ReadFailed));
        }
        self.told = entry.version;
        Ok(Some(Change { entry, order: self.order.clone() }))
    }

    /// Reads on. The order is read after its events, so that it is never older than they are, and each time anew through
    /// the eyes of whoever follows.
    async fn read(&mut self) -> Result<(), Lost> {
        let _turn = self.changes.turns.acquire().await.expect("the semaphore is never closed");
        let failed = |error| Lost::Unread(ReadFailed::log(&error));
        let window = Window { after: self.told, ..Window::first(READ_AHEAD_EVENTS_MAX) };
        let entries = self.changes.read.timeline(&[self.order_id], window).await.map_err(failed)?;
        let mut orders = self.changes.read.orders(&self.visible, &[self.order_id]).await.map_err(failed)?;
        self.order = orders.pop().ok_or(Lost::Gone)?;
        let entries = entries.into_values().flatten();
        self.ahead = entries.take_while(|entry| entry.version <= self.order.view.version).collect();
        Ok(())
    }
}
