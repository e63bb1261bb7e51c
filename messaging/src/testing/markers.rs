//! Waiting for the markers of transactions.

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::metadata::{MetadataPartition, MetadataTopic};
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;

use super::{LOOK, TestTopic, brokers};
use crate::client;

impl TestTopic {
    /// Waits until readers of what is committed have all of it: a commit is answered before its markers are written. Without end while a
    /// transaction is open in the topic.
    ///
    /// # Panics
    /// When Kafka cannot be asked, or it takes too long.
    pub async fn has_markers(&self) {
        let are_written = async || {
            let name = self.name.clone();
            client::blocking(move || ends(&name, "read_committed") == ends(&name, "read_uncommitted")).await
        };
        wait_until(PATIENCE, LOOK, are_written).await.expect("markers are written");
    }
}

/// The first and last offsets of a topic's partitions.
fn ends(topic: &str, isolation: &str) -> Vec<(i64, i64)> {
    let consumer: BaseConsumer =
        client::config(&brokers()).set("isolation.level", isolation).create().expect("settings of a consumer");
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).expect("the cluster answers");
    let partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions).map(MetadataPartition::id);
    partitions.map(|one| client::watermarks(&consumer, topic, one).expect("the cluster tells offsets")).collect()
}
