//! The relay's checkpoint: how far it has published the log. Written in the transaction that publishes.
//!
//! Guarantees: [`read`] returns the last checkpoint that was committed when it began, or a later one, however many
//! aborted records and transaction markers follow it and however many more are written meanwhile. The partition is the
//! shard, so one partition holds the checkpoints of one shard alone.

use std::ops::Range;
use std::time::Duration;

use domain::EventId;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Message, Offset, TopicPartitionList};
use serde::{Deserialize, Serialize};
use service_kit::clock::Stopwatch;
use uuid::Uuid;

use crate::client;

/// How far before the end the first attempt starts to read, in offsets.
const LOOK_BACK_FIRST: i64 = 100;
/// How many times further back each next attempt starts.
const LOOK_BACK_FACTOR: i64 = 20;
/// Longest time of one call of [`read`], in milliseconds.
const READ_TIMEOUT_MS: u64 = 30_000;
/// Longest wait for one record, in milliseconds.
const POLL_MS: u64 = 500;
/// librdkafka assigns partitions only to a consumer with a group; this one never joins or commits.
const GROUP: &str = "orders.relay.checkpoint.reader";

/// How far the log of one shard has been published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Identifies the log: a new id for every created log, so that the positions of another log are not mistaken for
    /// this one's.
    pub incarnation: Uuid,
    pub shard: i16,
    /// The last position that was published.
    pub position: i64,
    /// The event at that position.
    pub event_id: EventId,
}

impl Checkpoint {
    /// The checkpoint of a shard that has published nothing: position 0 and a nil event id.
    pub const fn before_first(incarnation: Uuid, shard: i16) -> Self {
        Self { incarnation, shard, position: 0, event_id: EventId::new(Uuid::nil()) }
    }
}

/// Why a checkpoint cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Kafka does not answer, or has no such topic or partition.
    #[error("reading the checkpoint of shard {shard} from {topic} failed")]
    Kafka {
        topic: String,
        shard: i16,
        #[source]
        source: KafkaError,
    },
    /// Reading took too long, since another producer's open transaction hides the end of the partition.
    #[error("reading the checkpoint of shard {shard} from {topic} took more than {READ_TIMEOUT_MS} ms")]
    Timeout { topic: String, shard: i16 },
    /// A record of the topic is no checkpoint.
    #[error("the record at offset {offset} of {topic} is no checkpoint of shard {shard}")]
    Unreadable {
        topic: String,
        shard: i16,
        offset: i64,
        #[source]
        source: serde_json::Error,
    },
}

/// Reads the last committed checkpoint of a shard; `None` when there never was one. Call it after
/// `TransactionalProducer::connect`, which ends a predecessor's open transaction.
///
/// # Errors
/// [`CheckpointError`].
pub async fn read(brokers: &str, topic: &str, shard: i16) -> Result<Option<Checkpoint>, CheckpointError> {
    let brokers = brokers.to_owned();
    let topic = topic.to_owned();
    client::blocking(move || read_blocking(&brokers, &topic, shard)).await
}

fn read_blocking(brokers: &str, topic: &str, shard: i16) -> Result<Option<Checkpoint>, CheckpointError> {
    let kafka = |source| CheckpointError::Kafka { topic: topic.to_owned(), shard, source };
    let watch = Stopwatch::start();
    let consumer: BaseConsumer = client::config(brokers)
        .set("group.id", GROUP)
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("isolation.level", "read_committed")
        .set("auto.offset.reset", "error")
        .create()
        .map_err(kafka)?;
    let (low, high) = client::watermarks(&consumer, topic, shard.into()).map_err(kafka)?;
    let mut back = LOOK_BACK_FIRST;
    loop {
        let from = low.max(high.saturating_sub(back));
        let found = last_within(&consumer, topic, shard, from..high, &watch)?;
        if found.is_some() || from <= low {
            return Ok(found);
        }
        back = back.saturating_mul(LOOK_BACK_FACTOR);
    }
}

/// The last checkpoint from an offset on. The first checkpoint after the range ends the search: while more are written
/// all the time, the end of the partition would never be reached.
fn last_within(
    consumer: &BaseConsumer,
    topic: &str,
    shard: i16,
    range: Range<i64>,
    watch: &Stopwatch,
) -> Result<Option<Checkpoint>, CheckpointError> {
    let kafka = |source| CheckpointError::Kafka { topic: topic.to_owned(), shard, source };
    let mut start = TopicPartitionList::new();
    start.add_partition_offset(topic, shard.into(), Offset::Offset(range.start)).map_err(kafka)?;
    consumer.assign(&start).map_err(kafka)?;
    let mut last = None;
    while watch.elapsed() < Duration::from_millis(READ_TIMEOUT_MS) {
        match consumer.poll(Duration::from_millis(POLL_MS)) {
            None => {}
            Some(Ok(message)) => {
                let parsed = serde_json::from_slice(message.payload().unwrap_or_default());
                last = Some(parsed.map_err(|source| CheckpointError::Unreadable {
                    topic: topic.to_owned(),
                    shard,
                    offset: message.offset(),
                    source,
                })?);
                if message.offset() + 1 >= range.end {
                    return Ok(last);
                }
            }
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(last),
            Some(Err(error)) if client::is_passing(&error) => tracing::debug!(%error, "reading on"),
            Some(Err(error)) => return Err(kafka(error)),
        }
    }
    Err(CheckpointError::Timeout { topic: topic.to_owned(), shard })
}
