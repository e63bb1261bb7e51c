//! Inventory as a participant: two kinds of streams that publish to one topic, and the requests of others.

use command_kit::http::CommandLimits;
use std::sync::Arc;

use axum::Router;
use domain::contract::PublicEvents;
use domain::reservation::contract::PublicEvent as ReservationRecord;
use domain::reservation::requests::{InventoryRequest, REQUESTS_TOPIC};
use domain::stock::contract::{PublicEvent as StockRecord, TOPIC};
use futures::FutureExt;
use inventory::requests::GROUP;
use inventory::{Inventory, backorders};
use messaging::registry::Registry;
use messaging::{Decoder, Encoder, schemas};
use read_models::{Reservations, Stock};
use relay::RelayedKind;
use request_kit::{RequestOptions, RequestService};
use utoipa::openapi::OpenApi;

use super::read_models::ReadModels;
use super::{CommandDeps, Participant, ParticipantWork, TopicSchemas, WorkDeps, WorkError, own_log};

/// Stock and reservations.
pub(super) const INVENTORY_PARTICIPANT: Participant = Participant {
    name: "inventory",
    log: own_log!("inventory", "INVENTORY_DATABASE_URL"),
    kinds: &[(StockRecord::KIND, TOPIC), (ReservationRecord::KIND, TOPIC)],
    migrations: || vec![request_kit::migrations(), backorders::migrations()],
    declared_events: || {
        [relay::declared_events::<StockRecord>(), relay::declared_events::<ReservationRecord>()].concat()
    },
    schemas: || {
        vec![
            TopicSchemas { topic: TOPIC, records: schemas::of::<StockRecord>() },
            TopicSchemas { topic: TOPIC, records: schemas::of::<ReservationRecord>() },
            TopicSchemas { topic: REQUESTS_TOPIC, records: schemas::of::<InventoryRequest>() },
        ]
    },
    relayed: |registry, incarnation| {
        async move {
            let stock = Encoder::<StockRecord>::connect(registry, TOPIC).await?;
            let reservations = Encoder::<ReservationRecord>::connect(registry, TOPIC).await?;
            Ok(vec![RelayedKind::of(stock, incarnation), RelayedKind::of(reservations, incarnation)])
        }
        .boxed()
    },
    commands,
    openapi: inventory::openapi,
    groups: &[(GROUP, &[REQUESTS_TOPIC]), (backorders::GROUP, &backorders::TOPICS)],
    answered: &[REQUESTS_TOPIC],
    work,
    read_models: &[
        ReadModels::of::<Stock>(TOPIC, "stock-projection"),
        ReadModels::of::<Reservations>(TOPIC, "reservation-projection"),
    ],
    queries: |_| Router::new(),
    gauges: &[],
    audits: &[|log, _, findings| inventory::audit::check(log, findings).boxed()],
    outside: &[],
    asks: Vec::new,
};

fn commands(deps: CommandDeps<'_>) -> (Router, OpenApi) {
    let fingerprint_key = deps.master.derive("idempotency-fingerprint");
    inventory::router(inventory::Deps {
        inventory: Arc::new(Inventory::new(deps.store, deps.clock, deps.ids, &fingerprint_key)),
        verifier: deps.verifier,
        limits: CommandLimits { commands_per_s: deps.fairness.commands_per_s, ..CommandLimits::default() },
    })
}

fn work(deps: &WorkDeps<'_>) -> Result<ParticipantWork, WorkError> {
    let pool = deps.store.pool().clone();
    let inventory =
        Arc::new(Inventory::for_messages(deps.store.clone(), Arc::clone(&deps.clock), Arc::clone(&deps.ids)));
    let registry = Registry::new(&deps.messaging.schema_registry_url)?;
    let options = |group| RequestOptions::new(&deps.messaging.kafka_brokers, group);
    let requests =
        inventory::requests::source(Arc::clone(&inventory), Decoder::<InventoryRequest>::new(registry.clone()));
    let stock = backorders::source(Arc::clone(&inventory), pool.clone(), registry, TOPIC);
    Ok(ParticipantWork {
        wakers: vec![inventory::reservation::waker(inventory)],
        jobs: vec![inventory::job(deps.store.clone())],
        requests: vec![
            ("inventory-requests", RequestService::new(options(GROUP), [requests], pool.clone())),
            ("inventory-backorders", RequestService::new(options(backorders::GROUP), [stock], pool)),
        ],
    })
}
