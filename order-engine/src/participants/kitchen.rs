//! Kitchens as a participant: they follow fulfilments and prepare what those of their locations need.

use std::sync::Arc;

use ::kitchen::{Deps, GROUP, Kitchens};
use axum::Router;
use command_kit::http::CommandLimits;
use domain::contract::PublicEvents;
use domain::fulfilment::contract::TOPIC as FULFILMENT_TOPIC;
use domain::kitchen::StaffSpeed;
use domain::kitchen::contract::{PublicEvent as KitchenRecord, TOPIC};
use domain::location::contract::PublicEvent as LocationRecord;
use domain::ticket::contract::PublicEvent as TicketRecord;
use futures::FutureExt;
use messaging::registry::Registry;
use messaging::{Decoder, Encoder, KindReader, schemas};
use read_models::Tickets;
use relay::RelayedKind;
use request_kit::{RequestOptions, RequestService};
use utoipa::openapi::OpenApi;

use super::read_models::ReadModels;
use super::{CommandDeps, Participant, ParticipantWork, TopicSchemas, WorkDeps, WorkError, own_log};

/// The namespaces of what else is published to the topic of fulfilments.
const BESIDE_FULFILMENTS: &[&str] = &[LocationRecord::NAMESPACE];

/// What kitchens have to prepare.
pub(super) const KITCHEN_PARTICIPANT: Participant = Participant {
    name: "kitchen",
    log: own_log!("kitchen", "KITCHEN_DATABASE_URL"),
    kinds: &[(KitchenRecord::KIND, TOPIC), (TicketRecord::KIND, TOPIC)],
    migrations: || vec![request_kit::migrations()],
    declared_events: || [relay::declared_events::<KitchenRecord>(), relay::declared_events::<TicketRecord>()].concat(),
    schemas: || {
        vec![
            TopicSchemas { topic: TOPIC, records: schemas::of::<KitchenRecord>() },
            TopicSchemas { topic: TOPIC, records: schemas::of::<TicketRecord>() },
        ]
    },
    relayed: |registry, incarnation| {
        async move {
            let kitchens = Encoder::<KitchenRecord>::connect(registry, TOPIC).await?;
            let tickets = Encoder::<TicketRecord>::connect(registry, TOPIC).await?;
            Ok(vec![RelayedKind::of(kitchens, incarnation), RelayedKind::of(tickets, incarnation)])
        }
        .boxed()
    },
    commands,
    openapi: ::kitchen::openapi,
    groups: &[(GROUP, &[FULFILMENT_TOPIC])],
    answered: &[],
    work,
    read_models: &[ReadModels::of::<Tickets>(TOPIC, "ticket-projection")],
    queries: |_| Router::new(),
    gauges: &[],
    audits: &[|log, _, findings| ::kitchen::audit::check(log, findings).boxed()],
    outside: &[],
    asks: Vec::new,
};

fn commands(deps: CommandDeps<'_>) -> (Router, OpenApi) {
    let fingerprint_key = deps.master.derive("idempotency-fingerprint");
    ::kitchen::router(Deps {
        kitchens: Arc::new(Kitchens::new(deps.store, deps.clock, deps.ids, &fingerprint_key)),
        verifier: deps.verifier,
        limits: CommandLimits { commands_per_s: deps.fairness.commands_per_s, ..CommandLimits::default() },
    })
}

fn work(deps: &WorkDeps<'_>) -> Result<ParticipantWork, WorkError> {
    let simulated_staff = deps.kitchens.simulated_staff_speed.map(StaffSpeed::new);
    let (store, clock, ids) = (deps.store.clone(), Arc::clone(&deps.clock), Arc::clone(&deps.ids));
    let kitchens = Kitchens::for_messages(store, clock, ids, simulated_staff.unwrap_or(StaffSpeed::OF_PEOPLE));
    let kitchens = Arc::new(kitchens);
    let registry = Registry::new(&deps.messaging.schema_registry_url)?;
    let reader = KindReader::new(Decoder::new(registry), BESIDE_FULFILMENTS);
    let source = ::kitchen::source(Arc::clone(&kitchens), reader, FULFILMENT_TOPIC);
    let options = RequestOptions::new(&deps.messaging.kafka_brokers, GROUP);
    let service = RequestService::new(options, [source], deps.store.pool().clone());
    let mut wakers = vec![::kitchen::promise::waker(Arc::clone(&kitchens))];
    wakers.extend(simulated_staff.map(|_| ::kitchen::staff::waker(kitchens)));
    Ok(ParticipantWork { wakers, requests: vec![("kitchen", service)], ..ParticipantWork::default() })
}
