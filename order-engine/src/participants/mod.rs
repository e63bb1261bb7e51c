//! The participants of this engine, as values: what is migrated, declared, registered and served follows from the list.
//!
//! A participant is an aggregate with its event log, its topic and its commands. To add one, write its value in a file of
//! its own and name it in [`PARTICIPANTS`].

mod order;

use axum::Router;
use event_store::{DeclaredEvent, Store};
use futures::future::BoxFuture;
use messaging::registry::{Registry, RegistryError};
use messaging::schemas::RecordSchema;
use relay::RelayedKind;
use service_kit::auth::Verifier;
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::config::{DatabaseSettings, DatabaseUrl, FairnessSettings};
use service_kit::keyring::{KeyRing, MasterKey};
use service_kit::postgres::Migrations;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Every participant.
pub(crate) const PARTICIPANTS: [&Participant; 1] = [&order::ORDER_PARTICIPANT];

/// What the engine has to know of an aggregate.
pub(crate) struct Participant {
    /// Its name, in tasks and logs.
    pub(crate) name: &'static str,
    /// The name of its log's database, for messages.
    pub(crate) database: &'static str,
    /// Where its event log is.
    pub(crate) log: fn(&DatabaseSettings) -> &DatabaseUrl,
    /// What it keeps in its log's database beside the log.
    pub(crate) migrations: fn() -> Migrations,
    /// The kinds of events that this release writes, which `migrate` records in the log.
    pub(crate) declared_events: fn() -> Vec<DeclaredEvent>,
    /// The topic that its events are published to.
    pub(crate) topic: &'static str,
    /// The schemas of the topic's records.
    pub(crate) schemas: fn() -> &'static [RecordSchema],
    /// Its events as its relay publishes them from the log of an incarnation. Asks the registry for the schemas' ids.
    pub(crate) relayed: for<'a> fn(&'a Registry, Uuid) -> BoxFuture<'a, Result<RelayedKind, RegistryError>>,
    /// The transactional id of its relays is this, a dash and the shard.
    pub(crate) transactional_id_prefix: &'static str,
    /// The names under which the readiness shows its database and its relay.
    pub(crate) checks: CheckNames,
    /// The endpoints of its commands.
    pub(crate) commands: fn(CommandDeps<'_>) -> Router,
    /// What is to be done beside the commands until the engine stops.
    pub(crate) housekeeping: fn(Store, CancellationToken) -> BoxFuture<'static, ()>,
}

/// Names in the readiness, which others watch and which therefore do not follow from the participant's name.
pub(crate) struct CheckNames {
    pub(crate) database: &'static str,
    pub(crate) relay: &'static str,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use messaging::topics::declared;

    use super::*;

    #[test]
    fn participants_have_names_and_topics_of_their_own() {
        let names: BTreeSet<_> = PARTICIPANTS.iter().map(|participant| participant.name).collect();
        let topics: BTreeSet<_> = PARTICIPANTS.iter().map(|participant| participant.topic).collect();
        let checks =
            PARTICIPANTS.iter().flat_map(|participant| [participant.checks.database, participant.checks.relay]);
        let checks: BTreeSet<_> = checks.collect();
        let count = PARTICIPANTS.len();
        assert_eq!((names.len(), topics.len(), checks.len()), (count, count, 2 * count));
    }

    #[test]
    fn every_topic_of_a_participant_is_declared() {
        let declared = declared();
        for participant in PARTICIPANTS {
            let is_declared = declared.topics.iter().any(|topic| topic.name == participant.topic);
            assert!(is_declared, "schemas/topics.toml lacks {}, the topic of {}", participant.topic, participant.name);
        }
    }
}
