//! Wakes sequencers after an append, those of this process at once, those of other processes by a hint; and whoever waits in this
//! process for an append to a stream.
//!
//! Guarantees: none. A wake-up may be lost or come twice; a sequencer also looks by itself, which is what events wait for at
//! most.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::futures::Notified;
use tokio::sync::{Notify, watch};

use crate::{StreamId, hashing};

/// The channel of the hints. Their payload is empty.
pub(crate) const CHANNEL: &str = "event_log_appended";

/// Number of groups of waiters that streams share by hash; a collision only wakes somebody for nothing.
const GROUPS: usize = 1_024;

/// What appends tell the sequencers of this process, and which of those are at work.
#[derive(Clone)]
pub(crate) struct Appended {
    sender: watch::Sender<()>,
    sequenced_shards: Arc<AtomicUsize>,
}

/// Counts a shard as sequenced by this process until it is dropped.
pub(crate) struct SequencedHere(Arc<AtomicUsize>);

impl Drop for SequencedHere {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Appended {
    pub(crate) fn new() -> Self {
        Self { sender: watch::Sender::new(()), sequenced_shards: Arc::default() }
    }

    /// Wakes every sequencer of this process.
    pub(crate) fn notify(&self) {
        self.sender.send_replace(());
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.sender.subscribe()
    }

    /// How many shards the sequencers of this process serve at the moment.
    pub(crate) fn shards_sequenced_here(&self) -> usize {
        self.sequenced_shards.load(Ordering::Relaxed)
    }

    pub(crate) fn sequenced_here(&self) -> SequencedHere {
        self.sequenced_shards.fetch_add(1, Ordering::Relaxed);
        SequencedHere(Arc::clone(&self.sequenced_shards))
    }
}

/// Who waits for appends to streams.
pub(crate) struct Waiters(Box<[Notify]>);

impl Waiters {
    pub(crate) fn new() -> Self {
        Self((0..GROUPS).map(|_| Notify::new()).collect())
    }

    /// Is done at the next append to a stream, or to another one of its group. It counts from this call on.
    pub(crate) fn next(&self, stream: &StreamId) -> Notified<'_> {
        self.0[group(stream)].notified()
    }

    /// The groups of some streams.
    pub(crate) fn groups<'s>(streams: impl Iterator<Item = &'s StreamId>) -> Vec<usize> {
        streams.map(group).collect()
    }

    /// Wakes all of some groups.
    pub(crate) fn wake(&self, groups: &[usize]) {
        groups.iter().for_each(|&group| self.0[group].notify_waiters());
    }
}

fn group(stream: &StreamId) -> usize {
    hashing::bucket(hashing::hash(stream), GROUPS)
}
