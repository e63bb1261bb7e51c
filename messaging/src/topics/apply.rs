//! Creates and configures the cluster's topics as declared.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigSource, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use service_kit::poll;

use super::{Declarations, TopicDeclaration};
use crate::client::{self, METADATA_TIMEOUT_MS};

/// Longest wait until a change is visible in the cluster, in milliseconds.
const CHANGE_TIMEOUT_MS: u64 = 30_000;
/// Pause between two checks for that, in milliseconds.
const LOOK_INTERVAL_MS: u64 = 50;

/// Why the cluster cannot be made to match.
#[derive(Debug, thiserror::Error)]
pub enum ApplyTopicsError {
    /// Kafka does not answer.
    #[error("{action} failed")]
    Kafka {
        action: String,
        #[source]
        source: KafkaError,
    },
    /// The cluster refuses a change.
    #[error("the cluster refuses {action}: {code}")]
    Refused { action: String, code: RDKafkaErrorCode },
    /// The topic has another number of partitions, which cannot be changed: a stream's events would be split between
    /// two partitions.
    #[error(
        "topic {topic} has {found} partitions and is declared with {declared}; the count is fixed for a topic's life, so correct \
         TOPIC_PARTITIONS, or whoever has changed the topic"
    )]
    Partitions { topic: String, found: usize, declared: u16 },
    /// A created topic did not appear.
    #[error("topic {topic} was created but does not appear")]
    Invisible {
        topic: String,
        #[source]
        source: poll::TimedOut,
    },
    /// Changed settings did not appear.
    #[error("the settings of topic {topic} were changed but the change does not appear")]
    Unchanged {
        topic: String,
        #[source]
        source: poll::TimedOut,
    },
}

type Admin = AdminClient<DefaultClientContext>;

/// Creates the topics that are missing and corrects settings that differ. Changes nothing where all is in place. Settings
/// that the declaration does not name stay as they are. `progress` gets a line a topic.
///
/// # Errors
/// [`ApplyTopicsError`] naming the topic.
pub async fn apply(
    brokers: &str,
    declarations: &Declarations,
    mut progress: impl FnMut(&str),
) -> Result<(), ApplyTopicsError> {
    let admin: Admin = client::config(brokers).create().map_err(|source| kafka("connecting", source))?;
    let admin = std::sync::Arc::new(admin);
    let cluster = look(&admin).await?;
    let replication = declarations.defaults.replication_factor_max.min(cluster.brokers).max(1);
    let missing: Vec<_> =
        declarations.topics.iter().filter(|topic| !cluster.partitions.contains_key(&topic.name)).collect();
    for topic in &declarations.topics {
        if let Some(&found) = cluster.partitions.get(&topic.name)
            && found != usize::from(topic.partitions)
        {
            return Err(ApplyTopicsError::Partitions { topic: topic.name.clone(), found, declared: topic.partitions });
        }
    }
    create(&admin, &missing, replication).await?;
    until_led(brokers, &missing).await?;
    for topic in &declarations.topics {
        let line = if cluster.partitions.contains_key(&topic.name) {
            correct(&admin, topic).await?
        } else {
            format!("{}: created with {} partitions, {replication} copies", topic.name, topic.partitions)
        };
        progress(&line);
    }
    Ok(())
}

struct Cluster {
    brokers: u16,
    partitions: HashMap<String, usize>,
}

async fn look(admin: &std::sync::Arc<Admin>) -> Result<Cluster, ApplyTopicsError> {
    let admin = std::sync::Arc::clone(admin);
    client::blocking(move || {
        let timeout = Duration::from_millis(METADATA_TIMEOUT_MS);
        let found = admin.inner().fetch_metadata(None, timeout).map_err(|source| kafka("listing topics", source))?;
        Ok(Cluster {
            brokers: u16::try_from(found.brokers().len()).unwrap_or(u16::MAX),
            partitions: found
                .topics()
                .iter()
                .map(|topic| (topic.name().to_owned(), topic.partitions().len()))
                .collect(),
        })
    })
    .await
}

/// Creates topics, and waits until each of them is seen.
async fn create(
    admin: &std::sync::Arc<Admin>,
    topics: &[&TopicDeclaration],
    replication: u16,
) -> Result<(), ApplyTopicsError> {
    if topics.is_empty() {
        return Ok(());
    }
    let new = topics.iter().map(|topic| {
        let new = NewTopic::new(&topic.name, topic.partitions.into(), TopicReplication::Fixed(replication.into()));
        topic.config.iter().fold(new, |new, (key, value)| new.set(key, value))
    });
    let new: Vec<_> = new.collect();
    let created = admin.create_topics(&new, &options()).await.map_err(|source| kafka("creating topics", source))?;
    for outcome in created {
        match outcome {
            // Another deploy at the same time has created it.
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => {
                return Err(ApplyTopicsError::Refused { action: format!("creating topic {name}"), code });
            }
        }
    }
    for topic in topics {
        let wanted = usize::from(topic.partitions);
        let seen = async || look(admin).await.is_ok_and(|cluster| cluster.partitions.get(&topic.name) == Some(&wanted));
        let seen = until_seen(seen).await;
        seen.map_err(|source| ApplyTopicsError::Invisible { topic: topic.name.clone(), source })?;
    }
    Ok(())
}

/// Waits until a change is visible in the cluster.
async fn until_seen(seen: impl AsyncFnMut() -> bool) -> Result<(), poll::TimedOut> {
    poll::wait_until(Duration::from_millis(CHANGE_TIMEOUT_MS), Duration::from_millis(LOOK_INTERVAL_MS), seen).await
}

/// Waits until every partition of the topics answers: the cluster shows a topic before its brokers have made its partitions.
async fn until_led(brokers: &str, topics: &[&TopicDeclaration]) -> Result<(), ApplyTopicsError> {
    if topics.is_empty() {
        return Ok(());
    }
    let consumer: BaseConsumer = client::config(brokers).create().map_err(|source| kafka("connecting", source))?;
    let topics: Vec<_> = topics.iter().map(|topic| (topic.name.clone(), topic.partitions)).collect();
    client::blocking(move || {
        for (name, partitions) in topics {
            for partition in 0..partitions {
                client::watermarks(&consumer, &name, partition.into())
                    .map_err(|source| kafka(&format!("waiting for partition {partition} of topic {name}"), source))?;
            }
        }
        Ok(())
    })
    .await
}

/// The settings of a topic that are not as declared.
fn differing<'a>(topic: &'a TopicDeclaration, effective: &Settings) -> Vec<(&'a String, &'a String)> {
    topic.config.iter().filter(|(key, value)| effective.get(*key) != Some(*value)).collect()
}

async fn correct(admin: &Admin, topic: &TopicDeclaration) -> Result<String, ApplyTopicsError> {
    let name = &topic.name;
    let (overridden, effective) = settings(admin, name).await?;
    let differing = differing(topic, &effective);
    if differing.is_empty() {
        return Ok(format!("{name}: unchanged"));
    }
    // Altering replaces every override of the topic, so the overrides that are not declared are sent again.
    let merged: BTreeMap<_, _> = overridden.iter().chain(&topic.config).collect();
    let mut change = AlterConfig::new(ResourceSpecifier::Topic(name));
    for (key, value) in merged {
        change = change.set(key, value);
    }
    let action = format!("changing the settings of topic {name}");
    let changed = admin.alter_configs([&change], &options()).await.map_err(|source| kafka(&action, source))?;
    for outcome in changed {
        outcome.map_err(|(_, code)| ApplyTopicsError::Refused { action: action.clone(), code })?;
    }
    let seen = async || {
        let found = settings(admin, name).await;
        found.is_ok_and(|(_, effective)| self::differing(topic, &effective).is_empty())
    };
    let seen = until_seen(seen).await;
    seen.map_err(|source| ApplyTopicsError::Unchanged { topic: name.clone(), source })?;
    let names: Vec<_> = differing.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Ok(format!("{name}: set {}", names.join(", ")))
}

type Settings = BTreeMap<String, String>;

/// A topic's own settings, and all settings in effect for it.
async fn settings(admin: &Admin, name: &str) -> Result<(Settings, Settings), ApplyTopicsError> {
    let action = format!("reading the settings of topic {name}");
    let described = admin.describe_configs([&ResourceSpecifier::Topic(name)], &options()).await;
    let mut overridden = BTreeMap::new();
    let mut effective = BTreeMap::new();
    for resource in described.map_err(|source| kafka(&action, source))? {
        let resource = resource.map_err(|code| ApplyTopicsError::Refused { action: action.clone(), code })?;
        for entry in resource.entries {
            let value = entry.value.unwrap_or_default();
            if entry.source == ConfigSource::DynamicTopic {
                overridden.insert(entry.name.clone(), value.clone());
            }
            effective.insert(entry.name, value);
        }
    }
    Ok((overridden, effective))
}

fn options() -> AdminOptions {
    let timeout = Duration::from_millis(CHANGE_TIMEOUT_MS);
    AdminOptions::new().request_timeout(Some(timeout)).operation_timeout(Some(timeout))
}

fn kafka(action: &str, source: KafkaError) -> ApplyTopicsError {
    ApplyTopicsError::Kafka { action: action.to_owned(), source }
}
