//! Recent aggregates in memory, of all kinds under one budget.
//!
//! Guarantees: the entries take about as many bytes as the cache was made for, measured by the events that they fold, or by the most
//! that a state of their kind takes (`Decider::STATE_BYTES_MAX`) where that is less; what was not used lately goes first, of whatever
//! kind it is. Does not: know whether an entry is current. Every append and every answer checks.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use tokio_util::sync::CancellationToken;

use crate::Loaded;

/// Bytes of the aggregates that a process keeps by default.
const BYTES_MAX: u64 = 64 << 20;
/// Bytes that an entry takes besides its events.
const ENTRY_BYTES: usize = 256;
/// Bytes that an entry is expected to take, to size the index once.
const ENTRY_BYTES_TYPICAL: u64 = 2_048;
/// Time between two reports of its size.
const REPORT_EVERY_MS: u64 = 5_000;

/// The aggregates that a process keeps in memory. Clones share the entries, so that one budget holds for all command buses that
/// were given one. The streams of a kind lie in one log: an entry is found by kind and id.
#[derive(Clone)]
pub struct AggregateCache(Arc<Cache<Key, Loaded<AnyState>, Bytes>>);

struct Key {
    kind: &'static str,
    id: Arc<str>,
}

/// The same without owning the id.
struct KeyOf<'a> {
    kind: &'static str,
    id: &'a str,
}

/// A state of any kind.
pub(crate) type AnyState = dyn Any + Send + Sync;

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Loaded<AnyState>> for Bytes {
    fn weight(&self, _: &Key, entry: &Loaded<AnyState>) -> u64 {
        (entry.bytes + ENTRY_BYTES) as u64
    }
}

impl AggregateCache {
    /// An empty cache of at most so many bytes.
    pub fn new(bytes_max: u64) -> Self {
        let expected = usize::try_from(bytes_max / ENTRY_BYTES_TYPICAL).unwrap_or(usize::MAX);
        Self(Arc::new(Cache::with_weighter(expected, bytes_max, Bytes)))
    }

    /// Bytes that the entries take.
    pub fn bytes(&self) -> u64 {
        self.0.weight()
    }

    /// Shows its size as metrics, until stopped.
    pub async fn report(self, stop: CancellationToken) {
        loop {
            let [bytes, entries] = [self.bytes(), self.0.len() as u64].map(gauge_value);
            metrics::gauge!("aggregate_cache_bytes").set(bytes);
            metrics::gauge!("aggregate_cache_entries").set(entries);
            if !service_kit::poll::pause(Duration::from_millis(REPORT_EVERY_MS), &stop).await {
                return;
            }
        }
    }

    /// A stream's entry, whatever its kind.
    pub(crate) fn get(&self, kind: &'static str, id: &str) -> Option<Loaded<AnyState>> {
        self.0.get(&KeyOf { kind, id })
    }

    pub(crate) fn insert(&self, kind: &'static str, id: &str, loaded: Loaded<AnyState>) {
        self.0.insert(Key { kind, id: id.into() }, loaded);
    }

    pub(crate) fn evict(&self, kind: &'static str, id: &str) {
        self.0.remove(&KeyOf { kind, id });
    }

    /// The entries of one kind.
    pub(crate) fn of_kind<S>(&self, kind: &'static str) -> KindCache<S> {
        KindCache { cache: self.clone(), kind, state: PhantomData }
    }
}

/// The entries of one kind, whose states have one type.
pub(crate) struct KindCache<S> {
    cache: AggregateCache,
    kind: &'static str,
    state: PhantomData<fn(S)>,
}

impl<S: Send + Sync + 'static> KindCache<S> {
    pub(crate) fn get(&self, id: &str) -> Option<Loaded<S>> {
        let Loaded { version, state, bytes } = self.cache.get(self.kind, id)?;
        let state = state.downcast().ok()?;
        Some(Loaded { version, state, bytes })
    }

    pub(crate) fn insert(&self, id: &str, loaded: Loaded<S>) {
        let Loaded { version, state, bytes } = loaded;
        self.cache.insert(self.kind, id, Loaded { version, state, bytes });
    }

    pub(crate) fn evict(&self, id: &str) {
        self.cache.evict(self.kind, id);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge shows at most 52 bits exactly, and this counts bytes in memory"
)]
fn gauge_value(count: u64) -> f64 {
    count as f64
}

impl Default for AggregateCache {
    fn default() -> Self {
        Self::new(BYTES_MAX)
    }
}

impl std::fmt::Debug for AggregateCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AggregateCache").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

impl Key {
    fn parts(&self) -> (&str, &str) {
        (self.kind, &self.id)
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Key {}

impl Hash for KeyOf<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.kind, self.id).hash(state);
    }
}

impl Equivalent<Key> for KeyOf<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        (self.kind, self.id) == key.parts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded<S>(state: S, bytes: usize) -> Loaded<S> {
        Loaded { version: 1, state: Arc::new(state), bytes }
    }

    #[test]
    fn streams_of_two_kinds_with_one_id_are_apart() {
        let cache = AggregateCache::default();
        let notes = cache.of_kind::<String>("note");
        let parcels = cache.of_kind::<u32>("parcel");
        notes.insert("1", loaded("a note".to_owned(), 10));
        parcels.insert("1", loaded(7, 10));
        assert_eq!(*notes.get("1").unwrap().state, "a note");
        assert_eq!(*parcels.get("1").unwrap().state, 7);
        let mistyped = cache.of_kind::<u32>("note");
        assert!(mistyped.get("1").is_none(), "a state of another type counts as absent");
        notes.evict("1");
        assert!(notes.get("1").is_none() && parcels.get("1").is_some());
    }

    #[test]
    fn all_kinds_share_one_budget() {
        let bytes_max = 1 << 20;
        let cache = AggregateCache::new(bytes_max);
        let kinds = [cache.of_kind::<usize>("note"), cache.of_kind::<usize>("parcel")];
        for index in 0..10_000 {
            kinds[index % 2].insert(&index.to_string(), loaded(index, 1_000));
            assert!(cache.bytes() <= bytes_max, "{} bytes", cache.bytes());
        }
        assert!(cache.bytes() > bytes_max / 2, "{} bytes", cache.bytes());
    }
}
