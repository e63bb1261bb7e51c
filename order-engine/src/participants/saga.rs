//! The sagas of orders as a participant: they ask inventory, payment and fulfilment, and learn what these answer.

use command_kit::http::CommandLimits;
use std::sync::Arc;

use axum::Router;
use domain::contract::PublicEvents;
use domain::fulfilment::requests::{FulfilmentRequest, REQUESTS_TOPIC as FULFILMENT_REQUESTS};
use domain::order_saga::contract::{PublicEvent, TOPIC};
use domain::order_saga::requests::{of_fulfilment, of_inventory, of_payment};
use domain::payment::requests::{PaymentRequest, REQUESTS_TOPIC as PAYMENT_REQUESTS};
use domain::reservation::requests::{InventoryRequest, REQUESTS_TOPIC as INVENTORY_REQUESTS};
use futures::FutureExt;
use messaging::registry::Registry;
use messaging::{Encoder, schemas};
use read_models::{OpenTasks, ReadDb, ReadDbError, Sagas};
use relay::audit::AuditedRoute;
use relay::{RelayedKind, Routes};
use request_kit::{RequestOptions, RequestService};
use saga_coordinator::{Coordinator, GROUP, Operations, Surveyor, TOPICS};
use utoipa::openapi::OpenApi;

use super::order::ORDERS_LOG;
use super::read_models::ReadModels;
use super::{AskedTopic, CommandDeps, Participant, ParticipantWork, Reading, TopicSchemas, WorkDeps, WorkError};

/// What drives placed orders to their end. It shares the log of the orders, since a saga and its order are one unit of work.
pub(super) const SAGA_PARTICIPANT: Participant = Participant {
    name: "saga",
    log: ORDERS_LOG,
    kinds: &[(PublicEvent::KIND, TOPIC)],
    migrations: || vec![request_kit::migrations(), saga_coordinator::migrations()],
    declared_events: relay::declared_events::<PublicEvent>,
    schemas: || vec![TopicSchemas { topic: TOPIC, records: schemas::of::<PublicEvent>() }],
    relayed: |registry, incarnation| {
        async move {
            let encoder = Encoder::<PublicEvent>::connect(registry, TOPIC).await?;
            let inventory = Encoder::<InventoryRequest>::connect(registry, INVENTORY_REQUESTS).await?;
            let payment = Encoder::<PaymentRequest>::connect(registry, PAYMENT_REQUESTS).await?;
            let fulfilment = Encoder::<FulfilmentRequest>::connect(registry, FULFILMENT_REQUESTS).await?;
            let routes = Routes::none()
                .and(inventory, incarnation, of_inventory)
                .and(payment, incarnation, of_payment)
                .and(fulfilment, incarnation, of_fulfilment);
            Ok(vec![RelayedKind::asking(encoder, incarnation, routes)])
        }
        .boxed()
    },
    commands,
    openapi: saga_coordinator::openapi,
    groups: &[(GROUP, &TOPICS)],
    answered: &[],
    work,
    read_models: &[ReadModels::of::<Sagas>(TOPIC, "saga-projection")],
    queries: |_| Router::new(),
    gauges: &[|reads| open_tasks(reads).boxed()],
    audits: &[|log, now, findings| saga_coordinator::audit::check(log, now, findings).boxed()],
    outside: &[],
    asks: || {
        vec![
            AskedTopic { topic: INVENTORY_REQUESTS, routes: vec![AuditedRoute::of::<PublicEvent, _>(of_inventory)] },
            AskedTopic { topic: PAYMENT_REQUESTS, routes: vec![AuditedRoute::of::<PublicEvent, _>(of_payment)] },
            AskedTopic { topic: FULFILMENT_REQUESTS, routes: vec![AuditedRoute::of::<PublicEvent, _>(of_fulfilment)] },
        ]
    },
};

/// Orders that wait for people, by why.
async fn open_tasks(reads: &ReadDb) -> Result<Vec<Reading>, ReadDbError> {
    let tasks = reads.open_tasks().await?;
    let readings = tasks.into_iter().flat_map(|OpenTasks { kind, open, escalated }| {
        [("saga_tasks_open", open), ("saga_tasks_escalated", escalated)].map(|(gauge, count)| {
            let value = u32::try_from(count).unwrap_or(u32::MAX);
            Reading { gauge, kind: kind.clone(), value }
        })
    });
    Ok(readings.collect())
}

fn commands(deps: CommandDeps<'_>) -> (Router, OpenApi) {
    let fingerprint_key = deps.master.derive("idempotency-fingerprint");
    saga_coordinator::router(saga_coordinator::Deps {
        operations: Arc::new(Operations::new(deps.store, deps.clock, deps.ids, &fingerprint_key)),
        verifier: deps.verifier,
        limits: CommandLimits { commands_per_s: deps.fairness.commands_per_s, ..CommandLimits::default() },
    })
}

fn work(deps: &WorkDeps<'_>) -> Result<ParticipantWork, WorkError> {
    let pool = deps.store.pool().clone();
    let coordinator = Coordinator::new(deps.store.clone(), Arc::clone(&deps.clock), Arc::clone(&deps.ids));
    let coordinator = Arc::new(coordinator.choosing_by(Surveyor::new(&deps.store, (deps.reads)()?)));
    let registry = Registry::new(&deps.messaging.schema_registry_url)?;
    let [inventory, payment, fulfilment] = saga_coordinator::sources(&coordinator, &registry, TOPICS);
    // Locations are published beside fulfilments.
    let locations = saga_coordinator::location_source(&deps.store, &registry, fulfilment.topic());
    let sources = [inventory, payment, fulfilment.and(locations)];
    let options = RequestOptions::new(&deps.messaging.kafka_brokers, GROUP);
    Ok(ParticipantWork {
        wakers: vec![saga_coordinator::waker(coordinator)],
        jobs: Vec::new(),
        requests: vec![("saga-coordinator", RequestService::new(options, sources, pool))],
    })
}
