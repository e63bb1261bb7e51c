//! Offsets that a group has in Kafka: where it begins, and how they are verified before anything is read.
//!
//! Guarantees: a group begins at the end of a topic, once, and by a step of its own; afterwards an offset that is missing or out
//! of range is an error that says what to do, and never a jump to another offset.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::{MetadataPartition, MetadataTopic};

use super::TopicPartition;
use super::context::list;
use crate::client::{self, METADATA_TIMEOUT_MS};

/// The longest that a request waits in all, between its attempts, for a group's coordinator that moves or starts, in milliseconds. The
/// first request of a cluster's life waits until its topic of offsets is made, which takes a slow machine many seconds.
const RETRY_MS_MAX: u64 = 30_000;
/// First pause between attempts, in milliseconds; it doubles.
const RETRY_BACKOFF_MS_MIN: u64 = 50;
/// Longest pause between attempts, in milliseconds.
const RETRY_BACKOFF_MS_MAX: u64 = 1_000;

/// Why a group cannot go on from its offsets.
#[derive(Debug, thiserror::Error)]
pub enum GroupOffsetError {
    /// Kafka has no offset of the group.
    #[error(
        "group {group} has no offset in {partition}. If it never had one, run `order-engine topics`, which records where it \
         begins. If Kafka has forgotten it (offsets.retention.minutes), stop the group's processes and set it with \
         `kafka-consumer-groups.sh --bootstrap-server HOST:PORT --group {group} --topic {topic} --reset-offsets --to-earliest \
         --execute`: what was handled before is recognised as a repeat",
        topic = partition.topic
    )]
    Missing { group: String, partition: TopicPartition },
    /// The group's offset is outside the partition: records were removed by retention before they were read, or the topic is
    /// another one.
    #[error(
        "{partition} holds offsets {low} to {high} and group {group} stands at {next_offset}: requests between were lost to \
         retention, or the topic was made anew. Ask for them again where they are still wanted, then stop the group's \
         processes and set the offset with `kafka-consumer-groups.sh --bootstrap-server HOST:PORT --group {group} --topic {topic} \
         --reset-offsets --to-earliest --execute`",
        topic = partition.topic
    )]
    OutOfRange {
        group: String,
        partition: TopicPartition,
        next_offset: i64,
        /// Offset of the partition's first record.
        low: i64,
        /// Offset after the partition's last record.
        high: i64,
    },
    /// Kafka takes offsets from a group's members alone while it has some.
    #[error(
        "group {group} has members, so where it begins cannot be set: stop them, run `order-engine topics`, start them again"
    )]
    HasMembers { group: String },
    /// A topic does not exist.
    #[error("topic {topic} of group {group} does not exist; run `order-engine topics`")]
    NoTopic { group: String, topic: String },
    /// Kafka does not answer, or refuses.
    #[error("asking for the offsets of group {group} failed")]
    Kafka {
        group: String,
        #[source]
        source: KafkaError,
    },
    /// The member has ended.
    #[error("the member of group {group} has ended")]
    Ended { group: String },
}

impl GroupOffsetError {
    /// Whether a later attempt may succeed without anybody's doing.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Kafka { .. } | Self::Ended { .. })
    }

    /// Whether the group's coordinator is just moving to another broker, or starting.
    fn is_of_a_moving_coordinator(&self) -> bool {
        use RDKafkaErrorCode as Code;
        let Self::Kafka { source, .. } = self else { return false };
        matches!(
            source.rdkafka_error_code(),
            Some(Code::NotCoordinator | Code::CoordinatorNotAvailable | Code::CoordinatorLoadInProgress)
        )
    }
}

/// Runs blocking work, again while the group's coordinator moves.
pub(super) async fn asked<T: Send + 'static>(
    work: impl Fn() -> Result<T, GroupOffsetError> + Clone + Send + 'static,
) -> Result<T, GroupOffsetError> {
    let backoff = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(RETRY_BACKOFF_MS_MIN))
        .with_max_delay(Duration::from_millis(RETRY_BACKOFF_MS_MAX))
        .without_max_times()
        .with_total_delay(Some(Duration::from_millis(RETRY_MS_MAX)));
    let attempt = || client::blocking(work.clone());
    attempt.retry(backoff).when(GroupOffsetError::is_of_a_moving_coordinator).await
}

/// The offset that a group has committed in each partition, verified to be in range.
pub(super) fn committed<C: ConsumerContext>(
    client: &BaseConsumer<C>,
    group: &str,
    partitions: &[TopicPartition],
) -> Result<Vec<(TopicPartition, i64)>, GroupOffsetError> {
    let mut verified = Vec::with_capacity(partitions.len());
    for (partition, offset) in offsets(client, group, partitions)? {
        let Some(next_offset) = offset else {
            return Err(GroupOffsetError::Missing { group: group.to_owned(), partition });
        };
        let (low, high) =
            client::watermarks(client, &partition.topic, partition.partition).map_err(|source| kafka(group, source))?;
        if !(low..=high).contains(&next_offset) {
            return Err(GroupOffsetError::OutOfRange { group: group.to_owned(), partition, next_offset, low, high });
        }
        verified.push((partition, next_offset));
    }
    Ok(verified)
}

/// Commits the end of each partition in which a group has no offset, so that it handles what is written from now on. Returns the
/// partitions that it has begun. A transaction that is open now counts as written later.
///
/// # Errors
/// [`GroupOffsetError`]; also where the group has members that run, but lacks an offset.
pub async fn begin_at_end(
    brokers: &str,
    group: &str,
    topics: &[&str],
) -> Result<Vec<(TopicPartition, i64)>, GroupOffsetError> {
    let brokers = brokers.to_owned();
    let group = group.to_owned();
    let topics: Vec<String> = topics.iter().map(ToString::to_string).collect();
    asked(move || begin(&brokers, &group, &topics)).await
}

/// The offset that a group has in each partition of topics; `None` where it has none.
///
/// # Errors
/// [`GroupOffsetError`].
pub async fn offsets_of(
    brokers: &str,
    group: &str,
    topics: &[&str],
) -> Result<BTreeMap<TopicPartition, Option<i64>>, GroupOffsetError> {
    let brokers = brokers.to_owned();
    let group = group.to_owned();
    let topics: Vec<String> = topics.iter().map(ToString::to_string).collect();
    asked(move || {
        let client = observer(&brokers, &group)?;
        let partitions = partitions(&client, &group, &topics)?;
        Ok(offsets(&client, &group, &partitions)?.into_iter().collect())
    })
    .await
}

fn begin(brokers: &str, group: &str, topics: &[String]) -> Result<Vec<(TopicPartition, i64)>, GroupOffsetError> {
    let client = observer(brokers, group)?;
    let partitions = partitions(&client, group, topics)?;
    let mut begun = Vec::new();
    for (partition, offset) in offsets(&client, group, &partitions)? {
        if offset.is_none() {
            // For a reader of committed records, the offset of the first open transaction.
            let (_, end) = client::watermarks(&client, &partition.topic, partition.partition)
                .map_err(|source| kafka(group, source))?;
            begun.push((partition, end));
        }
    }
    if !begun.is_empty() {
        let ends = list(begun.iter().map(|(partition, end)| (partition, Offset::Offset(*end))));
        client.commit(&ends, CommitMode::Sync).map_err(|source| match source.rdkafka_error_code() {
            Some(RDKafkaErrorCode::UnknownMemberId | RDKafkaErrorCode::IllegalGeneration) => {
                GroupOffsetError::HasMembers { group: group.to_owned() }
            }
            _ => kafka(group, source),
        })?;
    }
    Ok(begun)
}

/// A client that belongs to the group's name and never joins it.
fn observer(brokers: &str, group: &str) -> Result<BaseConsumer, GroupOffsetError> {
    client::config(brokers)
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "error")
        .set("isolation.level", "read_committed")
        .create()
        .map_err(|source| kafka(group, source))
}

fn partitions(client: &BaseConsumer, group: &str, topics: &[String]) -> Result<Vec<TopicPartition>, GroupOffsetError> {
    let mut all = Vec::new();
    for topic in topics {
        let metadata = client.fetch_metadata(Some(topic), timeout()).map_err(|source| kafka(group, source))?;
        let found = metadata.topics().iter().flat_map(MetadataTopic::partitions).map(MetadataPartition::id);
        let before = all.len();
        let name: Arc<str> = topic.as_str().into();
        all.extend(found.map(|partition| TopicPartition { topic: Arc::clone(&name), partition }));
        if all.len() == before {
            return Err(GroupOffsetError::NoTopic { group: group.to_owned(), topic: topic.clone() });
        }
    }
    all.sort_unstable();
    Ok(all)
}

fn offsets<C: ConsumerContext>(
    client: &BaseConsumer<C>,
    group: &str,
    partitions: &[TopicPartition],
) -> Result<Vec<(TopicPartition, Option<i64>)>, GroupOffsetError> {
    let wanted = list(partitions.iter().map(|partition| (partition, Offset::Invalid)));
    let found = client.committed_offsets(wanted, timeout()).map_err(|source| kafka(group, source))?;
    let offsets = partitions.iter().map(|partition| {
        let element = found.find_partition(&partition.topic, partition.partition);
        let offset = match element.as_ref().map(rdkafka::topic_partition_list::TopicPartitionListElem::offset) {
            Some(Offset::Offset(offset)) => Some(offset),
            _ => None,
        };
        (partition.clone(), offset)
    });
    Ok(offsets.collect())
}

fn kafka(group: &str, source: KafkaError) -> GroupOffsetError {
    GroupOffsetError::Kafka { group: group.to_owned(), source }
}

const fn timeout() -> Duration {
    Duration::from_millis(METADATA_TIMEOUT_MS)
}
