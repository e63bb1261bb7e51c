//! Following orders: every change of one, in order and once, from any place in its history.
//!
//! Guarantees: what is followed are the rows of the timeline, by version, so nothing is lost or doubled by a restart, a
//! failure or a switch of generations; a client that is slow holds back its own reading and nothing else. However many
//! orders are followed, one statement a round tells which have changed. Does not: keep events in memory for anybody.

mod follow;
mod seats;
mod watch;

use std::sync::Arc;

use read_models::ReadDb;
use service_kit::fairness::Shares;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use follow::{Change, Follow, Lost};
pub use seats::{Seats, TooMany};

use crate::config::{CATCHING_UP_MAX, Limits};
use watch::Watch;

/// What all who follow orders in a process share. Cheap to clone.
#[derive(Clone)]
pub struct Changes {
    read: ReadDb,
    watch: Watch,
    turns: Arc<Semaphore>,
    seats: Arc<Semaphore>,
    shares: Shares,
    per_connection_max: usize,
}

impl Changes {
    /// Over the read models, until `stop`.
    pub fn new(read: ReadDb, limits: &Limits, stop: CancellationToken) -> Self {
        Self {
            watch: Watch::new(read.clone(), stop),
            read,
            turns: Arc::new(Semaphore::new(CATCHING_UP_MAX)),
            seats: Arc::new(Semaphore::new(limits.subscriptions_max)),
            shares: Shares::of("subscriptions", limits.subscriptions_max),
            per_connection_max: limits.subscriptions_per_connection_max,
        }
    }

    /// The seats of a new connection.
    pub fn seats(&self) -> Seats {
        Seats::new(Arc::clone(&self.seats), self.shares.clone(), self.per_connection_max)
    }
}
