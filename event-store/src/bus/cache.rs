//! Recent aggregates in memory, bounded by the bytes of the events they fold.

use std::sync::Arc;

use super::Loaded;

/// What an entry costs beside its events.
const ENTRY_BYTES: usize = 256;

pub(super) struct Cache<S> {
    entries: moka::sync::Cache<Arc<str>, Loaded<S>>,
}

impl<S: Send + Sync + 'static> Cache<S> {
    pub(super) fn new(bytes_max: u64) -> Self {
        let weigh = |_: &Arc<str>, entry: &Loaded<S>| u32::try_from(entry.bytes + ENTRY_BYTES).unwrap_or(u32::MAX);
        Self { entries: moka::sync::Cache::builder().max_capacity(bytes_max).weigher(weigh).build() }
    }

    pub(super) fn get(&self, id: &str) -> Option<Loaded<S>> {
        self.entries.get(id)
    }

    pub(super) fn insert(&self, id: &str, loaded: Loaded<S>) {
        self.entries.insert(id.into(), loaded);
    }

    pub(super) fn evict(&self, id: &str) {
        self.entries.invalidate(id);
    }
}
