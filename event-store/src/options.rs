//! The limits and timeouts of a store.

use crate::AggregateCache;

/// How a store behaves under load and faults.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Most events that one append statement carries; a batch stops gathering there.
    pub batch_events_max: usize,
    /// How many writers append side by side, each with a connection. A stream's appends always go to the same one.
    pub writers: usize,
    /// Most commands waiting for one writer; one more is refused as overload.
    pub queue_commands_max: usize,
    /// Most bytes of payload waiting for all writers; more is refused as overload.
    pub queue_bytes_max: usize,
    /// Largest stored payload of one event. What is larger could not be published, so it is refused before it is stored.
    pub event_bytes_max: usize,
    /// How long a batch waits for a row that somebody else has locked before its commands are appended in isolation.
    pub lock_timeout_ms: u32,
    /// How long an isolated append waits for a locked row.
    pub isolated_lock_timeout_ms: u32,
    /// Most isolated appends at once: commands that wait for locked rows on connections of their own.
    pub isolated_appends_max: usize,
    /// How long the writer tries to find out what a lost connection left unknown.
    pub reconcile_ms_max: u64,
    /// Recent aggregates in memory, shared by all stores that were given the same one.
    pub cache: AggregateCache,
    /// How long a refusal is kept to answer repeats of its Idempotency-Key.
    pub refusal_kept_s: f64,
    /// A page of the log ends with the row whose payload brings the page to this size.
    pub page_bytes_max: usize,
    /// Most connections for reads.
    pub read_connections_max: usize,
    /// Whether those plan their statements once, for any values. For brief ones it is cheaper, for those over a whole log dearer.
    pub reads_are_planned_once: bool,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            batch_events_max: 512,
            writers: 2,
            queue_commands_max: 4_096,
            queue_bytes_max: 64 << 20,
            event_bytes_max: 900_000,
            lock_timeout_ms: 50,
            isolated_lock_timeout_ms: 5_000,
            isolated_appends_max: 4,
            reconcile_ms_max: 30_000,
            cache: AggregateCache::default(),
            refusal_kept_s: 24.0 * 3_600.0,
            page_bytes_max: 8 << 20,
            read_connections_max: 8,
            reads_are_planned_once: true,
        }
    }
}
