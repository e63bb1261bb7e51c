//! Knowing which orders have changed.
//!
//! Guarantees: one task asks for all orders that anybody follows, in one statement a round, and only while somebody does;
//! it rests longer the longer the answer takes. What it tells is the newest version alone, so a waiter that is slow costs
//! nothing. Does not: tell what happened; whoever follows reads that from the timeline.

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

/// Time between two rounds.
const ROUND_MS: u64 = 20;
const ROUND_MS_MAX: u64 = 500;
/// The rest is at least so many times as long as the asking was: asking takes a fifth of one connection at most.
const REST_FACTOR: u32 = 4;
/// Time to the next round after one that failed.
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

    /// The newest version of an order that is known, 0 at first. Watched for as long as the receiver lives.
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

    /// Asks for all who follow, until nobody does or the process stops.
    async fn ask(self: Arc<Self>) {
        while let Some(orders) = self.orders() {
            let asking = Stopwatch::start();
            let rest = match self.read.versions(&orders).await {
                Ok(applied) => {
                    self.tell(&applied);
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

    /// The orders that are followed; `None` ends the asking.
    fn orders(&self) -> Option<Vec<Uuid>> {
        let mut watched = self.lock();
        watched.orders.retain(|_, newest| newest.receiver_count() > 0);
        watched.asking = !watched.orders.is_empty();
        watched.asking.then(|| watched.orders.keys().copied().collect())
    }

    fn tell(&self, applied: &[AppliedVersion]) {
        let watched = self.lock();
        for order in applied {
            if let Some(newest) = watched.orders.get(&order.order_id) {
                newest.send_if_modified(|known| std::mem::replace(known, order.version.max(*known)) < order.version);
            }
        }
    }
}

fn rest_after(asking: Duration) -> Duration {
    (asking * REST_FACTOR).clamp(Duration::from_millis(ROUND_MS), Duration::from_millis(ROUND_MS_MAX))
}

/// Rests for a round, for whoever was woken before the rows could be seen.
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
