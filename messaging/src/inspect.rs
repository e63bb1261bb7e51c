//! Looking into a topic without joining a group.
//!
//! Guarantees: answers only from committed records, in bounded time; an answer that cannot be had is an error. It looks at what
//! there was when it began, however much is written meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::contract::Position;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Headers;
use rdkafka::metadata::{MetadataPartition, MetadataTopic};
use rdkafka::{Message, Offset, TopicPartitionList};
use service_kit::clock::Stopwatch;

use crate::client::{self, METADATA_TIMEOUT_MS};
use crate::headers::GLOBAL_POSITION;

/// Longest look, in milliseconds.
const LOOK_TIMEOUT_MS: u64 = 60_000;
/// Longest wait for one record, in milliseconds.
const POLL_MS: u64 = 500;
/// librdkafka assigns partitions only to a consumer with a group; this one never joins or commits.
const GROUP: &str = "orders.inspector";

/// Longest wait for open transactions, in milliseconds: longer than the cluster lets one stand.
const SETTLE_TIMEOUT_MS: u64 = 20_000;
/// Pause between two looks at open transactions, in milliseconds.
const SETTLE_LOOK_MS: u64 = 20;

/// Why a topic could not be looked into.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// Kafka does not answer, or has no such topic.
    #[error("looking into topic {topic} failed")]
    Kafka {
        /// Which topic.
        topic: String,
        /// What Kafka says.
        #[source]
        source: KafkaError,
    },
    /// It took too long; an open transaction blocks the end, or the topic is very long.
    #[error("looking into topic {topic} took more than {LOOK_TIMEOUT_MS} ms")]
    Timeout {
        /// Which topic.
        topic: String,
    },
    /// A transaction stays open that nobody may still have open.
    #[error(
        "partition {partition} of topic {topic} has had a transaction open from offset {from} for more than \
         {SETTLE_TIMEOUT_MS} ms: whoever commits next might commit it too. `kafka-transactions.sh find-hanging` and `abort` \
         end it if it does not end by itself"
    )]
    Unsettled {
        /// Which topic.
        topic: String,
        /// Which partition.
        partition: i32,
        /// Where the transaction begins.
        from: i64,
    },
}

/// Waits until every transaction that was open in a topic when it was called has ended.
///
/// # Errors
/// [`InspectError::Unsettled`] when one stays open.
pub async fn settled(brokers: &str, topic: &str) -> Result<(), InspectError> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    client::blocking(move || settle(&brokers, &topic)).await
}

/// Whether a topic holds a committed record of a shard.
///
/// # Errors
/// [`InspectError`] when that cannot be told.
pub async fn has_record_of_shard(brokers: &str, topic: &str, shard: i16) -> Result<bool, InspectError> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    client::blocking(move || look(&brokers, &topic, shard)).await
}

/// The first offset that each partition of a topic holds.
///
/// # Errors
/// [`InspectError::Kafka`].
pub async fn first_offsets(brokers: &str, topic: &str) -> Result<BTreeMap<i32, i64>, InspectError> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    client::blocking(move || first(&brokers, &topic).map_err(|source| InspectError::Kafka { topic, source })).await
}

fn first(brokers: &str, topic: &str) -> Result<BTreeMap<i32, i64>, KafkaError> {
    let consumer: BaseConsumer = client::config(brokers).create()?;
    let partitions = partitions(&consumer, topic)?;
    partitions.into_iter().map(|one| watermarks(&consumer, topic, one).map(|(low, _)| (one, low))).collect()
}

fn settle(brokers: &str, topic: &str) -> Result<(), InspectError> {
    let kafka = |source| InspectError::Kafka { topic: topic.to_owned(), source };
    let consumer = |isolation| client::config(brokers).set("isolation.level", isolation).create().map_err(kafka);
    // Where a partition ends is for the one the last record, for the other the first that is still open.
    let (all, committed): (BaseConsumer, BaseConsumer) = (consumer("read_uncommitted")?, consumer("read_committed")?);
    let partitions = partitions(&all, topic).map_err(kafka)?;
    let ends = partitions.into_iter().map(|one| watermarks(&all, topic, one).map(|(_, end)| (one, end)));
    let ends: BTreeMap<i32, i64> = ends.collect::<Result<_, _>>().map_err(kafka)?;
    let waiting = Stopwatch::start();
    for (partition, end) in ends {
        loop {
            let (_, from) = watermarks(&committed, topic, partition).map_err(kafka)?;
            if from >= end {
                break;
            }
            if waiting.elapsed() > Duration::from_millis(SETTLE_TIMEOUT_MS) {
                return Err(InspectError::Unsettled { topic: topic.to_owned(), partition, from });
            }
            // Serves the client meanwhile; nothing is assigned, so nothing comes.
            committed.poll(Duration::from_millis(SETTLE_LOOK_MS));
        }
    }
    Ok(())
}

fn look(brokers: &str, topic: &str, shard: i16) -> Result<bool, InspectError> {
    let kafka = |source| InspectError::Kafka { topic: topic.to_owned(), source };
    let looking = Stopwatch::start();
    let consumer: BaseConsumer = client::config(brokers)
        .set("group.id", GROUP)
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("isolation.level", "read_committed")
        .set("auto.offset.reset", "error")
        .create()
        .map_err(kafka)?;
    let mut open = assign_from_start(&consumer, topic).map_err(kafka)?;
    while !open.is_empty() {
        if looking.elapsed() > Duration::from_millis(LOOK_TIMEOUT_MS) {
            return Err(InspectError::Timeout { topic: topic.to_owned() });
        }
        match consumer.poll(Duration::from_millis(POLL_MS)) {
            Some(Ok(message)) if shard_of(&message) == Some(shard) => return Ok(true),
            Some(Ok(message)) => {
                let (partition, next) = (message.partition(), message.offset() + 1);
                open.retain(|open, end| *open != partition || next < *end);
            }
            None => {}
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                open.remove(&partition);
            }
            Some(Err(error)) if client::is_passing(&error) => {}
            Some(Err(error)) => return Err(kafka(error)),
        }
    }
    Ok(false)
}

/// Assigns the partitions that hold anything, and answers where each ends.
fn assign_from_start(consumer: &BaseConsumer, topic: &str) -> Result<BTreeMap<i32, i64>, KafkaError> {
    let (mut start, mut ends) = (TopicPartitionList::new(), BTreeMap::new());
    for partition in partitions(consumer, topic)? {
        let (low, high) = watermarks(consumer, topic, partition)?;
        if high > low {
            start.add_partition_offset(topic, partition, Offset::Offset(low))?;
            ends.insert(partition, high);
        }
    }
    consumer.assign(&start)?;
    Ok(ends)
}

fn partitions(consumer: &BaseConsumer, topic: &str) -> Result<Vec<i32>, KafkaError> {
    let metadata = consumer.fetch_metadata(Some(topic), Duration::from_millis(METADATA_TIMEOUT_MS))?;
    Ok(metadata.topics().iter().flat_map(MetadataTopic::partitions).map(MetadataPartition::id).collect())
}

/// The first offset of a partition and the one behind its last.
fn watermarks(consumer: &BaseConsumer, topic: &str, partition: i32) -> Result<(i64, i64), KafkaError> {
    consumer.fetch_watermarks(topic, partition, Duration::from_millis(METADATA_TIMEOUT_MS))
}

fn shard_of(message: &impl Message) -> Option<i16> {
    let headers = message.headers()?;
    let header = headers.iter().find(|header| header.key == GLOBAL_POSITION)?;
    let position: Position = std::str::from_utf8(header.value?).ok()?.parse().ok()?;
    Some(position.shard)
}
