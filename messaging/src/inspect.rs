//! Reads a topic's offsets without joining a group.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
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
    client::blocking(move || first(&brokers, &topic).map_err(|source| InspectError { topic, source })).await
}

fn first(brokers: &str, topic: &str) -> Result<BTreeMap<i32, i64>, KafkaError> {
    let consumer: BaseConsumer = client::config(brokers).create()?;
    let timeout = Duration::from_millis(METADATA_TIMEOUT_MS);
    let metadata = consumer.fetch_metadata(Some(topic), timeout)?;
    let partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions).map(MetadataPartition::id);
    partitions.map(|one| client::watermarks(&consumer, topic, one).map(|(low, _)| (one, low))).collect()
}
