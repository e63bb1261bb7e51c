//! The order as a participant.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use command_service::order::{DraftExpiry, FindDrafts, FoundDraft};
use domain::contract::PublicEvents;
use domain::order::contract::{PublicEvent, TOPIC};
use domain::{OrderId, TenantId, Timestamp};
use futures::FutureExt;
use messaging::{Encoder, schemas};
use read_models::{Orders, ReadDb};
use relay::RelayedKind;
use service_kit::BoxError;
use utoipa::openapi::OpenApi;

use super::read_models::ReadModels;
use super::{CommandDeps, LogNames, Participant, ParticipantWork, QueryDeps, TopicSchemas, WorkDeps, WorkError};

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
    work,
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

/// Drafts that nobody changes expire.
fn work(deps: &WorkDeps<'_>) -> Result<ParticipantWork, WorkError> {
    let Some(days) = deps.drafts.expire_days else { return Ok(ParticipantWork::default()) };
    let kept = Duration::from_hours(24 * u64::from(days.get()));
    let reads = (deps.reads)()?;
    let find: FindDrafts = Arc::new(move |before, after, drafts_max| {
        let reads = reads.clone();
        async move { found(&reads, before, after, drafts_max).await }.boxed()
    });
    let expiry = DraftExpiry::new(deps.store.clone(), Arc::clone(&deps.clock), Arc::clone(&deps.ids), kept, find);
    Ok(ParticipantWork { jobs: vec![expiry.job()], ..ParticipantWork::default() })
}

async fn found(
    reads: &ReadDb,
    before: Timestamp,
    after: Option<FoundDraft>,
    drafts_max: usize,
) -> Result<Vec<FoundDraft>, BoxError> {
    let after = after.map(|draft| (draft.changed_at.to_datetime(), draft.order_id.uuid()));
    let drafts_max = i64::try_from(drafts_max).unwrap_or(i64::MAX);
    let drafts = reads.old_drafts(before.to_datetime(), after, drafts_max).await?;
    let found = drafts.into_iter().map(|draft| {
        Ok(FoundDraft {
            order_id: OrderId::new(draft.order_id),
            tenant: TenantId::try_new(&draft.tenant)?,
            version: draft.version,
            changed_at: Timestamp::try_from_micros(draft.updated_at.timestamp_micros())?,
        })
    });
    found.collect()
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
