//! The relay's topics, limits and timeouts.

use std::sync::Arc;
use std::time::Duration;

/// Most events of one transaction in production.
pub const BATCH_EVENTS_MAX: i64 = 4_000;
/// Events of a transaction that takes its time because of them, so that no rest would make the next one cheaper.
const LARGE_EVENTS_MIN: usize = 400;

/// Topics, limits and timeouts of a relay.
#[derive(Debug, Clone)]
pub struct RelayOptions {
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
    /// How long an idle relay waits for a new head before it reads the log anyway. A sequencer of the same process tells it each head,
    /// whichever process gave the positions.
    pub idle_ms: u64,
    /// Where events wait already when a transaction ends, the relay rests as long as that took, at most so long, and the next one has more
    /// of them: what a transaction costs a cluster grows with its partitions, hardly with its events.
    pub rest_ms_max: u64,
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

impl RelayOptions {
    /// The limits and timeouts of production.
    pub fn new(checkpoint_topic: &str, transactional_id_prefix: &str) -> Self {
        Self {
            checkpoint_topic: checkpoint_topic.into(),
            transactional_id_prefix: transactional_id_prefix.to_owned(),
            batch_events_max: BATCH_EVENTS_MAX,
            lease_ttl_s: 10.0,
            lease_renewal_ms: 3_000,
            idle_ms: 5_000,
            rest_ms_max: 10,
            standby_ms: 1_000,
            newer_release_standby_ms: 10_000,
            marker_wait_ms: 2_000,
            refuse_brokers_that_lose_markers: false,
            retry_backoff_ms_min: 100,
            retry_backoff_ms_max: 5_000,
        }
    }

    /// How long to rest after a transaction that took so long, where events wait already.
    pub(crate) fn rest_after(&self, took: Duration, events: usize) -> Duration {
        if events < LARGE_EVENTS_MIN { took.min(Duration::from_millis(self.rest_ms_max)) } else { Duration::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_relay_rests_as_long_as_a_transaction_of_few_events_took() {
        let options = RelayOptions::new("checkpoint", "relay");
        let rest_ms = |took_ms, events| options.rest_after(Duration::from_millis(took_ms), events).as_millis();
        assert_eq!([rest_ms(4, 1), rest_ms(20, 399), rest_ms(9_000, 1)], [4, 10, 10]);
        assert_eq!(rest_ms(20, 400), 0);
    }
}
