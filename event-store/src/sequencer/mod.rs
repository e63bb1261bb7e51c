//! Assigns positions to committed events.
//!
//! Guarantees: positions of a shard are contiguous and in stream order, whoever runs how many sequencers; a stopped one
//! holds no lock, since one call of a server-side function is one transaction. What a call costs does not grow with the
//! dead rows that a transaction left open keeps in the queue.
//! Does not: wait for open transactions of others. What commits late gets a later position.

mod queue;
mod session;

use std::time::Duration;

use service_kit::clock::Stopwatch;
use service_kit::config::DatabaseUrl;
use service_kit::postgres::ConnectError;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::Store;
use session::{Sequenced, Session};

/// Shortest time from the beginning of one call to that of the next: under load a call then serves many statements, at the price of this
/// much delay.
const PACE_MS: u64 = 3;
/// On a busy machine this many times as long as the last call took, so that calls leave the machine to others.
const PACE_CALLS: u32 = 3;
/// But no longer than this.
const PACE_MS_MAX: u64 = 20;
/// Events of a call that takes its time because of them, so that no rest follows.
const MANY_EVENTS_MIN: i64 = 400;
/// How long it waits while another one is at work, or after a fault.
const STANDBY_MS: u64 = 100;

/// Assigns positions in one shard.
pub struct Sequencer {
    store: Store,
    url: DatabaseUrl,
    shard: i16,
    head: watch::Sender<i64>,
}

/// Why positions could not be assigned.
#[derive(Debug, thiserror::Error)]
pub enum SequenceError {
    /// The database cannot be reached.
    #[error("the sequencer cannot reach the event store")]
    Connect(#[from] ConnectError),
    /// The statement failed.
    #[error("giving positions failed")]
    Statement(#[from] tokio_postgres::Error),
}

impl Sequencer {
    /// A sequencer of one shard, and a receiver of the last assigned position that it has seen.
    pub fn new(store: Store, url: DatabaseUrl, shard: i16) -> (Self, watch::Receiver<i64>) {
        let (head, seen) = watch::channel(0);
        (Self { store, url, shard, head }, seen)
    }

    /// Assigns positions until cancelled. It reconnects after a lost connection.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let Err(error) = self.session(&stop).await else { return };
            tracing::warn!(shard = self.shard, error = &error as &dyn std::error::Error, "the sequencer starts over");
            service_kit::poll::pause(Duration::from_millis(STANDBY_MS), &stop).await;
        }
    }

    async fn session(&self, stop: &CancellationToken) -> Result<(), SequenceError> {
        let mut session = Session::open(self).await?;
        let mut at_work = None;
        while !stop.is_cancelled() {
            session.look_at_writers().await?;
            let called = Stopwatch::start();
            let Some(Sequenced { events, is_all }) = session.sequence().await? else {
                // Another sequencer is at work. Where both are in turn, it may end without this one's rows.
                let pause_ms = if at_work.take().is_some() { PACE_MS_MAX } else { STANDBY_MS };
                service_kit::poll::pause(Duration::from_millis(pause_ms), stop).await;
                continue;
            };
            at_work.get_or_insert_with(|| self.store.inner.appended.sequenced_here());
            if (1..MANY_EVENTS_MIN).contains(&events) {
                service_kit::poll::pause(rest_after(called.elapsed()), stop).await;
            }
            if is_all {
                session.idle(stop).await?;
            }
        }
        Ok(())
    }

    fn publish(&self, head: i64) {
        self.head.send_if_modified(|seen| std::mem::replace(seen, head) != head);
    }
}

/// How long to rest after a call of a few events that took so long.
fn rest_after(took: Duration) -> Duration {
    let pace = (took * PACE_CALLS).clamp(Duration::from_millis(PACE_MS), Duration::from_millis(PACE_MS_MAX));
    pace.saturating_sub(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_keep_their_pace_and_slow_ones_leave_the_machine_to_others() {
        let rest_us = |took_us| rest_after(Duration::from_micros(took_us)).as_micros();
        assert_eq!([rest_us(300), rest_us(1_000), rest_us(4_000)], [2_700, 2_000, 8_000]);
        assert_eq!([rest_us(15_000), rest_us(60_000)], [5_000, 0]);
    }
}
