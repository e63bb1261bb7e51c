//! The worker pool of one assignment.

use std::collections::BTreeMap;
use std::time::Duration;

use messaging::IncomingRecord;
use messaging::consumer::PartitionPosition;
use read_models::ModelSet;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::error::WorkerError;
use crate::worker::{Job, Shared, Worker};

/// Jobs that may wait for one worker. One is enough to keep it busy; more would only take memory.
const JOBS_WAITING_MAX: usize = 1;
/// Longest wait for workers to finish their transactions, in milliseconds.
const STOP_MS_MAX: u64 = 10_000;

pub(crate) struct WorkerPool {
    jobs: Vec<mpsc::Sender<Job>>,
    workers: JoinSet<Result<(), WorkerError>>,
    stop: CancellationToken,
}

impl WorkerPool {
    pub(crate) fn start<M: ModelSet>(shared: &Shared<M>, starts: &[(i32, i64)]) -> Self {
        let stop = CancellationToken::new();
        let mut workers = JoinSet::new();
        let size = shared.settings.workers.max(1);
        let jobs = (0..size).map(|index| {
            let (sender, receiver) = mpsc::channel(JOBS_WAITING_MAX);
            let own = starts.iter().filter(|(partition, _)| worker_of(*partition, size) == index).copied().collect();
            workers.spawn(Worker::new(shared.clone(), stop.clone(), own).run(receiver));
            sender
        });
        let jobs = jobs.collect();
        Self { jobs, workers, stop }
    }

    /// Passes records to the workers of their partitions, waiting while those are busy.
    pub(crate) async fn dispatch(&self, records: Vec<IncomingRecord>) -> Result<(), WorkerError> {
        let mut shares: Vec<Vec<IncomingRecord>> = self.jobs.iter().map(|_| Vec::new()).collect();
        for record in records {
            shares[worker_of(record.partition, self.jobs.len())].push(record);
        }
        for (jobs, share) in self.jobs.iter().zip(shares) {
            if !share.is_empty() {
                jobs.send(Job::Records(share)).await.map_err(|_| WorkerError::Ended)?;
            }
        }
        Ok(())
    }

    /// Asks the workers to commit completed positions. A worker whose queue is full is skipped.
    pub(crate) fn commit_positions(&self, positions: &[PartitionPosition]) {
        let mut shares: BTreeMap<usize, Vec<(i32, i64)>> = BTreeMap::new();
        for position in positions {
            if let Some(delivered_to) = position.delivered_to {
                let worker = worker_of(position.partition, self.jobs.len());
                shares.entry(worker).or_default().push((position.partition, delivered_to));
            }
        }
        for (worker, share) in shares {
            // Skipping loses nothing: the consumer reports positions again soon.
            let _ = self.jobs[worker].try_send(Job::CommitPositions(share));
        }
    }

    /// Waits until the first worker gives up, and answers why it did.
    pub(crate) async fn failure(&mut self) -> WorkerError {
        match self.workers.join_next().await {
            Some(Ok(Err(error))) => error,
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            _ => WorkerError::Ended,
        }
    }

    /// Lets the workers finish their current transactions, for at most [`STOP_MS_MAX`].
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        self.jobs.clear();
        let finished = async { while self.workers.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_millis(STOP_MS_MAX), finished).await.is_err() {
            tracing::warn!("a projection worker did not finish in time and is aborted");
        }
    }
}

/// A partition always goes to the same worker, so that its records are applied in order.
fn worker_of(partition: i32, workers: usize) -> usize {
    usize::try_from(partition).unwrap_or_default() % workers
}
