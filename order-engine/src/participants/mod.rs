//! The participants of this engine, as values: what is migrated, declared, registered and served follows from the list.
//!
//! A participant is an aggregate with its events, its topic, its commands and what is read of it. To add one, write its value in a
//! file of its own and name it in [`PARTICIPANTS`]. Where its log is follows from the settings ([`logs_of`]).

mod audit;
mod fulfilment;
mod inventory;
mod kitchen;
mod log;
mod logs;
mod notification;
mod order;
mod payment;
mod read_models;
mod saga;
mod shipping;
mod tools;

use std::path::Path;
use std::sync::Arc;

use ::read_models::{Models, ReadDb, ReadDbError};
use axum::Router;
use command_service::order::Policies;
use domain::Timestamp;
use event_store::{DeclaredEvent, Job, Store, Waker};
use futures::future::BoxFuture;
use messaging::registry::{Registry, RegistryError};
use messaging::schemas::RecordSchema;
use relay::RelayedKind;
use relay::audit::AuditedRoute;
use request_kit::RequestService;
use service_kit::BoxError;
use service_kit::audit::{Examined, Findings};
use service_kit::auth::Verifier;
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::config::{
    ConfigError, DatabaseUrl, DraftSettings, FairnessSettings, KitchenSettings, MessagingSettings,
    NotificationSettings, PaymentSettings, ShippingSettings,
};
use service_kit::keyring::{KeyRing, MasterKey};
use service_kit::postgres::{ConnectError, Migrations};
use tokio_postgres::{Client, Transaction};
use utoipa::openapi::OpenApi;
use uuid::Uuid;

pub use audit::{AuditedModels, StoredStreams};
pub use log::StoreLog;
pub(crate) use logs::{Log, LogNames, logs_of, own_log};
pub(crate) use read_models::ProjectionDeps;
pub use read_models::{OnProgress, ReadModels, Task, Work};
pub use tools::{AskedRequests, LogTools, logs};

/// Every participant. The first one's log is that of all who have none of their own.
pub(crate) const PARTICIPANTS: [&Participant; 8] = [
    &order::ORDER_PARTICIPANT,
    &saga::SAGA_PARTICIPANT,
    &inventory::INVENTORY_PARTICIPANT,
    &payment::PAYMENT_PARTICIPANT,
    &fulfilment::FULFILMENT_PARTICIPANT,
    &kitchen::KITCHEN_PARTICIPANT,
    &shipping::SHIPPING_PARTICIPANT,
    &notification::NOTIFICATION_PARTICIPANT,
];

/// Every participant.
pub(crate) fn participants() -> impl Iterator<Item = &'static Participant> {
    PARTICIPANTS.into_iter()
}

/// The names of the databases that every deployment has: that of the shared log, that of the read models and that of the customers'
/// keys. The setting `NAME_DATABASE_URL` says where each is.
pub fn databases() -> [&'static str; 3] {
    let [first, ..] = PARTICIPANTS;
    [first.log.database, "read", "identity"]
}

/// The names of the databases that a deployment has where it sets `NAME_DATABASE_URL`: those of participants with a log of their own.
pub fn own_databases() -> Vec<&'static str> {
    with_log_apart().map(|participant| participant.log.database).collect()
}

/// The participants that may have a log of their own.
pub(crate) fn with_log_apart() -> impl Iterator<Item = &'static Participant> {
    let [first, ..] = PARTICIPANTS;
    participants().filter(|participant| participant.log.setting != first.log.setting)
}

/// The kinds of streams of each participant, by its name.
pub fn kinds() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    participants().map(|participant| (participant.name, participant.kinds.iter().map(|(kind, _)| *kind).collect()))
}

/// The read models of every participant.
pub fn read_models() -> impl Iterator<Item = &'static ReadModels> {
    participants().flat_map(|participant| participant.read_models)
}

/// The models that the read database keeps, by kind of stream.
pub fn model_sets() -> Vec<Models> {
    read_models().map(|read_models| read_models.models).collect()
}

/// What the engine has to know of a participant.
pub(crate) struct Participant {
    /// Its name, in tasks and logs.
    pub(crate) name: &'static str,
    /// The names of its log where it does not share the first participant's.
    pub(crate) log: LogNames,
    /// What it keeps in its log's database beside the log. Participants may share a part.
    pub(crate) migrations: fn() -> Vec<Migrations>,
    /// Its kinds of streams, each with the topic of its events.
    pub(crate) kinds: &'static [(&'static str, &'static str)],
    /// The kinds of events that this release writes, which `migrate` records in the log.
    pub(crate) declared_events: fn() -> Vec<DeclaredEvent>,
    /// The schemas of its topics' records.
    pub(crate) schemas: fn() -> Vec<TopicSchemas>,
    /// Its events as its log's relay publishes them from the log of an incarnation: each kind of stream. Asks the registry for the
    /// schemas' ids.
    pub(crate) relayed: for<'a> fn(&'a Registry, Uuid) -> RelayedKinds<'a>,
    /// The endpoints of its commands, and their description.
    pub(crate) commands: fn(CommandDeps<'_>) -> (Router, OpenApi),
    /// The description of the endpoints of its commands.
    pub(crate) openapi: fn() -> OpenApi,
    /// The groups that handle what others ask of it, each with its topics.
    pub(crate) groups: &'static [(&'static str, &'static [&'static str])],
    /// Of these topics, those whose every record leads to an event of the stream of its key, which the record's id caused.
    pub(crate) answered: &'static [&'static str],
    /// What it does without being asked by a client.
    pub(crate) work: fn(&WorkDeps<'_>) -> Result<ParticipantWork, WorkError>,
    /// Its read models, by kind of stream.
    pub(crate) read_models: &'static [ReadModels],
    /// The endpoints of its queries.
    pub(crate) queries: fn(QueryDeps<'_>) -> Router,
    /// The gauges of what its read models show.
    pub(crate) gauges: &'static [ReadGauges],
    /// What examines its streams beside what is true of every stream.
    pub(crate) audits: &'static [StreamAudit],
    /// What compares its streams with what is kept outside of the engine.
    pub(crate) outside: &'static [OutsideAudit],
    /// What its events ask other participants for.
    pub(crate) asks: fn() -> Vec<AskedTopic>,
}

/// A value of a gauge for one kind of things.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) gauge: &'static str,
    /// The label `kind`.
    pub(crate) kind: String,
    pub(crate) value: u32,
}

/// Reads the gauges of a participant. Kinds of which there are none may be left out.
pub(crate) type ReadGauges = for<'a> fn(&'a ReadDb) -> BoxFuture<'a, Result<Vec<Reading>, ReadDbError>>;

/// Examines streams of a log as a transaction over it sees them at a moment of the clock, and says how many.
pub(crate) type StreamAudit = for<'a> fn(&'a Transaction<'a>, Timestamp, &'a mut Findings) -> ExaminedFuture<'a>;
type ExaminedFuture<'a> = BoxFuture<'a, Result<Vec<Examined>, BoxError>>;

/// Compares streams of a log with what somebody else keeps, where the settings name them.
pub(crate) type OutsideAudit = for<'a> fn(&'a mut Client, OutsideSettings<'a>, &'a mut Findings) -> OutsideFuture<'a>;
type OutsideFuture<'a> = BoxFuture<'a, Result<Outside, BoxError>>;

/// Who keeps something outside of the engine.
#[derive(Debug, Clone, Copy)]
pub struct OutsideSettings<'a> {
    /// Where the log is that is compared, beside which a participant may keep tables.
    pub log: &'a DatabaseUrl,
    pub payments: &'a PaymentSettings,
    pub shipping: &'a ShippingSettings,
}

/// What became of a comparison with what is kept outside of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outside {
    Compared(Vec<Examined>),
    /// It was not made, and why.
    LeftOut {
        what: &'static str,
        reason: &'static str,
    },
}

/// What a participant's events ask for in a topic of requests, as its relay's routes have it.
pub(crate) struct AskedTopic {
    pub(crate) topic: &'static str,
    pub(crate) routes: Vec<AuditedRoute>,
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
    pub(crate) policies: &'a Policies,
    pub(crate) payments: &'a PaymentSettings,
    pub(crate) notifications: &'a NotificationSettings,
    pub(crate) shipping: &'a ShippingSettings,
}

/// The kinds of streams of a participant as its log's relay publishes them.
pub(crate) type RelayedKinds<'a> = BoxFuture<'a, Result<Vec<RelayedKind>, RegistryError>>;

/// The schemas of a topic's records.
pub(crate) struct TopicSchemas {
    pub(crate) topic: &'static str,
    pub(crate) records: &'static [RecordSchema],
}

/// What the engine gives to the work of a participant.
pub(crate) struct WorkDeps<'a> {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
    pub(crate) ids: SharedIds,
    pub(crate) drafts: &'a DraftSettings,
    pub(crate) messaging: &'a MessagingSettings,
    pub(crate) payments: &'a PaymentSettings,
    pub(crate) notifications: &'a NotificationSettings,
    pub(crate) kitchens: &'a KitchenSettings,
    pub(crate) shipping: &'a ShippingSettings,
    /// For whoever decides by what the read models have.
    pub(crate) reads: &'a (dyn Fn() -> Result<ReadDb, WorkError> + Sync),
    /// For whoever opens personal data or signs; others need no key.
    pub(crate) keys: &'a (dyn Fn() -> Result<KeyAccess, WorkError> + Sync),
}

/// The keys of personal data.
pub(crate) struct KeyAccess {
    pub(crate) keys: KeyRing,
    pub(crate) master: Arc<MasterKey>,
}

/// Why the work of a participant cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    #[error("the schema registry cannot be used")]
    Registry(#[from] RegistryError),
    /// A setting that its participant cannot use.
    #[error("a setting of notifications cannot be used")]
    Notifications(#[from] ::notification::channel::EmailSetupError),
    #[error("the read database cannot be used")]
    Reads(#[from] ConnectError),
    #[error("the keys of personal data cannot be used")]
    Keys(#[source] BoxError),
    #[error("a setting of a participant's work is wrong")]
    Setting(#[from] ConfigError),
}

/// What a participant does without being asked by a client.
#[derive(Default)]
pub(crate) struct ParticipantWork {
    /// Who wakes its streams, by kind.
    pub(crate) wakers: Vec<(&'static str, Waker)>,
    /// Its periodic work.
    pub(crate) jobs: Vec<Job>,
    /// What handles its requests and the answers to its own, each with the name under which the readiness shows it.
    pub(crate) requests: Vec<(&'static str, RequestService)>,
}

/// What the description of all commands begins with.
const DESCRIPTION: &str = "Commands of orders, sagas, stock, reservations, payments, fulfilments, kitchens, shipments and notifications. Queries beyond a single one of them use GraphQL, at `/graphql`.";

/// The description of all commands.
pub(crate) fn openapi() -> OpenApi {
    let mut described = participants().map(|participant| (participant.openapi)());
    let first = described.next().unwrap_or_default();
    let mut openapi = described.fold(first, OpenApi::merge_from);
    openapi.info.description = Some(DESCRIPTION.to_owned());
    openapi
}

/// The description of all commands as JSON, the same bytes for the same code.
pub fn openapi_json() -> String {
    let mut json = openapi().to_pretty_json().expect("a description has a JSON form");
    json.push('\n');
    json
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
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use messaging::topics::declared;

    #[test]
    fn participants_have_names_and_topics_of_their_own() {
        let count = participants().count();
        let names: BTreeSet<_> = participants().map(|participant| participant.name).collect();
        let topics: usize = participants().map(|participant| topics_of(participant).len()).sum();
        let all_topics: BTreeSet<_> = participants().flat_map(topics_of).collect();
        assert_eq!(names.len(), count);
        assert_eq!(all_topics.len(), topics);
        let own = participants().flat_map(|participant| (participant.migrations)()).map(|part| part.history());
        assert!(own.into_iter().all(|history| history != event_store::migrations().history()));
    }

    #[test]
    fn read_models_have_kinds_groups_checks_and_tables_of_their_own() {
        let count = read_models().count();
        let kinds: BTreeSet<_> = read_models().map(|one| one.kind).collect();
        let groups: BTreeSet<_> = read_models().map(|one| one.group).collect();
        let checks: BTreeSet<_> = read_models().map(|one| one.check).collect();
        assert_eq!([kinds.len(), groups.len(), checks.len()], [count; 3]);
        let all: Vec<_> = model_sets().iter().flat_map(Models::all).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        for participant in participants() {
            let declared = (participant.declared_events)();
            for one in participant.read_models {
                assert!(topics_of(participant).contains(one.topic), "the topic of {}", one.kind);
                assert!(declared.iter().any(|event| event.aggregate_type == one.kind), "{} is declared", one.kind);
            }
        }
    }

    /// A relay routes a row by its kind.
    #[test]
    fn each_kind_of_stream_has_one_participant() {
        let mut kinds = BTreeSet::new();
        for participant in participants() {
            let own: BTreeSet<_> =
                (participant.declared_events)().into_iter().map(|event| event.aggregate_type).collect();
            assert!(!own.is_empty(), "{} declares no events", participant.name);
            assert_eq!(own, participant.kinds.iter().map(|(kind, _)| (*kind).to_owned()).collect());
            let topics = topics_of(participant);
            assert!(participant.kinds.iter().all(|(_, topic)| topics.contains(topic)), "the topics of {own:?}");
            for kind in own {
                assert!(kinds.insert(kind.clone()), "{kind} has a participant beside {}", participant.name);
            }
        }
    }

    /// The descriptions are merged by name, so that one of two would be lost.
    #[test]
    fn participants_describe_different_things_under_different_names() {
        let mut described = BTreeMap::new();
        for participant in participants() {
            let schemas = (participant.openapi)().components.unwrap_or_default().schemas;
            for (name, schema) in schemas {
                let before = described.insert(name.clone(), schema.clone());
                assert!(before.is_none_or(|before| before == schema), "{name} of {} is another's", participant.name);
            }
        }
    }

    #[test]
    fn every_topic_of_a_participant_is_declared() {
        let declared = declared();
        for participant in participants() {
            for name in topics_of(participant) {
                let is_declared = declared.topics.iter().any(|topic| topic.name == name);
                assert!(is_declared, "schemas/topics.toml lacks {name}, a topic of {}", participant.name);
            }
        }
    }

    fn topics_of(participant: &'static Participant) -> BTreeSet<&'static str> {
        (participant.schemas)().iter().map(|schemas| schemas.topic).collect()
    }
}
