//! Following orders: every change of an order, once and in order, from any point of its history.
//!
//! Guarantees: changes are read from the rows of the timeline, by version, so none is lost or doubled by a restart, a
//! failure or a switch of generations; a slow client delays only its own reading. One statement a round finds which of
//! all followed orders have changed. Does not: buffer events for clients beyond a small read-ahead.

mod follow;
mod subscription_permits;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use read_models::ReadDb;
use service_kit::fairness::Shares;
use service_kit::poll;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

pub use follow::{Change, Follow, FollowError};
pub use subscription_permits::{SubscriptionPermit, SubscriptionPermits, TooMany};

use crate::config::{CATCHING_UP_MAX, Limits};
use watch::Watch;

/// Time between two looks at a kitchen's board that is followed, in milliseconds.
const BOARD_ROUND_MS: u64 = 250;

/// The state that all subscriptions of a process share. Cheap to clone.
#[derive(Clone)]
pub struct Changes {
    read: ReadDb,
    watch: Watch,
    turns: Arc<Semaphore>,
    stop: CancellationToken,
    permits: Arc<Semaphore>,
    shares: Shares,
    per_connection_max: usize,
}

impl Changes {
    /// Over the read models, until `stop`.
    pub fn new(read: ReadDb, limits: &Limits, stop: CancellationToken) -> Self {
        Self {
            watch: Watch::new(read.clone(), stop.clone()),
            stop,
            read,
            turns: Arc::new(Semaphore::new(CATCHING_UP_MAX)),
            permits: Arc::new(Semaphore::new(limits.subscriptions_max)),
            shares: Shares::of("subscriptions", limits.subscriptions_max),
            per_connection_max: limits.subscriptions_per_connection_max,
        }
    }

    /// Waits for a turn to read, of which a process has a bounded number.
    pub async fn turn(&self) -> SemaphorePermit<'_> {
        self.turns.acquire().await.expect("the semaphore is never closed")
    }

    /// Pauses before a board is looked at again; `false` when the process stops.
    pub async fn rest_of_boards(&self) -> bool {
        poll::pause(Duration::from_millis(BOARD_ROUND_MS), &self.stop).await
    }

    /// The subscription permits of a new connection.
    pub fn subscription_permits(&self) -> SubscriptionPermits {
        SubscriptionPermits::new(Arc::clone(&self.permits), self.shares.clone(), self.per_connection_max)
    }
}
