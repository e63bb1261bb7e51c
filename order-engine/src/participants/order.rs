//! The order as a participant.

use axum::Router;
use domain::contract::PublicEvents;
use domain::order::contract::{PublicEvent, TOPIC};
use futures::FutureExt;
use messaging::{Encoder, schemas};
use read_models::Orders;
use relay::RelayedKind;
use utoipa::openapi::OpenApi;

use super::read_models::ReadModels;
use super::{CommandDeps, LogNames, Participant, ParticipantWork, QueryDeps, TopicSchemas};

/// The log of orders and their sagas, which others share unless they have one of their own.
pub(super) const ORDERS_LOG: LogNames = LogNames {
    database: "orders",
    setting: "ORDERS_DATABASE_URL",
    checkpoint_topic: "orders.relay.checkpoint",
    transactional_id_prefix: "orders-relay",
    database_check: "orders-database",
    // Others watch this name, which is older than the second log.
    relay_check: "relay",
};

/// Orders: drafts, placed, cancelled and imported ones.
pub(super) const ORDER_PARTICIPANT: Participant = Participant {
    name: "order",
    log: ORDERS_LOG,
    kinds: &[(PublicEvent::KIND, TOPIC)],
    migrations: || vec![command_service::order::migrations()],
    declared_events: relay::declared_events::<PublicEvent>,
    schemas: || vec![TopicSchemas { topic: TOPIC, records: schemas::of::<PublicEvent>() }],
    relayed: |registry, incarnation| {
        async move {
            let encoder = Encoder::<PublicEvent>::connect(registry, TOPIC).await?;
            Ok(vec![RelayedKind::of(encoder, incarnation)])
        }
        .boxed()
    },
    commands,
    openapi: command_service::openapi,
    groups: &[],
    answered: &[],
    work: |_| Ok(ParticipantWork::default()),
    read_models: &[ReadModels::of::<Orders>(TOPIC, "projection")],
    queries,
    gauges: &[],
    audits: &[],
    outside: &[],
    asks: Vec::new,
};

fn commands(deps: CommandDeps<'_>) -> (Router, OpenApi) {
    command_service::router(command_service::Deps {
        store: deps.store,
        keys: deps.keys,
        verifier: deps.verifier,
        clock: deps.clock,
        ids: deps.ids,
        fingerprint_key: deps.master.derive("idempotency-fingerprint"),
        limits: command_service::Limits {
            commands_per_s: deps.fairness.commands_per_s,
            ..command_service::Limits::default()
        },
        policies: deps.policies.clone(),
    })
}

fn queries(deps: QueryDeps<'_>) -> Router {
    query_service::router(query_service::Deps {
        reads: deps.reads,
        keys: deps.keys,
        verifier: deps.verifier,
        clock: deps.clock,
        cursor_key: deps.master.derive("graphql-cursor"),
        limits: query_service::Limits {
            cost_per_s: deps.fairness.query_cost_per_s,
            ..query_service::Limits::default()
        },
        graphiql_dir: deps.graphiql_dir.map(Into::into),
        connections: deps.connections,
    })
}
