//! The limits of a group that handles records.

/// Settings and limits of one group.
#[derive(Debug, Clone)]
pub struct RequestOptions {
    /// The cluster, `host:port,…`.
    pub brokers: String,
    /// The consumer group: each record is handled by one of its members.
    pub group: String,
    /// Keys that are handled at the same time.
    pub keys_at_once_max: usize,
    /// Records of one partition that may wait in memory before fetching from it pauses. What was fetched already comes on top.
    pub records_waiting_max: usize,
    /// The first pause of a partition whose handler was overloaded or could not reach something.
    pub retry_backoff_ms_min: u64,
    /// The longest pause of a partition.
    pub retry_backoff_ms_max: u64,
    /// Parked keys of one partition beyond which it stops: by then something is wrong with more than single records.
    pub parked_keys_max: usize,
    /// Parked records of one partition beyond which it stops.
    pub parked_records_max: usize,
    /// How long a partition that stopped waits before it tries to park the same record again, so that it goes on once enough was
    /// redriven or discarded.
    pub halted_retry_ms: u64,
    /// Longest wait for running handlers when the group is left.
    pub stop_ms_max: u64,
    /// The first pause after a session with the group has failed.
    pub rejoin_backoff_ms_min: u64,
    /// The longest pause after a session with the group has failed.
    pub rejoin_backoff_ms_max: u64,
}

impl RequestOptions {
    /// The limits of production.
    pub fn new(brokers: &str, group: &str) -> Self {
        Self {
            brokers: brokers.to_owned(),
            group: group.to_owned(),
            keys_at_once_max: 256,
            records_waiting_max: 2_000,
            retry_backoff_ms_min: 50,
            retry_backoff_ms_max: 5_000,
            parked_keys_max: 100,
            parked_records_max: 10_000,
            halted_retry_ms: 15_000,
            stop_ms_max: 10_000,
            rejoin_backoff_ms_min: 200,
            rejoin_backoff_ms_max: 10_000,
        }
    }
}
