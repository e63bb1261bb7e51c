//! The order as a participant.

use axum::Router;
use domain::order::contract::{PublicEvent, TOPIC};
use futures::FutureExt;
use messaging::{Encoder, schemas};
use read_models::Orders;
use relay::RelayedKind;

use super::read_models::ReadModels;
use super::{CommandDeps, Participant, QueryDeps};

/// Orders: drafts, placed, cancelled and imported ones.
pub(super) const ORDER_PARTICIPANT: Participant = Participant {
    name: "order",
    migrations: command_service::order::migrations,
    declared_events: relay::declared_events::<PublicEvent>,
    topic: TOPIC,
    schemas: schemas::of::<PublicEvent>,
    relayed: |registry, incarnation| {
        async move { Ok(RelayedKind::of(Encoder::<PublicEvent>::connect(registry, TOPIC).await?, incarnation)) }.boxed()
    },
    commands,
    read_models: &[ReadModels::of::<Orders>(TOPIC, "projection")],
    queries,
};

fn commands(deps: CommandDeps<'_>) -> Router {
    let (router, openapi) = command_service::router(command_service::Deps {
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
    });
    router.merge(command_service::docs_router(openapi))
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
