//! What is done once a deployment, before the engine starts. Every step may be repeated.

use std::collections::BTreeSet;
use std::path::Path;

use event_store::{DeclareError, SetShardsError};
use futures::{StreamExt, TryStreamExt, stream};
use messaging::inspect::{self, InspectError};
use messaging::registry::{Registered, Registry, RegistryError};
use messaging::topics::{self as kafka_topics, ApplyTopicsError};
use service_kit::BoxError;
use service_kit::clock::Ids;
use service_kit::config::{ConfigError, DatabaseSettings, DatabaseUrl, MessagingSettings, TopicSettings};
use service_kit::keyring::identity_migrations;
use service_kit::keys::KeysError;
use service_kit::postgres::{ConnectOptions, MigrateError, migrate as apply};

use crate::participants::{Log, LogNames, TopicSchemas, logs_of, model_sets, participants};

/// Groups that are begun at a time. Most of it is waiting for their coordinator.
const GROUPS_AT_ONCE: usize = 4;
/// Schemas that the registry is asked about at a time.
const SCHEMAS_AT_ONCE: usize = 4;

/// Why a step of the deployment failed.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    #[error("making the development keys failed")]
    Keys(#[from] KeysError),
    /// A database could not be migrated.
    #[error("bringing database {database} up to date failed")]
    Migrate {
        database: &'static str,
        #[source]
        source: Box<MigrateError>,
    },
    /// A setting that says where a log is cannot be used.
    #[error("finding the logs failed")]
    Settings(#[from] ConfigError),
    /// The log has what belongs into another one.
    #[error(
        "log {log} has streams of kind {kind}, which nobody would find where {setting} gives their participant a log of its own: \
         leave {setting} out, or give the deployment empty databases and topics"
    )]
    Hidden { kind: String, log: &'static str, setting: &'static str },
    /// A log that is not used any more has what belongs into the shared one.
    #[error(
        "a log {database} of its own was published to Kafka, and nobody would find what is in it where it is shared: set {setting} \
         again, or give the deployment empty databases and topics"
    )]
    Elsewhere { database: &'static str, setting: &'static str },
    /// The checkpoints of logs that are not used cannot be read.
    #[error("looking for the checkpoints of unused logs failed")]
    Checkpoint(#[from] InspectError),
    /// The kinds of events of this release could not be recorded in the log.
    #[error("recording this release's kinds of events failed")]
    Declare(#[from] Box<DeclareError>),
    /// The log does not have the wanted number of shards.
    #[error("choosing the number of shards failed")]
    Shards(#[from] Box<SetShardsError>),
    #[error("bringing database read up to date failed")]
    ReadModels(#[source] Box<read_models::MigrateError>),
    #[error("applying the topics failed")]
    Topics(#[from] ApplyTopicsError),
    #[error(
        "letting group {group} begin at the end of its topics failed; `order-engine migrate` makes the tables it needs"
    )]
    Group {
        group: &'static str,
        #[source]
        source: BoxError,
    },
    #[error("registering the schemas failed")]
    Schemas(#[from] RegistryError),
}

/// Makes the development keys that are missing.
///
/// # Errors
/// [`DeployError::Keys`].
pub fn keys(dir: &Path, ids: &dyn Ids) -> Result<(), DeployError> {
    service_kit::keys::make(dir, ids)?.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// Brings all databases to this release's tables, and records in each log which kinds of events this release writes.
///
/// # Errors
/// [`DeployError::Migrate`], [`DeployError::Hidden`], [`DeployError::Declare`] or [`DeployError::ReadModels`].
pub async fn migrate(databases: &DatabaseSettings) -> Result<(), DeployError> {
    let say = |line: &str| println!("{line}");
    let failed = |database| move |source| DeployError::Migrate { database, source: Box::new(source) };
    let logs = logs_of(&databases.orders, &databases.own)?;
    for log in &logs {
        apply(&log.url, event_store::migrations(), say).await.map_err(failed(log.names.database))?;
        let others = logs.iter().filter(|other| !std::ptr::eq(*other, log));
        has_no_streams_of(log, others).await?;
    }
    for log in &logs {
        let url = &log.url;
        let mut declared = Vec::new();
        // Several participants need the same part.
        let mut applied = BTreeSet::new();
        for participant in log.participants() {
            for part in (participant.migrations)() {
                if applied.insert(part.history()) {
                    apply(url, part, say).await.map_err(failed(log.names.database))?;
                }
            }
            declared.extend((participant.declared_events)());
        }
        let new = event_store::declare(url, &declared).await.map_err(Box::new)?;
        if new > 0 {
            println!("{url}: {new} kinds of events declared");
        }
    }
    apply(&databases.identity, identity_migrations(), say).await.map_err(failed("identity"))?;
    read_models::migrate(&databases.read, &model_sets(), say)
        .await
        .map_err(|source| DeployError::ReadModels(Box::new(source)))?;
    Ok(())
}

/// Refuses a log that has streams which belong into other logs by the settings: nobody would find them any more.
async fn has_no_streams_of(log: &Log, others: impl Iterator<Item = &Log>) -> Result<(), DeployError> {
    for other in others {
        let kinds: Vec<_> = other.kinds().map(|(kind, _)| kind).collect();
        if let Some(kind) = event_store::kind_with_streams(&log.url, &kinds).await.map_err(Box::new)? {
            let (log, setting) = (log.names.database, other.names.setting);
            return Err(DeployError::Hidden { kind, log, setting });
        }
    }
    Ok(())
}

/// Gives each log its number of shards; it must be empty, or have that number.
///
/// # Errors
/// [`DeployError::Shards`].
pub async fn set_shards(databases: &DatabaseSettings, shards: i16) -> Result<(), DeployError> {
    for Log { url, .. } in logs_of(&databases.orders, &databases.own)? {
        let changed = event_store::set_shards(&url, shards).await.map_err(Box::new)?;
        println!("{url}: {shards} shards{}", if changed { "" } else { ", as before" });
    }
    Ok(())
}

/// Applies the declared topics, and lets the groups that handle requests begin at the end of theirs.
///
/// # Errors
/// [`DeployError::Topics`], [`DeployError::Elsewhere`] or [`DeployError::Group`].
pub async fn topics(
    databases: &DatabaseSettings,
    messaging: &MessagingSettings,
    topics: &TopicSettings,
) -> Result<(), DeployError> {
    let mut declared = kafka_topics::declared();
    if let Some(partitions) = topics.partitions {
        declared = declared.with_partitions(partitions);
    }
    kafka_topics::apply(&messaging.kafka_brokers, &declared, |line| println!("{line}")).await?;
    for log in logs_of(&databases.orders, &databases.own)? {
        published_elsewhere(&log, &messaging.kafka_brokers).await?;
        let groups = log.participants().flat_map(|participant| participant.groups);
        let mut begun = stream::iter(groups)
            .map(|(group, topics)| begin_group(&log.url, messaging, group, topics))
            .buffered(GROUPS_AT_ONCE);
        while let Some(line) = begun.try_next().await? {
            line.iter().for_each(|line| println!("{line}"));
        }
    }
    Ok(())
}

/// Refuses to share a log with a participant that had one of its own, as its checkpoint says: what is there would be lost from sight.
async fn published_elsewhere(log: &Log, brokers: &str) -> Result<(), DeployError> {
    for LogNames { database, setting, checkpoint_topic, .. } in log.participants().map(|participant| &participant.log) {
        if *database == log.names.database {
            continue;
        }
        let ends = inspect::ends(brokers, checkpoint_topic).await?;
        if ends.values().any(|end| *end > 0) {
            return Err(DeployError::Elsewhere { database, setting });
        }
    }
    Ok(())
}

/// Returns a line that says what was done, if anything was.
async fn begin_group(
    url: &DatabaseUrl,
    messaging: &MessagingSettings,
    group: &'static str,
    topics: &[&str],
) -> Result<Option<String>, DeployError> {
    let failed = |source: BoxError| DeployError::Group { group, source };
    let pool =
        service_kit::postgres::pool(url, &ConnectOptions::named("groups")).map_err(|error| failed(error.into()))?;
    let begun = request_kit::begin(&pool, &messaging.kafka_brokers, group, topics).await;
    let begun = begun.map_err(|error| failed(error.into()))?;
    let is_new = !begun.partitions.is_empty();
    Ok(is_new.then(|| format!("group {group} begins at the end of {}", topics.join(", "))))
}

/// Registers the schemas of every topic.
///
/// # Errors
/// [`DeployError::Schemas`].
pub async fn schemas(messaging: &MessagingSettings) -> Result<(), DeployError> {
    let registry = Registry::new(&messaging.schema_registry_url)?;
    let schemas = participants().flat_map(|participant| (participant.schemas)());
    let records = schemas.flat_map(|TopicSchemas { topic, records }| records.iter().map(move |one| (topic, one)));
    let mut registered = stream::iter(records)
        .map(async |(topic, record)| {
            let registered = registry.register(&record.subject(topic), record.text).await;
            registered.map(|Registered { is_new, .. }| (topic, record.name, is_new))
        })
        .buffered(SCHEMAS_AT_ONCE);
    let mut of_topic = SchemasOfTopic::default();
    while let Some((topic, name, is_new)) = registered.try_next().await? {
        if of_topic.topic != topic {
            of_topic.print();
            of_topic = SchemasOfTopic { topic, ..SchemasOfTopic::default() };
        }
        let schemas = if is_new { &mut of_topic.new } else { &mut of_topic.unchanged };
        schemas.push(name);
    }
    of_topic.print();
    Ok(())
}

/// What was found of a topic's schemas, by their names.
#[derive(Default)]
struct SchemasOfTopic {
    topic: &'static str,
    new: Vec<&'static str>,
    unchanged: Vec<&'static str>,
}

impl SchemasOfTopic {
    /// One line for a topic. What a new release adds to a topic is named.
    fn print(&self) {
        let Self { topic, new, unchanged } = self;
        match (new.len(), unchanged.len()) {
            (0, 0) => {}
            (registered, 0) => println!("{topic}: {registered} schemas registered"),
            (0, unchanged) => println!("{topic}: {unchanged} schemas unchanged"),
            (_, unchanged) => println!("{topic}: {} registered, {unchanged} schemas unchanged", new.join(", ")),
        }
    }
}
