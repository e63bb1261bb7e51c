//! The logs as command-line tools reach them: what a tool examines or repairs follows from the list of participants.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_store::audit::Range;
use event_store::{OpenError, Store, StoreOptions};
use futures::future::try_join_all;
use relay::audit::{AuditedRoute, compare_requests};
use request_kit::Source;
use request_kit::audit::{AuditedGroup, GroupProgress};
use service_kit::BoxError;
use service_kit::audit::{Examined, Findings};
use service_kit::clock::{Clock, SystemClock, SystemIds};
use service_kit::config::{
    ConfigError, DatabaseUrl, DraftSettings, KeySettings, KitchenSettings, MessagingSettings, NotificationSettings,
    OwnDatabases, PaymentSettings, ShippingSettings, Variables,
};
use service_kit::keyring::{KeyRing, MasterKey};
use service_kit::postgres::ConnectOptions;
use tokio_postgres::{Client, Transaction};

use read_models::ReadDb;

use super::{
    AskedTopic, KeyAccess, Log, Outside, OutsideSettings, PARTICIPANTS, Participant, ReadModels, WorkDeps, WorkError,
    logs_of, model_sets,
};

/// A log as a tool reaches it.
#[derive(Clone)]
pub struct LogTools {
    /// The name of its database.
    pub name: &'static str,
    /// Where it is.
    pub url: DatabaseUrl,
    /// The topic of its relays' checkpoints.
    pub checkpoint_topic: &'static str,
    log: Log,
}

/// Every log that the settings give, the one that participants share first.
///
/// # Errors
/// When the settings do not name it, or a setting of another is wrong.
pub fn logs(variables: &Variables) -> Result<Vec<LogTools>, ConfigError> {
    let [first, ..] = PARTICIPANTS;
    let shared = DatabaseUrl::new(first.log.setting, variables.required(first.log.setting)?);
    let logs = logs_of(&shared, &OwnDatabases::from_variables(variables))?;
    let tools = logs.into_iter().map(|log| LogTools {
        name: log.names.database,
        url: log.url.clone(),
        checkpoint_topic: log.names.checkpoint_topic,
        log,
    });
    Ok(tools.collect())
}

/// The keys of personal data, by the settings.
fn keys_of(variables: &Variables) -> Result<KeyAccess, WorkError> {
    let file = KeySettings::from_variables(variables)?.master_key_file;
    let identity = DatabaseUrl::new("IDENTITY_DATABASE_URL", variables.required("IDENTITY_DATABASE_URL")?);
    let master = MasterKey::from_file(&file).map_err(|error| WorkError::Keys(error.into()))?;
    let pool = service_kit::postgres::pool(&identity, &ConnectOptions::named("key-ring"));
    let pool = pool.map_err(|error| WorkError::Keys(error.into()))?;
    let keys = KeyRing::new(pool, &master, Arc::new(SystemClock), Arc::new(SystemIds));
    Ok(KeyAccess { keys, master: Arc::new(master) })
}

impl LogTools {
    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be reached, or is none of this release.
    pub async fn open(&self) -> Result<Store, OpenError> {
        // Audits read whole logs.
        Store::open(&self.url, StoreOptions { reads_are_planned_once: false, ..StoreOptions::default() }).await
    }

    /// The kinds of its streams, each with the topic of its events. The first topic also gets the rows of unknown kinds.
    pub fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        self.log.kinds().collect()
    }

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
    /// When a setting is wrong.
    pub fn source(
        &self,
        store: &Store,
        variables: &Variables,
        group: &str,
        topic: &str,
    ) -> Result<Option<Source>, WorkError> {
        let has_group = |participant: &&Participant| participant.groups.iter().any(|(name, _)| *name == group);
        for participant in self.log.participants().filter(has_group) {
            let (store, clock, ids) = (store.clone(), Arc::new(SystemClock), Arc::new(SystemIds));
            // A tool stores answers; the engine then tells the provider.
            let payments = &PaymentSettings::default();
            let messaging = &MessagingSettings::from_variables(variables)?;
            let notifications = &NotificationSettings::from_variables(variables)?;
            let drafts = &DraftSettings { expire_days: None };
            let kitchens = &KitchenSettings::default();
            let shipping = &ShippingSettings::default();
            let keys = &|| keys_of(variables);
            let reads = &|| {
                let database = DatabaseUrl::new("READ_DATABASE_URL", variables.required("READ_DATABASE_URL")?);
                Ok(ReadDb::open(&database, &model_sets(), ConnectOptions::named("work"))?)
            };
            let deps = WorkDeps {
                store,
                clock,
                ids,
                drafts,
                messaging,
                payments,
                notifications,
                kitchens,
                shipping,
                reads,
                keys,
            };
            let work = (participant.work)(&deps)?;
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
        let now = SystemClock.now();
        for audit in self.log.participants().flat_map(|participant| participant.audits) {
            examined.extend(audit(log, now, findings).await?);
        }
        Ok(examined)
    }

    /// Compares the streams of its participants with what is kept outside of the engine.
    ///
    /// # Errors
    /// When the log or what is outside cannot be read.
    pub async fn audit_outside(
        &self,
        log: &mut Client,
        settings: OutsideSettings<'_>,
        findings: &mut Findings,
    ) -> Result<Vec<Outside>, BoxError> {
        let mut compared = Vec::new();
        for audit in self.log.participants().flat_map(|participant| participant.outside) {
            compared.push(audit(log, settings, findings).await?);
        }
        Ok(compared)
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
        let compared = routes.iter().map(async |(topic, routes)| {
            let mut found = Findings::default();
            let requests = compare_requests(store, brokers, topic, ranges, routes, &mut found).await?;
            Ok::<_, BoxError>((AskedRequests { topic, requests }, found))
        });
        Ok(together(try_join_all(compared).await?, findings))
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
        let mut groups = Vec::new();
        for participant in self.log.participants() {
            for (group, topics) in participant.groups {
                groups.extend(topics.iter().map(|topic| {
                    let is_answered = participant.answered.contains(topic);
                    AuditedGroup { group, topic, is_answered }
                }));
            }
        }
        let progress = groups.iter().map(async |group| {
            let mut found = Findings::default();
            let progress = group.check(log, brokers, &mut found).await?;
            Ok::<_, BoxError>((progress, found))
        });
        Ok(together(try_join_all(progress).await?, findings))
    }
}

/// What was examined at once, with what was found in the order in which it is listed.
fn together<T>(examined: Vec<(T, Findings)>, findings: &mut Findings) -> Vec<T> {
    let take = |(examined, mut found)| {
        findings.append(&mut found);
        examined
    };
    examined.into_iter().map(take).collect()
}

/// How many requests of a topic were compared with the events that ask for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRequests {
    pub topic: &'static str,
    pub requests: u64,
}
