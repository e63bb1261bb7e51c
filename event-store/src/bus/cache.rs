//! Recent aggregates in memory, bounded by the bytes of the events they fold.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache as Entries;

use super::Loaded;

/// Bytes that an entry takes besides its events.
const ENTRY_BYTES: usize = 256;
/// Bytes that an entry is expected to take, to size the index once.
const ENTRY_BYTES_TYPICAL: u64 = 2_048;

pub(super) struct Cache<S> {
    entries: Entries<Arc<str>, Loaded<S>, Bytes>,
}

#[derive(Clone)]
struct Bytes;

impl<S> Weighter<Arc<str>, Loaded<S>> for Bytes {
    fn weight(&self, _: &Arc<str>, entry: &Loaded<S>) -> u64 {
        (entry.bytes + ENTRY_BYTES) as u64
    }
}

impl<S> Cache<S> {
    pub(super) fn new(bytes_max: u64) -> Self {
        let expected = usize::try_from(bytes_max / ENTRY_BYTES_TYPICAL).unwrap_or(usize::MAX);
        Self { entries: Entries::with_weighter(expected, bytes_max, Bytes) }
    }

    pub(super) fn get(&self, id: &str) -> Option<Loaded<S>> {
        self.entries.get(id)
    }

    pub(super) fn insert(&self, id: &str, loaded: Loaded<S>) {
        self.entries.insert(id.into(), loaded);
    }

    pub(super) fn evict(&self, id: &str) {
        self.entries.remove(id);
    }
}
