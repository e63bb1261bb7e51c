//! Finds out which of the followed orders have changed.
//!
//! Guarantees: one task queries all followed orders, in one statement a round, and runs only while an order is
//! followed; the pause between rounds grows with the duration of the query. It publishes only the newest version, so a
//! slow subscriber costs nothing. Does not: publish events; subscribers read those from the timeline.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use read_models::ReadDb;
use read_models::query::AppliedVersion;
use service_kit::clock::Stopwatch;
use service_kit::poll;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::error::ReadFailed;

/// Shortest time between two rounds, in milliseconds.
const ROUND_MS: u64 = 20;
const ROUND_MS_MAX: u64 = 500;
/// The pause is at least so many times as long as the query took, so that queries use a fifth of one connection at
/// most.
const REST_FACTOR: u32 = 4;
/// Time to the next round after one that failed, in milliseconds.
const FAILED_ROUND_MS: u64 = 1_000;

/// Watches orders.
#[derive(Clone)]
pub struct Watch(Arc<Inner>);

struct Inner {
    read: ReadDb,
    stop: CancellationToken,
    watched: Mutex<Watched>,
}

#[derive(Default)]
struct Watched {
    orders: HashMap<Uuid, watch::Sender<i64>>,
    asking: bool,
}

impl Watch {
    /// Over the read models, until `stop`.
    pub fn new(read: ReadDb, stop: CancellationToken) -> Self {
        Self(Arc::new(Inner { read, stop, watched: Mutex::default() }))
    }

    /// The newest known version of an order, 0 at first. It is updated for as long as the receiver lives.
    pub fn order(&self, order_id: Uuid) -> watch::Receiver<i64> {
        let mut watched = self.0.lock();
        let newest = watched.orders.entry(order_id).or_insert_with(|| watch::Sender::new(0)).subscribe();
        if !std::mem::replace(&mut watched.asking, true) {
            tokio::spawn(Arc::clone(&self.0).ask());
        }
        newest
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queries all followed orders, until none is followed or the process stops.
    async fn ask(self: Arc<Self>) {
        while let Some(orders) = self.orders() {
            let asking = Stopwatch::start();
            let rest = match self.read.versions(&orders).await {
                Ok(applied) => {
                    self.notify(&applied);
                    rest_after(asking.elapsed())
                }
                Err(error) => {
                    ReadFailed::log(&error);
                    Duration::from_millis(FAILED_ROUND_MS)
                }
            };
            if !poll::pause(rest, &self.stop).await {
                return;
            }
        }
    }

    /// The followed orders; `None` if there are none, which ends the task.
    fn orders(&self) -> Option<Vec<Uuid>> {
        let mut watched = self.lock();
        watched.orders.retain(|_, newest| newest.receiver_count() > 0);
        watched.asking = !watched.orders.is_empty();
        watched.asking.then(|| watched.orders.keys().copied().collect())
    }

    fn notify(&self, applied: &[AppliedVersion]) {
        let watched = self.lock();
        for order in applied {
            if let Some(newest) = watched.orders.get(&order.stream_id) {
                newest.send_if_modified(|known| std::mem::replace(known, order.version.max(*known)) < order.version);
            }
        }
    }
}

fn rest_after(asking: Duration) -> Duration {
    (asking * REST_FACTOR).clamp(Duration::from_millis(ROUND_MS), Duration::from_millis(ROUND_MS_MAX))
}

/// Pauses for a round, for a subscriber that was woken before the rows were visible to it.
pub async fn rest() {
    poll::pause(Duration::from_millis(ROUND_MS), &CancellationToken::new()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_grows_with_the_asking_within_its_bounds() {
        let rest = |ms| rest_after(Duration::from_millis(ms)).as_millis();
        assert_eq!((rest(1), rest(30), rest(5_000)), (20, 120, 500));
    }
}
