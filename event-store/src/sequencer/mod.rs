//! Assigns positions to committed events.
//!
//! Guarantees: positions of a shard are contiguous and in stream order, whoever runs how many sequencers; a stopped one
//! holds no lock, since one call of a server-side function is one transaction. What a call costs does not grow with the
//! dead rows that a transaction left open keeps in the queue.
//! Does not: wait for open transactions of others. What commits late gets a later position.

mod queue;

use std::sync::Arc;
use std::time::Duration;

use service_kit::clock::Stopwatch;
use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectError, ConnectOptions};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::Store;
use crate::read::HEAD;
use crate::wake::CHANNEL;
use queue::Queue;

/// Most append statements whose events one call assigns positions to.
const STATEMENTS_MAX: i32 = 64;
/// Shortest time from the beginning of one call to that of the next: under load a call then serves many statements, at the price of this
/// much delay.
const PACE_MS: u64 = 3;
/// On a busy machine this many times as long as the last call took, so that calls leave the machine to others.
const PACE_CALLS: u32 = 3;
/// But no longer than this.
const PACE_MS_MAX: u64 = 20;
/// Events of a call that takes its time because of them: the next one begins at once.
const MANY_EVENTS_MIN: i64 = 400;
/// How long an idle sequencer waits, unless it is woken, before it looks for rows again: the longest that rows of other
/// programs wait, and those of the engine's other processes whose hint was lost.
const IDLE_MS: u64 = 500;
/// How often it looks up how much of the queue is behind it.
const LOOK_MS: u128 = 100;
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
        let hint = Arc::new(Notify::new());
        let hinted = Arc::clone(&hint);
        let options = ConnectOptions { is_planned_once: true, ..ConnectOptions::named("sequencer") };
        let client = service_kit::postgres::connect_listening(&self.url, &options, move || hinted.notify_one()).await?;
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        let mut appended = self.store.inner.appended.subscribe();
        let mut at_work = None;
        let statement =
            client.prepare("SELECT head, sequenced, taken_to FROM sequence_log($1::smallint, $2, $3::int)").await?;
        let writers = client.prepare("SELECT last_id, writers FROM queue_writers()").await?;
        let mut queue = Queue::default();
        let mut looked: Option<Stopwatch> = None;
        while !stop.is_cancelled() {
            let is_time = looked.as_ref().is_none_or(|looked| looked.elapsed().as_millis() >= LOOK_MS);
            if is_time && queue.needs_look() {
                looked = Some(Stopwatch::start());
                let row = client.query_one(&writers, &[]).await?;
                queue.looked(row.try_get(0)?, row.try_get::<_, Vec<String>>(1)?);
            }
            let called = Stopwatch::start();
            // Before the call, so that an append that it does not see ends the pause behind it.
            appended.mark_unchanged();
            let call = client.query_opt(&statement, &[&self.shard, &queue.behind(), &STATEMENTS_MAX]).await?;
            let Some(row) = call else {
                // Another sequencer is at work; its rows show in the head.
                at_work = None;
                self.publish(client.query_one(HEAD, &[&self.shard]).await?.try_get(0)?);
                service_kit::poll::pause(Duration::from_millis(STANDBY_MS), stop).await;
                continue;
            };
            at_work.get_or_insert_with(|| self.store.inner.appended.sequenced_here());
            self.publish(row.try_get(0)?);
            queue.taken(row.try_get(2)?);
            let sequenced: i64 = row.try_get(1)?;
            if sequenced > 0 {
                queue.took();
            }
            metrics::counter!("event_store_sequenced_total").increment(sequenced.unsigned_abs());
            if sequenced == 0 {
                let wake = async {
                    tokio::select! {
                        _ = appended.changed() => {}
                        () = hint.notified() => {}
                        () = stop.cancelled() => {}
                    }
                };
                let _idle = tokio::time::timeout(Duration::from_millis(IDLE_MS), wake).await;
            } else if sequenced < MANY_EVENTS_MIN {
                service_kit::poll::pause(rest_after(called.elapsed()), stop).await;
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
