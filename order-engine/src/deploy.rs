//! What is done once a deployment, before the engine starts. Every step may be repeated.

use std::path::Path;

use event_store::{DeclareError, SetShardsError};
use messaging::registry::{Registry, RegistryError};
use messaging::topics::{self as kafka_topics, ApplyTopicsError};
use service_kit::BoxError;
use service_kit::clock::Ids;
use service_kit::config::{DatabaseSettings, DatabaseUrl, MessagingSettings};
use service_kit::keyring::identity_migrations;
use service_kit::keys::KeysError;
use service_kit::postgres::{ConnectOptions, MigrateError, migrate as apply};

use crate::participants::{LOGS, TopicSchemas, model_sets, participants};

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
/// [`DeployError::Migrate`], [`DeployError::Declare`] or [`DeployError::ReadModels`].
pub async fn migrate(databases: &DatabaseSettings) -> Result<(), DeployError> {
    let say = |line: &str| println!("{line}");
    let failed = |database| move |source| DeployError::Migrate { database, source: Box::new(source) };
    for log in LOGS {
        let url = (log.url)(databases);
        apply(url, event_store::migrations(), say).await.map_err(failed(log.name))?;
        let mut declared = Vec::new();
        for participant in log.participants() {
            apply(url, (participant.migrations)(), say).await.map_err(failed(log.name))?;
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

/// Gives each log its number of shards; it must be empty, or have that number.
///
/// # Errors
/// [`DeployError::Shards`].
pub async fn set_shards(databases: &DatabaseSettings, shards: i16) -> Result<(), DeployError> {
    for log in LOGS {
        let url = (log.url)(databases);
        let changed = event_store::set_shards(url, shards).await.map_err(Box::new)?;
        println!("{url}: {shards} shards{}", if changed { "" } else { ", as before" });
    }
    Ok(())
}

/// Applies the declared topics, and lets the groups that handle requests begin at the end of theirs.
///
/// # Errors
/// [`DeployError::Topics`] or [`DeployError::Group`].
pub async fn topics(databases: &DatabaseSettings, messaging: &MessagingSettings) -> Result<(), DeployError> {
    kafka_topics::apply(&messaging.kafka_brokers, &kafka_topics::declared(), |line| println!("{line}")).await?;
    for log in LOGS {
        let url = (log.url)(databases);
        for participant in log.participants() {
            for (group, topics) in participant.groups {
                begin_group(url, messaging, group, topics).await?;
            }
        }
    }
    Ok(())
}

async fn begin_group(
    url: &DatabaseUrl,
    messaging: &MessagingSettings,
    group: &'static str,
    topics: &[&str],
) -> Result<(), DeployError> {
    let failed = |source: BoxError| DeployError::Group { group, source };
    let pool =
        service_kit::postgres::pool(url, &ConnectOptions::named("groups")).map_err(|error| failed(error.into()))?;
    let begun = request_kit::begin(&pool, &messaging.kafka_brokers, group, topics).await;
    let begun = begun.map_err(|error| failed(error.into()))?;
    if !begun.partitions.is_empty() {
        println!("group {group} begins at the end of {}", topics.join(", "));
    }
    Ok(())
}

/// Registers the schemas of every topic.
///
/// # Errors
/// [`DeployError::Schemas`].
pub async fn schemas(messaging: &MessagingSettings) -> Result<(), DeployError> {
    let registry = Registry::new(&messaging.schema_registry_url)?;
    for participant in participants() {
        for TopicSchemas { topic, records } in (participant.schemas)() {
            for record in records {
                println!("{}", registry.register(&record.subject(topic), record.text).await?);
            }
        }
    }
    Ok(())
}
