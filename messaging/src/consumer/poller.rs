//! The thread that polls librdkafka's queue, whatever the owner does, and hands on the records in bounded memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rdkafka::Message;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers};
use service_kit::clock::Stopwatch;
use tokio::runtime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::context::{Change, Context};
use super::{Assignment, PartitionPosition, TopicPartition};
use crate::client;
use crate::record::{HeaderList, IncomingRecord};

/// Most bytes handed on and not yet taken, in KiB. A record counts as one at least, so this bounds their number too.
const HANDED_ON_KIB_MAX: usize = 16_384;
/// Longest wait of one poll while records come, in milliseconds: how late it is seen that offsets are to be committed.
const POLL_MS: u64 = 100;
/// The same while none do and nothing is to be committed; also the delay after which a stop is seen, and the longest that positions wait.
const IDLE_POLL_MS: u64 = 500;
/// Polls in a row without a record after which the client's queue counts as empty.
const POLLS_EMPTY: u32 = 2;
/// Shortest time between two commits of offsets, in milliseconds. A commit costs the cluster a record for each partition that moved;
/// what is handled and not committed is delivered again after a crash.
const COMMIT_INTERVAL_MS: u64 = 500;
/// How long the poller waits for a slow owner before it pauses fetching and goes on polling, in milliseconds.
const OWNER_SLOW_MS: u64 = 1_000;

/// What the poller hands on.
pub(super) enum Buffered {
    Assigned(Assignment<TopicPartition>),
    Revoked,
    Positions(Vec<PartitionPosition<TopicPartition>>),
    Record(IncomingRecord, OwnedSemaphorePermit),
    Failed(KafkaError),
}

/// The owner's handle of the thread. Dropping it ends the thread.
pub(super) struct Handle {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Handle {
    /// Stops the thread and waits until it has left the group.
    pub(super) fn stop_and_join(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && let Err(panic) = thread.join()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

pub(super) fn spawn(client: Arc<BaseConsumer<Context>>) -> (mpsc::UnboundedReceiver<Buffered>, Handle) {
    let (events, receiver) = mpsc::unbounded_channel();
    let stop = Arc::new(AtomicBool::new(false));
    let poller = Poller {
        client,
        events,
        room: Arc::new(Semaphore::new(HANDED_ON_KIB_MAX)),
        runtime: runtime::Handle::current(),
        stop: Arc::clone(&stop),
        paused: false,
    };
    let thread = std::thread::spawn(move || poller.run());
    (receiver, Handle { stop, thread: Some(thread) })
}

struct Poller {
    client: Arc<BaseConsumer<Context>>,
    /// Unbounded in its number of events; `room` bounds the records, and the other events are few.
    events: mpsc::UnboundedSender<Buffered>,
    room: Arc<Semaphore>,
    runtime: runtime::Handle,
    stop: Arc<AtomicBool>,
    paused: bool,
}

impl Poller {
    fn run(mut self) {
        // Records read while the owner was slow: few, because fetching is paused then.
        let mut waiting = std::collections::VecDeque::new();
        let mut polled_empty = 0;
        let mut committed = Stopwatch::start();
        while !self.stop.load(Ordering::Relaxed) && !self.events.is_closed() {
            let is_idle = polled_empty >= POLLS_EMPTY && waiting.is_empty() && !self.client.context().has_uncommitted();
            let longest = Duration::from_millis(if is_idle { IDLE_POLL_MS } else { POLL_MS });
            let polled = self.client.poll(longest).map(|message| message.map(|m| self.copy(&m)));
            let moved = self.pass_changes_on();
            if moved {
                waiting.clear(); // of partitions that are no longer assigned
            }
            polled_empty = if polled.is_none() && !moved { polled_empty + 1 } else { 0 };
            if polled_empty >= POLLS_EMPTY {
                self.client.context().note_idle();
            }
            if committed.elapsed() >= Duration::from_millis(COMMIT_INTERVAL_MS) {
                self.commit(CommitMode::Async);
                committed = Stopwatch::start();
            }
            match polled {
                None => {}
                Some(Ok(record)) => waiting.push_back(record),
                Some(Err(KafkaError::PartitionEOF(partition))) => self.client.context().note_end(partition),
                Some(Err(error)) if client::is_passing(&error) => tracing::debug!(%error, "reading on"),
                Some(Err(error)) => {
                    let _ = self.events.send(Buffered::Failed(error)); // a closed channel ends the loop
                }
            }
            while let Some(record) = waiting.pop_front() {
                let Some(room) = self.room_for(&record) else {
                    waiting.push_front(record);
                    self.set_paused(true);
                    break;
                };
                let _ = self.events.send(Buffered::Record(record, room)); // a closed channel ends the loop
            }
            if waiting.is_empty() {
                self.set_paused(false);
            }
        }
        // Waits for the answer, so that whoever reads on has the offsets.
        self.commit(CommitMode::Sync);
        // librdkafka would wait for ever for an assignment that has not started.
        if let Err(error) = self.client.unassign() {
            tracing::debug!(%error, "giving partitions back on leaving failed");
        }
    }

    /// Commits the offsets that the owner has noted.
    fn commit(&self, mode: CommitMode) {
        let Some(offsets) = self.client.context().take_uncommitted() else { return };
        if let Err(error) = self.client.commit(&offsets, mode) {
            tracing::warn!(%error, "committing offsets failed; records may be read twice");
        }
    }

    /// Passes assignments and positions on. Returns whether partitions were assigned or revoked.
    fn pass_changes_on(&mut self) -> bool {
        let mut moved = false;
        for change in self.client.context().take_changes() {
            moved |= !matches!(change, Change::Positions(_));
            let _ = self.events.send(match change {
                Change::Assigned(assignment) => Buffered::Assigned(assignment),
                Change::Revoked => Buffered::Revoked,
                Change::Positions(positions) => Buffered::Positions(positions),
            });
        }
        if moved {
            self.paused = false; // pausing belongs to an assignment
        }
        moved
    }

    /// The permits for a record. `None` when the owner takes too long to free them.
    fn room_for(&self, record: &IncomingRecord) -> Option<OwnedSemaphorePermit> {
        // A record larger than the whole buffer takes all permits.
        let kib = u32::try_from((record.size() / 1_024 + 1).min(HANDED_ON_KIB_MAX)).unwrap_or(u32::MAX);
        if let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(kib) {
            return Some(room);
        }
        let slow = Duration::from_millis(OWNER_SLOW_MS);
        let waited = async { tokio::time::timeout(slow, Arc::clone(&self.room).acquire_many_owned(kib)).await };
        self.runtime.block_on(waited).ok()?.ok()
    }

    fn set_paused(&mut self, pause: bool) {
        if pause == self.paused {
            return;
        }
        let changed = if pause {
            self.client.assignment().and_then(|partitions| self.client.pause(&partitions))
        } else {
            self.client.resume(&self.client.context().resumable())
        };
        match changed {
            Ok(()) => self.paused = pause,
            Err(error) => tracing::warn!(%error, pause, "pausing or resuming failed"),
        }
    }

    fn copy(&self, message: &BorrowedMessage<'_>) -> IncomingRecord {
        let mut headers = HeaderList::default();
        if let Some(found) = message.headers() {
            let bytes = found.iter().map(|header| header.key.len() + header.value.map_or(0, <[u8]>::len)).sum();
            headers = HeaderList::with_capacity(found.count(), bytes);
            for header in found.iter() {
                headers.push(header.key, header.value);
            }
        }
        IncomingRecord {
            topic: self.client.context().topic(message.topic()),
            partition: message.partition(),
            offset: message.offset(),
            timestamp_ms: message.timestamp().to_millis(),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers,
        }
    }
}
