//! The participants of this engine, as values: what is migrated, declared, registered and served follows from the list.
//!
//! A participant is an aggregate with its events, its topic, its commands and what is read of it. To add one, write its value in a
//! file of its own and name it in its log in [`LOGS`].

mod order;

use std::path::Path;

use axum::Router;
use event_store::{DeclaredEvent, Store};
use futures::future::BoxFuture;
use messaging::registry::{Registry, RegistryError};
use messaging::schemas::RecordSchema;
use projection_service::ProjectionService;
use read_models::ReadDb;
use relay::RelayedKind;
use service_kit::auth::Verifier;
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::config::{DatabaseSettings, DatabaseUrl, FairnessSettings, MessagingSettings};
use service_kit::keyring::{KeyRing, MasterKey};
use service_kit::postgres::Migrations;
use uuid::Uuid;

/// Every log, each with the participants that share it.
pub(crate) const LOGS: [&Log; 1] = [&Log {
    name: "orders",
    url: |databases| &databases.orders,
    transactional_id_prefix: "orders-relay",
    checks: CheckNames { database: "orders-database", relay: "relay" },
    first: &order::ORDER_PARTICIPANT,
    others: &[],
}];

/// An event log. Its tables, sequencers, relays, connections and housekeeping are there once, however many participants share it.
pub(crate) struct Log {
    /// The name of its database, in messages, tasks and logs.
    pub(crate) name: &'static str,
    /// Where it is.
    pub(crate) url: fn(&DatabaseSettings) -> &DatabaseUrl,
    /// The transactional id of its relays is this, a dash and the shard.
    pub(crate) transactional_id_prefix: &'static str,
    /// The names under which the readiness shows its database and its relay.
    pub(crate) checks: CheckNames,
    /// The participant whose topic also gets the rows of unknown kinds.
    pub(crate) first: &'static Participant,
    pub(crate) others: &'static [&'static Participant],
}

impl Log {
    /// Its participants.
    pub(crate) fn participants(&self) -> impl Iterator<Item = &'static Participant> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

/// Names in the readiness, which others watch and which therefore do not follow from the log's name.
pub(crate) struct CheckNames {
    pub(crate) database: &'static str,
    pub(crate) relay: &'static str,
}

/// Every participant.
pub(crate) fn participants() -> impl Iterator<Item = &'static Participant> {
    LOGS.into_iter().flat_map(Log::participants)
}

/// The names of all databases: those of the logs, that of the read models and that of the customers' keys. The setting
/// `NAME_DATABASE_URL` says where each is.
pub fn databases() -> Vec<&'static str> {
    LOGS.iter().map(|log| log.name).chain(["read", "identity"]).collect()
}

/// What the engine has to know of an aggregate.
pub(crate) struct Participant {
    /// Its name, in tasks and logs.
    pub(crate) name: &'static str,
    /// What it keeps in its log's database beside the log.
    pub(crate) migrations: fn() -> Migrations,
    /// The kinds of events that this release writes, which `migrate` records in the log.
    pub(crate) declared_events: fn() -> Vec<DeclaredEvent>,
    /// The topic that its events are published to.
    pub(crate) topic: &'static str,
    /// The schemas of the topic's records.
    pub(crate) schemas: fn() -> &'static [RecordSchema],
    /// Its events as its log's relay publishes them from the log of an incarnation. Asks the registry for the schemas' ids.
    pub(crate) relayed: for<'a> fn(&'a Registry, Uuid) -> BoxFuture<'a, Result<RelayedKind, RegistryError>>,
    /// The endpoints of its commands.
    pub(crate) commands: fn(CommandDeps<'_>) -> Router,
    /// What keeps its read models.
    pub(crate) projection: fn(ProjectionDeps<'_>) -> Result<ProjectionService, projection_service::StartError>,
    /// The name under which the readiness shows it.
    pub(crate) projection_check: &'static str,
    /// The endpoints of its queries.
    pub(crate) queries: fn(QueryDeps<'_>) -> Router,
}

/// What the engine gives to the endpoints of commands.
pub(crate) struct CommandDeps<'a> {
    pub(crate) store: Store,
    pub(crate) keys: KeyRing,
    pub(crate) verifier: Verifier,
    pub(crate) clock: SharedClock,
    pub(crate) ids: SharedIds,
    pub(crate) master: &'a MasterKey,
    pub(crate) fairness: &'a FairnessSettings,
}

/// What the engine gives to a projection.
pub(crate) struct ProjectionDeps<'a> {
    /// The database of the read models.
    pub(crate) database: &'a DatabaseUrl,
    pub(crate) messaging: &'a MessagingSettings,
    pub(crate) clock: SharedClock,
}

/// What the engine gives to the endpoints of queries.
pub(crate) struct QueryDeps<'a> {
    pub(crate) reads: ReadDb,
    pub(crate) keys: KeyRing,
    pub(crate) verifier: Verifier,
    pub(crate) clock: SharedClock,
    pub(crate) master: &'a MasterKey,
    pub(crate) fairness: &'a FairnessSettings,
    pub(crate) graphiql_dir: Option<&'a Path>,
    pub(crate) connections: query_service::Connections,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use messaging::topics::declared;
    use service_kit::config::Variables;

    use super::*;

    #[test]
    fn participants_have_names_topics_and_tables_of_their_own() {
        let count = participants().count();
        let names: BTreeSet<_> = participants().map(|participant| participant.name).collect();
        let topics: BTreeSet<_> = participants().map(|participant| participant.topic).collect();
        let checks: BTreeSet<_> = participants().map(|participant| participant.projection_check).collect();
        let histories: BTreeSet<_> = participants().map(|participant| (participant.migrations)().history()).collect();
        assert_eq!([names.len(), topics.len(), checks.len(), histories.len()], [count; 4]);
        assert!(!histories.contains(event_store::migrations().history()));
    }

    /// A relay routes a row by its kind.
    #[test]
    fn each_kind_of_stream_has_one_participant() {
        let mut kinds = BTreeSet::new();
        for participant in participants() {
            let own: BTreeSet<_> =
                (participant.declared_events)().into_iter().map(|event| event.aggregate_type).collect();
            assert!(!own.is_empty(), "{} declares no events", participant.name);
            for kind in own {
                assert!(kinds.insert(kind.clone()), "{kind} has a participant beside {}", participant.name);
            }
        }
    }

    #[test]
    fn logs_have_names_of_their_own() {
        let names: BTreeSet<_> = LOGS.iter().map(|log| log.name).collect();
        let prefixes: BTreeSet<_> = LOGS.iter().map(|log| log.transactional_id_prefix).collect();
        let checks: BTreeSet<_> = LOGS.iter().flat_map(|log| [log.checks.database, log.checks.relay]).collect();
        assert_eq!((names.len(), prefixes.len(), checks.len()), (LOGS.len(), LOGS.len(), 2 * LOGS.len()));
    }

    #[test]
    fn a_database_has_the_setting_of_its_name() {
        let variable = |name: &str| format!("{}_DATABASE_URL", name.to_uppercase());
        let url = |name| (variable(name), format!("postgres://{name}"));
        let pairs: Vec<_> = databases().into_iter().map(url).collect();
        let variables = Variables::from_pairs(pairs.iter().map(|(name, url)| (&**name, &**url)));
        let settings = DatabaseSettings::from_variables(&variables).unwrap();
        for log in LOGS {
            assert_eq!((log.url)(&settings).variable(), variable(log.name));
        }
    }

    #[test]
    fn every_topic_of_a_participant_is_declared() {
        let declared = declared();
        for participant in participants() {
            let is_declared = declared.topics.iter().any(|topic| topic.name == participant.topic);
            assert!(is_declared, "schemas/topics.toml lacks {}, the topic of {}", participant.topic, participant.name);
        }
    }
}
