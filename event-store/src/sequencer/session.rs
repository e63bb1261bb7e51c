//! One connection of a sequencer, and how much of the queue is behind it.

use std::sync::Arc;
use std::time::Duration;

use service_kit::clock::Stopwatch;
use service_kit::postgres::ConnectOptions;
use tokio::sync::{Notify, watch};
use tokio_postgres::{Client, Statement};
use tokio_util::sync::CancellationToken;

use super::queue::Queue;
use super::{SequenceError, Sequencer};
use crate::read::HEAD;
use crate::wake::CHANNEL;

/// Most append statements whose events one call assigns positions to.
const STATEMENTS_MAX: i32 = 64;
/// How long an idle sequencer waits, unless it is woken, before it looks for rows again: the longest that rows of other
/// programs wait, and those of the engine's other processes whose hint was lost.
const IDLE_MS: u64 = 500;
/// How often it looks up how much of the queue is behind it.
const LOOK_MS: u128 = 100;

/// What a call did.
pub(super) struct Sequenced {
    /// How many events got positions.
    pub(super) events: i64,
    /// Whether it took all that was committed.
    pub(super) is_all: bool,
}

pub(super) struct Session<'a> {
    sequencer: &'a Sequencer,
    client: Client,
    sequence: Statement,
    writers: Statement,
    waiting: Statement,
    /// Appends of other processes.
    hint: Arc<Notify>,
    /// Appends of this one.
    appended: watch::Receiver<()>,
    queue: Queue,
    /// Since the queue's writers were looked up; `None` before the first time.
    looked: Option<Stopwatch>,
}

impl<'a> Session<'a> {
    pub(super) async fn open(sequencer: &'a Sequencer) -> Result<Self, SequenceError> {
        let hint = Arc::new(Notify::new());
        let hinted = Arc::clone(&hint);
        let options = ConnectOptions { is_planned_once: true, ..ConnectOptions::named("sequencer") };
        let client = service_kit::postgres::connect_listening(&sequencer.url, &options, move || hinted.notify_one());
        let client = client.await?;
        // Otherwise Postgres plans for a queue that is as small as it mostly is, and reads past all dead rows.
        client.batch_execute(&format!("LISTEN {CHANNEL}; SET enable_seqscan = off")).await?;
        let sequence = "SELECT head, sequenced, taken_to FROM sequence_log($1::smallint, $2, $3::int)";
        Ok(Self {
            sequencer,
            sequence: client.prepare(sequence).await?,
            writers: client.prepare("SELECT last_id, writers FROM queue_writers()").await?,
            waiting: client.prepare(include_str!("../sql/sequencer_waiting.sql")).await?,
            client,
            hint,
            appended: sequencer.store.inner.appended.subscribe(),
            queue: Queue::default(),
            looked: None,
        })
    }

    /// Looks up who writes to the queue, if it is time and of use.
    pub(super) async fn look_at_writers(&mut self) -> Result<(), SequenceError> {
        let is_time = self.looked.as_ref().is_none_or(|looked| looked.elapsed().as_millis() >= LOOK_MS);
        if is_time && self.queue.needs_look() {
            self.looked = Some(Stopwatch::start());
            let row = self.client.query_one(&self.writers, &[]).await?;
            self.queue.looked(row.try_get(0)?, row.try_get::<_, Vec<String>>(1)?);
        }
        Ok(())
    }

    /// Gives positions to events that wait. `None` while another sequencer is at work.
    pub(super) async fn sequence(&mut self) -> Result<Option<Sequenced>, SequenceError> {
        // Before the call, so that an append that it does not see ends the idleness behind it.
        self.appended.mark_unchanged();
        let shard = &self.sequencer.shard;
        let row = self.client.query_opt(&self.sequence, &[shard, &self.queue.behind(), &STATEMENTS_MAX]).await?;
        let Some(row) = row else {
            // The other one's rows show in the head.
            let head = self.client.query_one(HEAD, &[shard]).await?;
            self.sequencer.publish(head.try_get(0)?);
            return Ok(None);
        };
        self.sequencer.publish(row.try_get(0)?);
        let (events, taken_to): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        self.queue.taken(taken_to);
        if events > 0 {
            self.queue.took();
        }
        metrics::counter!("event_store_sequenced_total").increment(events.unsigned_abs());
        Ok(Some(Sequenced { events, is_all: taken_to == i64::MAX }))
    }

    /// Waits until an append may have left rows, or the queue's writers are to be looked up.
    pub(super) async fn idle(&mut self, stop: &CancellationToken) -> Result<(), SequenceError> {
        loop {
            let woken = async {
                tokio::select! {
                    _ = self.appended.changed() => {}
                    () = self.hint.notified() => {}
                    () = stop.cancelled() => {}
                }
            };
            let is_woken = tokio::time::timeout(Duration::from_millis(IDLE_MS), woken).await.is_ok();
            if is_woken || self.queue.needs_look() || self.has_waiting().await? {
                return Ok(());
            }
        }
    }

    /// Whether rows wait. This only reads, while each call to give positions makes Postgres write to the disk.
    async fn has_waiting(&self) -> Result<bool, SequenceError> {
        let row = self.client.query_one(&self.waiting, &[&self.sequencer.shard, &self.queue.behind()]).await?;
        self.sequencer.publish(row.try_get(0)?);
        Ok(row.try_get(1)?)
    }
}
