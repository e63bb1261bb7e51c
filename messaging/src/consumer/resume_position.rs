//! Offset check: whether stored offsets still belong to the topic that exists now.
//!
//! A topic that was deleted and created again has the same name and other records, so an offset alone proves nothing.
//! The client library does not expose a topic's id, so the check reads the last applied record: the record at its
//! offset must still have its event id. Where retention has removed that record, only the range of offsets can be
//! checked.

use std::collections::HashMap;
use std::time::Duration;

use domain::EventId;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers};
use rdkafka::{Message, Offset, TopicPartitionList};
use service_kit::clock::Stopwatch;

use crate::client;
use crate::headers;

/// Longest time of one check, in milliseconds.
const LOOK_TIMEOUT_MS: u64 = 30_000;
/// Longest wait for one record, in milliseconds.
const POLL_MS: u64 = 200;
/// librdkafka assigns partitions only to a consumer with a group; this one never joins or commits.
const GROUP: &str = "orders.resume.reader";

/// Where a group resumes reading a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResumePosition {
    pub partition: i32,
    /// The first offset that is not applied.
    pub next_offset: i64,
    /// Offset and event id of the last applied record. `None` before the first.
    pub last: Option<(i64, EventId)>,
}

/// Why a group cannot resume from its position.
#[derive(Debug, thiserror::Error)]
pub enum ResumePositionError {
    /// The group's offset is outside the partition: its records were removed by retention, or the topic is a shorter
    /// one.
    #[error(
        "partition {partition} of {topic} holds offsets {low} to {high} and the group stands at {next_offset}: \
         rebuild from the log and start over (`orderctl replay rebuild --all --start-over`)"
    )]
    OutOfRange {
        topic: String,
        partition: i32,
        next_offset: i64,
        /// Offset of the partition's first record.
        low: i64,
        /// Offset after the partition's last record.
        high: i64,
    },
    /// The topic was deleted and created again.
    #[error(
        "partition {partition} of {topic} has another record at offset {offset} than the one that was applied: the topic was \
         made anew: rebuild from the log and start over (`orderctl replay rebuild --all --start-over`)"
    )]
    Recreated {
        topic: String,
        partition: i32,
        /// Of the last applied record.
        offset: i64,
    },
    /// Kafka does not answer.
    #[error("looking at {topic} failed")]
    Kafka {
        topic: String,
        #[source]
        source: KafkaError,
    },
    /// The check took too long.
    #[error("looking at {topic} took more than {LOOK_TIMEOUT_MS} ms")]
    Timeout { topic: String },
}

impl ResumePositionError {
    /// Whether a later attempt may succeed.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Kafka { .. } | Self::Timeout { .. })
    }
}

/// Checks a group's resume positions against the topic.
///
/// # Errors
/// [`ResumePositionError`] for the first partition whose position does not fit.
pub async fn check(brokers: &str, topic: &str, positions: Vec<ResumePosition>) -> Result<(), ResumePositionError> {
    let brokers = brokers.to_owned();
    let topic = topic.to_owned();
    client::blocking(move || check_blocking(&brokers, &topic, &positions)).await
}

fn check_blocking(brokers: &str, topic: &str, positions: &[ResumePosition]) -> Result<(), ResumePositionError> {
    let kafka = |source| ResumePositionError::Kafka { topic: topic.to_owned(), source };
    let consumer: BaseConsumer = client::config(brokers)
        .set("group.id", GROUP)
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "error")
        .set("isolation.level", "read_committed")
        .create()
        .map_err(kafka)?;
    let mut wanted = HashMap::new();
    for position in positions {
        let &ResumePosition { partition, next_offset, last } = position;
        let (low, high) = client::watermarks(&consumer, topic, partition).map_err(kafka)?;
        if !(low..=high).contains(&next_offset) {
            return Err(ResumePositionError::OutOfRange { topic: topic.to_owned(), partition, next_offset, low, high });
        }
        if let Some((offset, event_id)) = last
            && offset >= low
        {
            wanted.insert(partition, (offset, event_id));
        }
    }
    check_records(&consumer, topic, wanted)
}

/// Reads one record of each partition and compares its id.
fn check_records(
    consumer: &BaseConsumer,
    topic: &str,
    mut wanted: HashMap<i32, (i64, EventId)>,
) -> Result<(), ResumePositionError> {
    let kafka = |source| ResumePositionError::Kafka { topic: topic.to_owned(), source };
    let mut starts = TopicPartitionList::new();
    for (partition, (offset, _)) in &wanted {
        starts.add_partition_offset(topic, *partition, Offset::Offset(*offset)).map_err(kafka)?;
    }
    consumer.assign(&starts).map_err(kafka)?;
    let watch = Stopwatch::start();
    while !wanted.is_empty() {
        if watch.elapsed() > Duration::from_millis(LOOK_TIMEOUT_MS) {
            return Err(ResumePositionError::Timeout { topic: topic.to_owned() });
        }
        let (partition, found) = match consumer.poll(Duration::from_millis(POLL_MS)) {
            None => continue,
            Some(Ok(message)) => (message.partition(), Some((message.offset(), event_id(&message)))),
            Some(Err(KafkaError::PartitionEOF(partition))) => (partition, None),
            Some(Err(error)) if client::is_passing(&error) => continue,
            Some(Err(error)) => return Err(kafka(error)),
        };
        // Later records of a partition whose record was compared already are ignored.
        let Some((offset, event_id)) = wanted.remove(&partition) else { continue };
        if found != Some((offset, Some(event_id))) {
            return Err(ResumePositionError::Recreated { topic: topic.to_owned(), partition, offset });
        }
    }
    Ok(())
}

fn event_id(message: &BorrowedMessage<'_>) -> Option<EventId> {
    let headers = message.headers()?;
    let value = headers.iter().filter(|header| header.key == headers::ID).last()?.value?;
    std::str::from_utf8(value).ok()?.parse().ok()
}
