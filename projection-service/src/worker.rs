//! One worker: writes the batches of its partitions over one connection, one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use messaging::{IncomingRecord, KindReader};
use read_models::ModelSet;
use service_kit::backoff::Backoff;
use service_kit::clock::{SharedClock, Stopwatch};
use service_kit::errors::chain;
use service_kit::poll;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::attempt::{Applied, Attempt, Mode};
use crate::batch::Batch;
use crate::config::ProjectionSettings;
use crate::database::{Connection, Scope};
use crate::error::{AttemptError, WorkerError};
use crate::offsets::{self, Move, Moves};
use crate::progress::Progress;
use crate::trace;

/// First pause after a transient error, in milliseconds; each further pause is twice as long.
const RETRY_BACKOFF_MS_MIN: u64 = 100;
/// Longest pause, in milliseconds.
const RETRY_BACKOFF_MS_MAX: u64 = 5_000;
/// Shortest time between two commits of positions that only pass control records, in milliseconds. They change no rows,
/// so they can wait. As often the stored offsets of partitions without new records are looked at.
const POSITIONS_INTERVAL_MS: u64 = 5_000;
/// Histogram: records in one transaction.
const BATCH_RECORDS: &str = "projector_batch_records";
/// Histogram: duration of one transaction, in seconds.
const APPLY_SECONDS: &str = "projector_apply_seconds";
/// Counter: records by outcome.
const RECORDS: &str = "projector_records_total";

/// Work for a worker.
pub(crate) enum Job {
    /// Records of its partitions, in offset order for each.
    Records(Vec<IncomingRecord>),
    /// Partitions with the offset before which every record has been given to the worker.
    CommitPositions(Vec<(i32, i64)>),
}

/// What all workers share.
pub(crate) struct Shared<M: ModelSet> {
    pub(crate) settings: Arc<ProjectionSettings>,
    pub(crate) reader: KindReader<M::Event>,
    pub(crate) clock: SharedClock,
    pub(crate) progress: Progress,
}

impl<M: ModelSet> Clone for Shared<M> {
    fn clone(&self) -> Self {
        let Self { settings, reader, clock, progress } = self;
        Self {
            settings: Arc::clone(settings),
            reader: reader.clone(),
            clock: Arc::clone(clock),
            progress: progress.clone(),
        }
    }
}

pub(crate) struct Worker<M: ModelSet> {
    shared: Shared<M>,
    stop: CancellationToken,
    /// The next offset of each of its partitions, as this worker committed it last.
    next_offsets: BTreeMap<i32, i64>,
    /// Halted partitions. Their records are dropped here and read again after the next assignment.
    halted: BTreeSet<i32>,
    connection: Option<Connection<M>>,
    /// Time since positions were committed without records; `None` before the first such commit.
    positions_committed: Option<Stopwatch>,
}

impl<M: ModelSet> Worker<M> {
    pub(crate) fn new(shared: Shared<M>, stop: CancellationToken, next_offsets: BTreeMap<i32, i64>) -> Self {
        Self { shared, stop, next_offsets, halted: BTreeSet::new(), connection: None, positions_committed: None }
    }

    /// Works until the job queue is closed or the worker is stopped.
    pub(crate) async fn run(mut self, mut jobs: mpsc::Receiver<Job>) -> Result<(), WorkerError> {
        let stop = self.stop.clone();
        while let Some(Some(job)) = stop.run_until_cancelled(jobs.recv()).await {
            match job {
                Job::Records(records) => self.records(records).await?,
                Job::CommitPositions(positions) => self.commit_positions(&positions).await?,
            }
        }
        Ok(())
    }

    async fn records(&mut self, mut records: Vec<IncomingRecord>) -> Result<(), WorkerError> {
        records.retain(|record| !self.halted.contains(&record.partition));
        let mut pauses = Backoff::between_ms(RETRY_BACKOFF_MS_MIN, RETRY_BACKOFF_MS_MAX);
        let mut batch = loop {
            match Batch::decode(&self.shared.reader, records).await {
                Ok(batch) => break batch,
                Err((same, error)) => {
                    records = same;
                    if !pause_after(&error, &mut pauses, &self.stop).await {
                        return Ok(());
                    }
                }
            }
        };
        let mut mode = Mode::Together;
        let mut retried = false;
        while batch.len() > 0 {
            let moves = batch.moves(&self.next_offsets);
            let watch = Stopwatch::start();
            match self.attempt(&batch, &moves, mode, retried).await {
                Ok(applied) => {
                    metrics::histogram!(APPLY_SECONDS).record(watch.elapsed().as_secs_f64());
                    self.done(&moves, &applied);
                    return Ok(());
                }
                Err(AttemptError::Moved) => {
                    return Err(WorkerError::Replaced { partitions: moves.into_keys().collect() });
                }
                Err(error @ AttemptError::TooManyParked { partition, .. }) => {
                    tracing::error!(partition, "{}", chain(&error));
                    self.halted.insert(partition);
                    self.shared.progress.halted(partition);
                    batch = batch.without(partition);
                }
                Err(error) if mode == Mode::Together && error.is_about_a_record() => {
                    tracing::warn!("applying stream by stream: {}", chain(&error));
                    mode = Mode::StreamByStream;
                }
                Err(error) => {
                    self.connection = None;
                    retried = true;
                    if !pause_after(&error, &mut pauses, &self.stop).await {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Commits positions that pass only control records, so that the resume position of a partition without new records
    /// does not fall behind what retention keeps; and looks whether the offsets of the others are still this worker's.
    async fn commit_positions(&mut self, positions: &[(i32, i64)]) -> Result<(), WorkerError> {
        let mut moves = Moves::new();
        for &(partition, next) in positions {
            if let Some(&expected) = self.next_offsets.get(&partition)
                && expected < next
                && !self.halted.contains(&partition)
            {
                // All records before it came through this queue and are applied.
                self.shared.progress.applied(partition, next, None);
                moves.insert(partition, Move { expected, next, last: None });
            }
        }
        let interval = Duration::from_millis(POSITIONS_INTERVAL_MS);
        if self.positions_committed.as_ref().is_some_and(|watch| watch.elapsed() < interval) {
            return Ok(());
        }
        match self.try_commit_positions(&moves).await {
            Ok(()) => self.positions_committed = Some(Stopwatch::start()),
            Err(AttemptError::Moved) => {
                let partitions = self.next_offsets.keys().copied().collect();
                return Err(WorkerError::Replaced { partitions });
            }
            // The consumer reports positions again soon, and nothing depends on this commit.
            Err(error) => {
                tracing::debug!("committing positions is put off: {}", chain(&error));
                self.connection = None;
            }
        }
        Ok(())
    }

    /// A rebuild that starts over moves offsets back under a running worker, which has to begin again there although no record
    /// comes by which it would notice.
    async fn try_commit_positions(&mut self, moves: &Moves) -> Result<(), AttemptError> {
        if !moves.is_empty() {
            let applied = self.attempt(&Batch::empty(), moves, Mode::Together, true).await?;
            self.done(moves, &applied);
        }
        let stay = |(partition, next): (&i32, &i64)| (*partition, Move { expected: *next, next: *next, last: None });
        let unmoved = self.next_offsets.iter().map(stay).collect();
        let settings = Arc::clone(&self.shared.settings);
        let scope = Scope { group: &settings.group, topic: &settings.topic };
        let Connection { client, statements, .. } = self.connection().await?;
        let is_ours = offsets::have_moved(client, statements, scope, &unmoved).await?;
        if is_ours { Ok(()) } else { Err(AttemptError::Moved) }
    }

    async fn connection(&mut self) -> Result<&mut Connection<M>, AttemptError> {
        Ok(match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(Connection::open(&self.shared.settings.database).await?),
        })
    }

    async fn attempt(
        &mut self,
        batch: &Batch<M::Event>,
        moves: &Moves,
        mode: Mode,
        retried: bool,
    ) -> Result<Applied<M::Event>, AttemptError> {
        let (settings, now) = (Arc::clone(&self.shared.settings), self.shared.clock.now());
        let connection = self.connection().await?;
        Attempt { settings: &settings, now, batch, moves, mode, retried }.run(connection).await
    }

    fn done(&mut self, moves: &Moves, applied: &Applied<M::Event>) {
        let now = self.shared.clock.now();
        for (&partition, one) in moves {
            self.next_offsets.insert(partition, one.next);
            let lag_ms = one.last.as_ref().map(|last| last.lag_ms(now));
            self.shared.progress.applied(partition, one.next, lag_ms);
        }
        for &(partition, keys) in &applied.parked_keys {
            self.shared.progress.parked_keys(partition, keys);
        }
        for (outcome, count) in [
            ("applied", applied.fresh),
            ("duplicate", applied.duplicates),
            ("foreign", applied.foreign),
            ("parked", applied.parked),
        ] {
            metrics::counter!(RECORDS, "outcome" => outcome).increment(count.try_into().unwrap_or(u64::MAX));
        }
        #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
        metrics::histogram!(BATCH_RECORDS).record((applied.fresh + applied.parked + applied.duplicates) as f64);
        trace::applied(&applied.published);
    }
}

/// Logs a transient error and pauses. Answers `false` if stopped meanwhile.
async fn pause_after(error: &AttemptError, pauses: &mut Backoff, stop: &CancellationToken) -> bool {
    let pause = pauses.next_pause();
    tracing::warn!(pause_ms = pause.as_millis(), "the projector pauses: {}", chain(error));
    poll::pause(pause, stop).await
}
