//! The relay's topics, limits and timeouts.

use std::sync::Arc;

use messaging::topics::{ORDER_EVENTS, RELAY_CHECKPOINT};

/// Topics, limits and timeouts of a relay.
#[derive(Debug, Clone)]
pub struct RelayOptions {
    /// The topic that events go to.
    pub topic: Arc<str>,
    /// The compacted topic of the shards' checkpoints. The partition is the shard.
    pub checkpoint_topic: Arc<str>,
    /// The transactional id is this, a dash and the shard.
    pub transactional_id_prefix: String,
    /// Most events of one transaction.
    pub batch_events_max: i64,
    /// How long a lease lasts without renewal.
    pub lease_ttl_s: f64,
    /// How often the lease is renewed.
    pub lease_renewal_ms: u64,
    /// How long an idle relay waits for a new head before it reads the log anyway.
    pub idle_ms: u64,
    /// How long a relay without the lease waits before it asks again.
    pub standby_ms: u64,
    /// How long a relay that has met an event of a newer release leaves the lease to others.
    pub newer_release_standby_ms: u64,
    /// How long a start waits for missing transaction markers before it takes a transaction as hanging.
    pub marker_wait_ms: u64,
    /// Whether to refuse to start, rather than warn, where a broker's line loses transaction markers.
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
            idle_ms: 500,
            standby_ms: 1_000,
            newer_release_standby_ms: 10_000,
            marker_wait_ms: 2_000,
            refuse_brokers_that_lose_markers: false,
            retry_backoff_ms_min: 100,
            retry_backoff_ms_max: 5_000,
        }
    }
}
