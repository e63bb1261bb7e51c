//! The logs as command-line tools reach them: what a tool examines or repairs follows from the list of participants.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_store::Store;
use event_store::audit::Range;
use messaging::registry::RegistryError;
use relay::audit::{AuditedRoute, compare_requests};
use request_kit::Source;
use request_kit::audit::{AuditedGroup, GroupProgress};
use service_kit::BoxError;
use service_kit::audit::{Examined, Findings};
use service_kit::clock::{SystemClock, SystemIds};
use service_kit::config::{MessagingSettings, PaymentSettings};
use tokio_postgres::{Client, Transaction};

use super::{AskedTopic, LOGS, Log, ReadModels, WorkDeps};

/// A log as a tool reaches it.
#[derive(Clone, Copy)]
pub struct LogTools {
    /// The name of its database.
    pub name: &'static str,
    /// The setting that says where it is.
    pub setting: &'static str,
    log: &'static Log,
}

/// Every log.
pub fn logs() -> impl Iterator<Item = LogTools> {
    LOGS.into_iter().map(|log| LogTools { name: log.name, setting: log.setting, log })
}

impl LogTools {
    /// The read models of its participants.
    pub fn read_models(&self) -> Vec<&'static ReadModels> {
        self.log.participants().flat_map(|participant| participant.read_models).collect()
    }

    /// The groups that handle what others ask of its participants, each with its topics.
    pub fn groups(&self) -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
        self.log.participants().flat_map(|participant| participant.groups)
    }

    /// What a group does for the records of a topic; `None` where this release has no such group or it does not read the topic.
    ///
    /// # Errors
    /// When the address of the registry is none.
    pub fn source(
        &self,
        store: &Store,
        messaging: &MessagingSettings,
        group: &str,
        topic: &str,
    ) -> Result<Option<Source>, RegistryError> {
        for participant in self.log.participants() {
            let (store, clock, ids) = (store.clone(), Arc::new(SystemClock), Arc::new(SystemIds));
            // A tool stores answers; the engine then tells the provider.
            let payments = &PaymentSettings::default();
            let work = (participant.work)(&WorkDeps { store, clock, ids, messaging, payments })?;
            let mut services = work.requests.iter().map(|(_, service)| service);
            if let Some(service) = services.find(|service| service.group() == group) {
                return Ok(service.source(topic).cloned());
            }
        }
        Ok(None)
    }

    /// Examines the streams of its participants, as a transaction of the level repeatable read over the log sees them.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn audit_streams(
        &self,
        log: &Transaction<'_>,
        findings: &mut Findings,
    ) -> Result<Vec<Examined>, BoxError> {
        let mut examined = Vec::new();
        for audit in self.log.participants().flat_map(|participant| participant.audits) {
            examined.extend(audit(log, findings).await?);
        }
        Ok(examined)
    }

    /// Compares the topics of requests with what the events of its participants ask for, each topic once.
    ///
    /// # Errors
    /// When the log or Kafka cannot be read.
    pub async fn audit_asked(
        &self,
        store: &Store,
        brokers: &str,
        ranges: &[Range],
        findings: &mut Findings,
    ) -> Result<Vec<AskedRequests>, BoxError> {
        let mut routes: BTreeMap<&'static str, Vec<AuditedRoute>> = BTreeMap::new();
        for AskedTopic { topic, routes: asked } in self.log.participants().flat_map(|one| (one.asks)()) {
            routes.entry(topic).or_default().extend(asked);
        }
        let mut compared = Vec::new();
        for (topic, routes) in routes {
            let requests = compare_requests(store, brokers, topic, ranges, &routes, findings).await?;
            compared.push(AskedRequests { topic, requests });
        }
        Ok(compared)
    }

    /// Examines how far the groups of its participants have come.
    ///
    /// # Errors
    /// When the log or Kafka cannot be read.
    pub async fn audit_groups(
        &self,
        log: &Client,
        brokers: &str,
        findings: &mut Findings,
    ) -> Result<Vec<GroupProgress>, BoxError> {
        let mut progress = Vec::new();
        for participant in self.log.participants() {
            for (group, topics) in participant.groups {
                for topic in *topics {
                    let group = AuditedGroup { group, topic, is_answered: participant.answered.contains(topic) };
                    progress.push(group.check(log, brokers, findings).await?);
                }
            }
        }
        Ok(progress)
    }
}

/// How many requests of a topic were compared with the events that ask for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRequests {
    pub topic: &'static str,
    pub requests: u64,
}
