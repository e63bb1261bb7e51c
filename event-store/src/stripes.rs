//! Locks that make the commands on a stream wait for each other within a process.
//!
//! Guarantees: whoever asks for several gets them in one order, each once, so nobody waits in a circle. Does not: keep other
//! processes out. Their appends are told by the stream's version.

use tokio::sync::{Mutex, MutexGuard};

use crate::{StreamId, hashing};

/// Number of locks that streams share by hash; a collision only makes one command wait for another.
const STRIPES: usize = 4_096;

pub(crate) struct Stripes(Box<[Mutex<()>]>);

impl Stripes {
    pub(crate) fn new() -> Self {
        Self((0..STRIPES).map(|_| Mutex::new(())).collect())
    }

    /// Waits for the lock of a stream.
    pub(crate) async fn lock(&self, stream: &StreamId) -> MutexGuard<'_, ()> {
        self.0[index(stream)].lock().await
    }

    /// Waits for the locks of several streams.
    pub(crate) async fn lock_all<'s>(&self, streams: impl Iterator<Item = &'s StreamId>) -> Vec<MutexGuard<'_, ()>> {
        let mut indexes: Vec<_> = streams.map(index).collect();
        indexes.sort_unstable();
        indexes.dedup();
        let mut guards = Vec::with_capacity(indexes.len());
        for index in indexes {
            guards.push(self.0[index].lock().await);
        }
        guards
    }
}

fn index(stream: &StreamId) -> usize {
    hashing::bucket(hashing::hash(stream), STRIPES)
}
