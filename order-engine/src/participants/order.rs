//! The order as a participant.

use axum::Router;
use domain::order::contract::{PublicEvent, TOPIC};
use futures::FutureExt;
use messaging::{Encoder, schemas};
use relay::RelayedKind;

use super::{CheckNames, CommandDeps, Participant};

/// Orders: drafts, placed, cancelled and imported ones.
pub(super) const ORDER_PARTICIPANT: Participant = Participant {
    name: "order",
    database: "orders",
    log: |databases| &databases.orders,
    migrations: command_service::order::migrations,
    declared_events: relay::declared_events::<PublicEvent>,
    topic: TOPIC,
    schemas: schemas::of::<PublicEvent>,
    relayed: |registry, incarnation| {
        async move { Ok(RelayedKind::of(Encoder::<PublicEvent>::connect(registry, TOPIC).await?, incarnation)) }.boxed()
    },
    transactional_id_prefix: "orders-relay",
    checks: CheckNames { database: "orders-database", relay: "relay" },
    commands,
    housekeeping: |store, stop| Box::pin(async move { store.purge_expired_answers(stop).await }),
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
