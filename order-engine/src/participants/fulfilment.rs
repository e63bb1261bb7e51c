//! Fulfilment as a participant: locations, what they have to send, and the requests of others.

use command_kit::http::CommandLimits;
use std::sync::Arc;

use axum::Router;
use domain::contract::PublicEvents;
use domain::fulfilment::contract::{PublicEvent, TOPIC};
use domain::fulfilment::requests::{FulfilmentRequest, REQUESTS_TOPIC};
use domain::kitchen::contract::PublicEvent as KitchenRecord;
use domain::location::contract::PublicEvent as LocationRecord;
use domain::shipment::contract::TOPIC as SHIPPING_TOPIC;
use domain::shipping_location::contract::PublicEvent as ShippingLocationRecord;
use domain::ticket::contract::TOPIC as KITCHEN_TOPIC;
use fulfilment::kitchens::GROUP as KITCHENS_GROUP;
use fulfilment::requests::GROUP;
use fulfilment::shipments::GROUP as SHIPMENTS_GROUP;
use fulfilment::{Fulfilments, Locations};
use futures::FutureExt;
use messaging::registry::Registry;
use messaging::{Decoder, Encoder, KindReader, schemas};
use read_models::Fulfilments as FulfilmentModels;
use relay::RelayedKind;
use request_kit::{RequestOptions, RequestService};
use utoipa::openapi::OpenApi;

use super::read_models::ReadModels;
use super::{CommandDeps, Participant, ParticipantWork, TopicSchemas, WorkDeps, WorkError, own_log};

/// The namespaces of what else is published to the topic of tickets.
const BESIDE_TICKETS: &[&str] = &[KitchenRecord::NAMESPACE];

/// The namespaces of what else is published to the topic of shipments.
const BESIDE_SHIPMENTS: &[&str] = &[ShippingLocationRecord::NAMESPACE];

/// What locations have to send of orders.
pub(super) const FULFILMENT_PARTICIPANT: Participant = Participant {
    name: "fulfilment",
    log: own_log!("fulfilment", "FULFILMENT_DATABASE_URL"),
    kinds: &[(PublicEvent::KIND, TOPIC), (LocationRecord::KIND, TOPIC)],
    migrations: || vec![request_kit::migrations()],
    declared_events: || [relay::declared_events::<PublicEvent>(), relay::declared_events::<LocationRecord>()].concat(),
    schemas: || {
        vec![
            TopicSchemas { topic: TOPIC, records: schemas::of::<PublicEvent>() },
            TopicSchemas { topic: TOPIC, records: schemas::of::<LocationRecord>() },
            TopicSchemas { topic: REQUESTS_TOPIC, records: schemas::of::<FulfilmentRequest>() },
        ]
    },
    relayed: |registry, incarnation| {
        async move {
            let fulfilments = Encoder::<PublicEvent>::connect(registry, TOPIC).await?;
            let locations = Encoder::<LocationRecord>::connect(registry, TOPIC).await?;
            Ok(vec![RelayedKind::of(fulfilments, incarnation), RelayedKind::of(locations, incarnation)])
        }
        .boxed()
    },
    commands,
    openapi: fulfilment::openapi,
    groups: &[(GROUP, &[REQUESTS_TOPIC]), (KITCHENS_GROUP, &[KITCHEN_TOPIC]), (SHIPMENTS_GROUP, &[SHIPPING_TOPIC])],
    answered: &[REQUESTS_TOPIC],
    work,
    read_models: &[ReadModels::of::<FulfilmentModels>(TOPIC, "fulfilment-projection")],
    queries: |_| Router::new(),
    gauges: &[],
    audits: &[],
    outside: &[],
    asks: Vec::new,
};

fn commands(deps: CommandDeps<'_>) -> (Router, OpenApi) {
    let fingerprint_key = deps.master.derive("idempotency-fingerprint");
    fulfilment::router(fulfilment::Deps {
        locations: Arc::new(Locations::new(
            deps.store.clone(),
            Arc::clone(&deps.clock),
            Arc::clone(&deps.ids),
            &fingerprint_key,
        )),
        fulfilments: Arc::new(Fulfilments::new(deps.store, deps.clock, deps.ids, &fingerprint_key)),
        verifier: deps.verifier,
        limits: CommandLimits { commands_per_s: deps.fairness.commands_per_s, ..CommandLimits::default() },
    })
}

fn work(deps: &WorkDeps<'_>) -> Result<ParticipantWork, WorkError> {
    let fulfilments =
        Arc::new(Fulfilments::for_messages(deps.store.clone(), Arc::clone(&deps.clock), Arc::clone(&deps.ids)));
    let registry = Registry::new(&deps.messaging.schema_registry_url)?;
    let service = |group, source| {
        let options = RequestOptions::new(&deps.messaging.kafka_brokers, group);
        RequestService::new(options, [source], deps.store.pool().clone())
    };
    let decoder = Decoder::<FulfilmentRequest>::new(registry.clone());
    let requests = fulfilment::requests::source(Arc::clone(&fulfilments), decoder, REQUESTS_TOPIC);
    let tickets = KindReader::new(Decoder::new(registry.clone()), BESIDE_TICKETS);
    let tickets = fulfilment::kitchens::source(Arc::clone(&fulfilments), tickets, KITCHEN_TOPIC);
    let shipments = KindReader::new(Decoder::new(registry), BESIDE_SHIPMENTS);
    let shipments = fulfilment::shipments::source(fulfilments, shipments, SHIPPING_TOPIC);
    Ok(ParticipantWork {
        requests: vec![
            ("fulfilment-requests", service(GROUP, requests)),
            ("fulfilment-kitchens", service(KITCHENS_GROUP, tickets)),
            ("fulfilment-shipments", service(SHIPMENTS_GROUP, shipments)),
        ],
        ..ParticipantWork::default()
    })
}
