//! Work that waits for a worker: batches that come while it is busy are joined, so that they take one transaction.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use messaging::IncomingRecord;
use messaging::consumer::BatchLimits;
use tokio::sync::Notify;

use crate::error::WorkerError;

/// Work for a worker.
#[derive(Default)]
pub(crate) struct Job {
    /// Records of its partitions, in offset order for each.
    pub(crate) records: Vec<IncomingRecord>,
    /// Partitions with an offset before which every record was given to the worker, in this job or before.
    pub(crate) positions: BTreeMap<i32, i64>,
}

#[derive(Default)]
struct Waiting {
    job: Job,
    bytes: usize,
    /// The worker has ended.
    is_closed: bool,
}

/// Holds the work of one worker until it takes it.
pub(crate) struct Inbox {
    limits: BatchLimits,
    waiting: Mutex<Waiting>,
    filled: Notify,
    emptied: Notify,
}

impl Inbox {
    /// An inbox that joins records up to the bounds of one batch.
    pub(crate) fn new(limits: BatchLimits) -> Self {
        Self { limits, waiting: Mutex::default(), filled: Notify::new(), emptied: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds records, waiting while they would make more than a batch of what waits.
    ///
    /// # Errors
    /// [`WorkerError::Ended`] where nobody takes them any more.
    pub(crate) async fn put(&self, records: Vec<IncomingRecord>) -> Result<(), WorkerError> {
        let bytes = records.iter().map(IncomingRecord::size).sum::<usize>();
        loop {
            {
                let mut waiting = self.lock();
                if waiting.is_closed {
                    return Err(WorkerError::Ended);
                }
                if self.has_room(&waiting, records.len(), bytes) {
                    waiting.job.records.extend(records);
                    waiting.bytes += bytes;
                    self.filled.notify_one();
                    return Ok(());
                }
            }
            self.emptied.notified().await;
        }
    }

    fn has_room(&self, waiting: &Waiting, records: usize, bytes: usize) -> bool {
        let is_empty = waiting.job.records.is_empty();
        let is_within = waiting.job.records.len() + records <= self.limits.records_max
            && waiting.bytes + bytes <= self.limits.bytes_max;
        is_empty || is_within
    }

    /// Asks for completed positions to be committed.
    pub(crate) fn put_positions(&self, positions: impl IntoIterator<Item = (i32, i64)>) {
        self.lock().job.positions.extend(positions);
        self.filled.notify_one();
    }

    /// Waits for work and takes all of it.
    pub(crate) async fn take(&self) -> Job {
        loop {
            {
                let mut waiting = self.lock();
                if !waiting.job.records.is_empty() || !waiting.job.positions.is_empty() {
                    waiting.bytes = 0;
                    self.emptied.notify_one();
                    return std::mem::take(&mut waiting.job);
                }
            }
            self.filled.notified().await;
        }
    }

    /// Refuses records from the moment at which what is returned is dropped.
    pub(crate) const fn closing(&self) -> Closing<'_> {
        Closing(self)
    }
}

/// Closes an inbox, also where its worker panics.
pub(crate) struct Closing<'a>(&'a Inbox);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.emptied.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::FutureExt;
    use messaging::HeaderList;

    use super::*;

    const LIMITS: BatchLimits = BatchLimits { records_max: 3, bytes_max: 1_000, wait_max: Duration::ZERO };

    fn records(offsets: impl IntoIterator<Item = i64>) -> Vec<IncomingRecord> {
        let record = |offset| IncomingRecord {
            topic: "events".into(),
            partition: 0,
            offset,
            timestamp_ms: None,
            key: None,
            value: None,
            headers: HeaderList::default(),
        };
        offsets.into_iter().map(record).collect()
    }

    fn offsets(job: &Job) -> Vec<i64> {
        job.records.iter().map(|record| record.offset).collect()
    }

    #[tokio::test]
    async fn what_waits_is_joined_up_to_a_batch() {
        let inbox = Inbox::new(LIMITS);
        inbox.put(records([1])).await.unwrap();
        inbox.put(records([2, 3])).await.unwrap();
        assert!(inbox.put(records([4])).now_or_never().is_none(), "a batch waits");
        assert_eq!(offsets(&inbox.take().await), [1, 2, 3]);
        inbox.put(records([4])).await.unwrap();
        assert_eq!(offsets(&inbox.take().await), [4]);
    }

    #[tokio::test]
    async fn a_batch_that_is_larger_than_its_bound_is_taken_alone() {
        let inbox = Inbox::new(LIMITS);
        inbox.put(records(1..=5)).await.unwrap();
        assert!(inbox.put(records([6])).now_or_never().is_none());
        assert_eq!(offsets(&inbox.take().await), [1, 2, 3, 4, 5]);
    }

    #[tokio::test]
    async fn the_newest_positions_come_with_the_records_before_them() {
        let inbox = Inbox::new(LIMITS);
        inbox.put(records([1])).await.unwrap();
        inbox.put_positions([(0, 2)]);
        inbox.put_positions([(0, 3)]);
        let job = inbox.take().await;
        assert_eq!((job.records.len(), job.positions), (1, BTreeMap::from([(0, 3)])));
    }

    #[tokio::test]
    async fn who_waits_for_room_learns_that_the_worker_has_ended() {
        let inbox = Inbox::new(LIMITS);
        inbox.put(records(1..=3)).await.unwrap();
        let (put, ()) = tokio::join!(inbox.put(records([4])), async { drop(inbox.closing()) });
        assert!(matches!(put, Err(WorkerError::Ended)));
    }
}
