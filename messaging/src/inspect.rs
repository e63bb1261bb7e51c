//! Reads a topic's offsets without joining a group.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::{MetadataPartition, MetadataTopic};

use crate::client::{self, METADATA_TIMEOUT_MS};

/// Kafka does not answer, or has no such topic.
#[derive(Debug, thiserror::Error)]
#[error("looking into topic {topic} failed")]
pub struct InspectError {
    topic: String,
    #[source]
    source: KafkaError,
}

/// The first offset that each partition of a topic holds.
///
/// # Errors
/// [`InspectError`].
pub async fn first_offsets(brokers: &str, topic: &str) -> Result<BTreeMap<i32, i64>, InspectError> {
    let brokers = brokers.to_owned();
    let topic = topic.to_owned();
    client::blocking(move || {
        offsets(&brokers, &topic, |(first, _)| first).map_err(|source| InspectError { topic, source })
    })
    .await
}

/// The offset behind the last committed record of each partition of a topic.
///
/// # Errors
/// [`InspectError`]; also where there is no such topic.
pub async fn ends(brokers: &str, topic: &str) -> Result<BTreeMap<i32, i64>, InspectError> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    client::blocking(move || {
        let failed = |source| InspectError { topic: topic.clone(), source };
        let ends = offsets(&brokers, &topic, |(_, end)| end).map_err(failed)?;
        if ends.is_empty() {
            return Err(failed(KafkaError::MetadataFetch(RDKafkaErrorCode::UnknownTopicOrPartition)));
        }
        Ok(ends)
    })
    .await
}

fn offsets(brokers: &str, topic: &str, wanted: impl Fn((i64, i64)) -> i64) -> Result<BTreeMap<i32, i64>, KafkaError> {
    // What is not committed yet counts as not there.
    let consumer: BaseConsumer = client::config(brokers).set("isolation.level", "read_committed").create()?;
    let timeout = Duration::from_millis(METADATA_TIMEOUT_MS);
    let metadata = consumer.fetch_metadata(Some(topic), timeout)?;
    let partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions).map(MetadataPartition::id);
    partitions.map(|one| Ok((one, wanted(client::watermarks(&consumer, topic, one)?)))).collect()
}
