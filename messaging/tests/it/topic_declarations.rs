use messaging::testing::{brokers, unique};
use messaging::topics::{self, ApplyTopicsError, Declarations};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use service_kit::testing::PATIENCE;

fn declare(name: &str, partitions: u16, config: &str) -> Declarations {
    let text = format!(
        "[defaults]\npartitions = {partitions}\nreplication_factor_max = 3\n[[topic]]\nname = \"{name}\"\ndoc = \"A test's.\"\n[topic.config]\n{config}"
    );
    Declarations::parse(&text).unwrap()
}

async fn apply(declarations: &Declarations) -> Result<Vec<String>, ApplyTopicsError> {
    let mut lines = Vec::new();
    topics::apply(&brokers(), declarations, |line| lines.push(line.to_owned())).await?;
    Ok(lines)
}

#[tokio::test]
async fn a_topic_is_created_once_and_its_settings_are_corrected() {
    let name = unique("test");
    let declared = declare(&name, 3, "\"retention.ms\" = \"1000000\"\n\"cleanup.policy\" = \"delete\"\n");
    assert_eq!(apply(&declared).await.unwrap(), [format!("{name}: created with 3 partitions, 1 copies")]);
    assert_eq!(apply(&declared).await.unwrap(), [format!("{name}: unchanged")]);
    let changed = declare(&name, 3, "\"retention.ms\" = \"2000000\"\n");
    assert_eq!(apply(&changed).await.unwrap(), [format!("{name}: set retention.ms=2000000")]);
    assert_eq!(apply(&changed).await.unwrap(), [format!("{name}: unchanged")]);
}

/// The cluster shows a topic before its brokers lead all of its partitions.
#[tokio::test]
async fn every_partition_of_a_created_topic_can_be_used_at_once() {
    let name = unique("test");
    apply(&declare(&name, 200, "")).await.unwrap();
    let consumer: BaseConsumer = ClientConfig::new().set("bootstrap.servers", brokers()).create().unwrap();
    // The last partition is made last.
    for partition in (0..200).rev() {
        let answer = consumer.fetch_watermarks(&name, partition, PATIENCE);
        assert_eq!(answer.unwrap(), (0, 0), "partition {partition}");
    }
}

#[tokio::test]
async fn another_number_of_partitions_is_refused() {
    let name = unique("test");
    apply(&declare(&name, 2, "")).await.unwrap();
    let error = apply(&declare(&name, 4, "")).await.unwrap_err();
    assert!(matches!(&error, ApplyTopicsError::Partitions { found: 2, declared: 4, .. }), "{error}");
}

#[tokio::test]
async fn what_the_engine_declares_is_taken_by_a_real_cluster() {
    let mut declared = topics::declared();
    for topic in &mut declared.topics {
        topic.name = unique(&topic.name);
    }
    apply(&declared).await.unwrap();
    assert!(apply(&declared).await.unwrap().iter().all(|line| line.ends_with(": unchanged")));
}
