//! The relay's names and bounds.

use std::sync::Arc;

use messaging::topics::{ORDER_EVENTS, RELAY_CHECKPOINT};

/// Where a relay writes, and its bounds.
#[derive(Debug, Clone)]
pub struct RelayOptions {
    /// The topic that events go to.
    pub topic: Arc<str>,
    /// The compacted topic that holds each shard's place; the partition is the shard.
    pub checkpoint_topic: Arc<str>,
    /// The shard is appended to make the transactional id.
    pub transactional_id_prefix: String,
    /// Most events of one transaction.
    pub batch_events_max: i64,
    /// How long a lease lasts without renewal.
    pub lease_ttl_s: f64,
    /// How often the lease is renewed.
    pub lease_renewal_ms: u64,
    /// How long an idle relay waits before it looks at the log unasked.
    pub idle_ms: u64,
    /// How long a relay without the lease waits before it asks again.
    pub standby_ms: u64,
    /// How long a relay that has met an event of a newer release leaves the lease to others.
    pub newer_release_standby_ms: u64,
    /// How long a start waits for what may still be on its way before it holds for true that a transaction hangs.
    pub settle_ms: u64,
    /// Whether to publish nothing through brokers of a line that loses transaction markers, rather than warn.
    pub refuse_brokers_that_lose_markers: bool,
    /// The first pause after a fault.
    pub retry_backoff_ms_min: u64,
    /// The longest pause after a fault.
    pub retry_backoff_ms_max: u64,
}

impl Default for RelayOptions {
    fn default() -> Self {
        Self {
            topic: ORDER_EVENTS.into(),
            checkpoint_topic: RELAY_CHECKPOINT.into(),
            transactional_id_prefix: "orders-relay".to_owned(),
            batch_events_max: 4_000,
            lease_ttl_s: 10.0,
            lease_renewal_ms: 3_000,
            idle_ms: 50,
            standby_ms: 1_000,
            newer_release_standby_ms: 10_000,
            settle_ms: 2_000,
            refuse_brokers_that_lose_markers: false,
            retry_backoff_ms_min: 100,
            retry_backoff_ms_max: 5_000,
        }
    }
}
