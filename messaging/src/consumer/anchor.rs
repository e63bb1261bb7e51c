//! Whether stored offsets still belong to the topic that is there now.
//!
//! A topic that was deleted and made again has the same name and other records, so an offset alone proves nothing. The
//! client library does not tell a topic's id; instead the last applied record is looked at: at its offset there must
//! still be the record with its event id. Where retention has removed it, the range of offsets is all that can be held
//! against.

use std::collections::HashMap;
use std::time::Duration;

use domain::EventId;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers};
use rdkafka::{Message, Offset, TopicPartitionList};
use service_kit::clock::Stopwatch;

use crate::client::{self, METADATA_TIMEOUT_MS};
use crate::headers;

/// Longest time that looking takes in all, in milliseconds.
const LOOK_TIMEOUT_MS: u64 = 30_000;
/// Longest wait for one record, in milliseconds.
const POLL_MS: u64 = 200;
/// librdkafka assigns partitions only to a consumer with a group; this one never joins or commits.
const GROUP: &str = "orders.anchor.reader";

/// Where a group stands in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Which partition.
    pub partition: i32,
    /// The first offset that is not applied.
    pub next_offset: i64,
    /// Offset and event of the last applied record, where there is one.
    pub last: Option<(i64, EventId)>,
}

/// Why a group cannot go on from where it stands.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// Records between the group's place and the topic's beginning are gone, or the topic ends before it.
    #[error(
        "partition {partition} of {topic} holds offsets {low} to {high} and the group stands at {next_offset}: \
         rebuild from the log and start over (`orderctl replay rebuild --all --start-over`)"
    )]
    OutOfRange {
        /// Which topic.
        topic: String,
        /// Which partition.
        partition: i32,
        /// The group's place.
        next_offset: i64,
        /// The first offset there is.
        low: i64,
        /// The offset behind the last.
        high: i64,
    },
    /// The topic was deleted and made again.
    #[error(
        "partition {partition} of {topic} has another record at offset {offset} than the one that was applied: the topic was \
         made anew: rebuild from the log and start over (`orderctl replay rebuild --all --start-over`)"
    )]
    Recreated {
        /// Which topic.
        topic: String,
        /// Which partition.
        partition: i32,
        /// Where the last applied record was.
        offset: i64,
    },
    /// Kafka does not answer.
    #[error("looking at {topic} failed")]
    Kafka {
        /// Which topic.
        topic: String,
        /// What Kafka says.
        #[source]
        source: KafkaError,
    },
    /// It took too long.
    #[error("looking at {topic} took more than {LOOK_TIMEOUT_MS} ms")]
    Timeout {
        /// Which topic.
        topic: String,
    },
}

impl AnchorError {
    /// Whether a later attempt may succeed.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Kafka { .. } | Self::Timeout { .. })
    }
}

/// Holds a group's places against the topic.
///
/// # Errors
/// [`AnchorError`] for the first partition that does not fit.
pub async fn check(brokers: &str, topic: &str, anchors: Vec<Anchor>) -> Result<(), AnchorError> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    client::blocking(move || check_blocking(&brokers, &topic, &anchors)).await
}

fn check_blocking(brokers: &str, topic: &str, anchors: &[Anchor]) -> Result<(), AnchorError> {
    let kafka = |source| AnchorError::Kafka { topic: topic.to_owned(), source };
    let consumer: BaseConsumer = client::config(brokers)
        .set("group.id", GROUP)
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "error")
        .set("isolation.level", "read_committed")
        .create()
        .map_err(kafka)?;
    let mut wanted = HashMap::new();
    for anchor in anchors {
        let &Anchor { partition, next_offset, last } = anchor;
        let timeout = Duration::from_millis(METADATA_TIMEOUT_MS);
        let (low, high) = consumer.fetch_watermarks(topic, partition, timeout).map_err(kafka)?;
        if !(low..=high).contains(&next_offset) {
            return Err(AnchorError::OutOfRange { topic: topic.to_owned(), partition, next_offset, low, high });
        }
        if let Some((offset, event_id)) = last
            && offset >= low
        {
            wanted.insert(partition, (offset, event_id));
        }
    }
    look(&consumer, topic, wanted)
}

/// Reads one record of each partition and compares its id.
fn look(consumer: &BaseConsumer, topic: &str, mut wanted: HashMap<i32, (i64, EventId)>) -> Result<(), AnchorError> {
    let kafka = |source| AnchorError::Kafka { topic: topic.to_owned(), source };
    let mut starts = TopicPartitionList::new();
    for (partition, (offset, _)) in &wanted {
        starts.add_partition_offset(topic, *partition, Offset::Offset(*offset)).map_err(kafka)?;
    }
    consumer.assign(&starts).map_err(kafka)?;
    let watch = Stopwatch::start();
    while !wanted.is_empty() {
        if watch.elapsed() > Duration::from_millis(LOOK_TIMEOUT_MS) {
            return Err(AnchorError::Timeout { topic: topic.to_owned() });
        }
        let (partition, found) = match consumer.poll(Duration::from_millis(POLL_MS)) {
            None => continue,
            Some(Ok(message)) => (message.partition(), Some((message.offset(), event_id(&message)))),
            Some(Err(KafkaError::PartitionEOF(partition))) => (partition, None),
            Some(Err(error)) if client::is_passing(&error) => continue,
            Some(Err(error)) => return Err(kafka(error)),
        };
        // Later records of a partition that has answered already are not asked about.
        let Some((offset, event_id)) = wanted.remove(&partition) else { continue };
        if found != Some((offset, Some(event_id))) {
            return Err(AnchorError::Recreated { topic: topic.to_owned(), partition, offset });
        }
    }
    Ok(())
}

fn event_id(message: &BorrowedMessage<'_>) -> Option<EventId> {
    let headers = message.headers()?;
    let value = headers.iter().filter(|header| header.key == headers::ID).last()?.value?;
    std::str::from_utf8(value).ok()?.parse().ok()
}
