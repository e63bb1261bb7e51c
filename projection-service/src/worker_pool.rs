//! The worker pool of one assignment.

use std::sync::Arc;
use std::time::Duration;

use messaging::IncomingRecord;
use messaging::consumer::PartitionPosition;
use read_models::ModelSet;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::error::WorkerError;
use crate::inbox::Inbox;
use crate::worker::{Shared, Worker};

/// Longest wait for workers to finish their transactions, in milliseconds.
const STOP_MS_MAX: u64 = 10_000;

pub(crate) struct WorkerPool {
    inboxes: Vec<Arc<Inbox>>,
    workers: JoinSet<Result<(), WorkerError>>,
    stop: CancellationToken,
}

impl WorkerPool {
    pub(crate) fn start<M: ModelSet>(shared: &Shared<M>, starts: &[(i32, i64)]) -> Self {
        let stop = CancellationToken::new();
        let mut workers = JoinSet::new();
        let size = shared.settings.workers.max(1);
        let inboxes = (0..size).map(|index| {
            let inbox = Arc::new(Inbox::new(shared.settings.batch));
            let own = starts.iter().filter(|(partition, _)| worker_of(*partition, size) == index).copied().collect();
            workers.spawn(Worker::new(shared.clone(), stop.clone(), own).run(Arc::clone(&inbox)));
            inbox
        });
        let inboxes = inboxes.collect();
        Self { inboxes, workers, stop }
    }

    /// Passes records to the workers of their partitions, waiting while one of those has a whole batch waiting.
    pub(crate) async fn dispatch(&self, records: Vec<IncomingRecord>) -> Result<(), WorkerError> {
        let mut shares: Vec<Vec<IncomingRecord>> = self.inboxes.iter().map(|_| Vec::new()).collect();
        for record in records {
            shares[worker_of(record.partition, self.inboxes.len())].push(record);
        }
        for (inbox, share) in self.inboxes.iter().zip(shares) {
            if !share.is_empty() {
                inbox.put(share).await?;
            }
        }
        Ok(())
    }

    /// Asks the workers to commit completed positions.
    pub(crate) fn commit_positions(&self, positions: &[PartitionPosition]) {
        for position in positions {
            if let Some(delivered_to) = position.delivered_to {
                let worker = worker_of(position.partition, self.inboxes.len());
                self.inboxes[worker].put_positions([(position.partition, delivered_to)]);
            }
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
