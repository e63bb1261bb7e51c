//! The settings of a projector.

use std::time::Duration;

use messaging::consumer::BatchLimits;
use service_kit::config::{DatabaseUrl, MessagingSettings};

/// Parked keys of one partition beyond which it stops: by then something is wrong with more than single records.
pub const PARKED_KEYS_MAX: usize = 100;
/// Records in one batch over all partitions.
const BATCH_RECORDS_MAX: usize = 4_000;
/// Bytes in one batch.
const BATCH_BYTES_MAX: usize = 8 * 1_024 * 1_024;
/// Longest wait for more records, in milliseconds. Zero takes what has arrived: batches grow by themselves under load.
const BATCH_WAIT_MS: u64 = 0;
/// Connections that write in parallel, each for its own partitions.
const WORKERS: usize = 2;
/// Records behind the end up to which a projector counts as ready.
const READY_LAG_RECORDS_MAX: i64 = 1_000;

/// What a projector reads. Its offsets, its parked records and its leases are the topic's own.
#[derive(Debug, Clone)]
pub struct ProjectionSource {
    /// The projector group, which is the consumer group too.
    pub group: String,
    /// The topic of the public events.
    pub topic: String,
    /// The topic that gets copies of parked records.
    pub dead_letters: String,
}

/// Settings of one projector group.
#[derive(Debug, Clone)]
pub struct ProjectionSettings {
    /// The read database.
    pub database: DatabaseUrl,
    /// Kafka and the schema registry.
    pub messaging: MessagingSettings,
    /// The projector group, which is the consumer group too.
    pub group: String,
    /// The topic of the public events.
    pub topic: String,
    /// The topic that gets copies of parked records.
    pub dead_letters: String,
    pub batch: BatchLimits,
    /// Number of connections that write in parallel.
    pub workers: usize,
    /// Parked keys of one partition beyond which it stops.
    pub parked_keys_max: usize,
    /// Records behind the end up to which it is ready.
    pub ready_lag_records_max: i64,
}

impl ProjectionSettings {
    /// The usual bounds, for a group that keeps the read models of a topic.
    pub fn of(source: ProjectionSource, database: DatabaseUrl, messaging: MessagingSettings) -> Self {
        let ProjectionSource { group, topic, dead_letters } = source;
        Self {
            database,
            messaging,
            group,
            topic,
            dead_letters,
            batch: BatchLimits {
                records_max: BATCH_RECORDS_MAX,
                bytes_max: BATCH_BYTES_MAX,
                wait_max: Duration::from_millis(BATCH_WAIT_MS),
            },
            workers: WORKERS,
            parked_keys_max: PARKED_KEYS_MAX,
            ready_lag_records_max: READY_LAG_RECORDS_MAX,
        }
    }
}
