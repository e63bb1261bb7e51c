//! Shipping as a participant: how locations ship, the parcels of fulfilments, and carriers outside.

use std::sync::Arc;

use ::shipping::carrier::http::HttpCarrier;
use ::shipping::carrier::{Carriers, SharedCarrier};
use ::shipping::{Deps, GROUP, ShipmentDeps, Shipments, ShippingLocations, TOPICS};
use axum::Router;
use command_kit::http::CommandLimits;
use domain::contract::PublicEvents;
use domain::shipment::contract::{PublicEvent, TOPIC};
use domain::shipping_location::contract::PublicEvent as LocationRecord;
use futures::FutureExt;
use messaging::registry::Registry;
use messaging::{Encoder, schemas};
use relay::RelayedKind;
use request_kit::{RequestOptions, RequestService};
use service_kit::BoxError;
use service_kit::audit::Findings;
use service_kit::clock::{Clock, SystemClock};
use service_kit::config::ShippingSettings;
use service_kit::outside::OutsideOptions;
use service_kit::standard_webhooks::WebhookKey;
use tokio_postgres::Client;
use utoipa::openapi::OpenApi;

use super::{
    CommandDeps, Outside, OutsideSettings, Participant, ParticipantWork, TopicSchemas, WorkDeps, WorkError, own_log,
};

/// The parcels of fulfilments.
pub(super) const SHIPPING_PARTICIPANT: Participant = Participant {
    name: "shipping",
    log: own_log!("shipping", "SHIPPING_DATABASE_URL"),
    kinds: &[(PublicEvent::KIND, TOPIC), (LocationRecord::KIND, TOPIC)],
    migrations: || vec![request_kit::migrations(), ::shipping::migrations()],
    declared_events: || [relay::declared_events::<PublicEvent>(), relay::declared_events::<LocationRecord>()].concat(),
    schemas: || {
        vec![
            TopicSchemas { topic: TOPIC, records: schemas::of::<PublicEvent>() },
            TopicSchemas { topic: TOPIC, records: schemas::of::<LocationRecord>() },
        ]
    },
    relayed: |registry, incarnation| {
        async move {
            let shipments = Encoder::<PublicEvent>::connect(registry, TOPIC).await?;
            let locations = Encoder::<LocationRecord>::connect(registry, TOPIC).await?;
            Ok(vec![RelayedKind::of(shipments, incarnation), RelayedKind::of(locations, incarnation)])
        }
        .boxed()
    },
    commands,
    openapi: ::shipping::openapi,
    groups: &[(GROUP, &TOPICS)],
    answered: &[],
    work,
    read_models: &[],
    queries: |_| Router::new(),
    gauges: &[],
    audits: &[|log, _, findings| ::shipping::audit::check(log, findings).boxed()],
    outside: &[|log, settings, findings| compared(log, settings, findings).boxed()],
    asks: Vec::new,
};

/// Compares what carriers have with what is recorded, where the settings name any.
async fn compared(
    log: &mut Client,
    settings: OutsideSettings<'_>,
    findings: &mut Findings,
) -> Result<Outside, BoxError> {
    let OutsideSettings { shipping, .. } = settings;
    if shipping.carriers.is_empty() {
        let what = "comparison with the carriers";
        return Ok(Outside::LeftOut { what, reason: "SHIPPING_CARRIERS is not set" });
    }
    let now = SystemClock.now();
    Ok(Outside::Compared(::shipping::audit::compare_all(log, &carriers(shipping), now, findings).await?))
}

/// The carriers that the settings name.
fn carriers(settings: &ShippingSettings) -> Carriers {
    Carriers::new(settings.carriers.iter().map(|carrier| {
        let options = OutsideOptions::new(carrier.api_url.clone(), carrier.api_key.clone());
        let shared: SharedCarrier = Arc::new(HttpCarrier::new(options));
        (carrier.name.clone(), shared)
    }))
}

fn commands(deps: CommandDeps<'_>) -> (Router, OpenApi) {
    let fingerprint_key = deps.master.derive("idempotency-fingerprint");
    let (clock, ids) = (Arc::clone(&deps.clock), Arc::clone(&deps.ids));
    let locations = ShippingLocations::new(deps.store.clone(), clock, ids, &fingerprint_key);
    let carriers = carriers(deps.shipping);
    let of_shipments = ShipmentDeps { carriers, keys: deps.keys, clock: deps.clock, ids: deps.ids };
    let webhook_key = deps.shipping.webhook_key.as_ref().map(WebhookKey::parse);
    ::shipping::router(Deps {
        shipments: Arc::new(Shipments::new(deps.store, of_shipments, &fingerprint_key)),
        locations: Arc::new(locations),
        verifier: deps.verifier,
        webhook_key: webhook_key.transpose().expect("the settings were checked when they were read"),
        limits: CommandLimits { commands_per_s: deps.fairness.commands_per_s, ..CommandLimits::default() },
    })
}

fn work(deps: &WorkDeps<'_>) -> Result<ParticipantWork, WorkError> {
    let (carriers, keys) = (carriers(deps.shipping), (deps.keys)()?.keys);
    let (clock, ids) = (Arc::clone(&deps.clock), Arc::clone(&deps.ids));
    let of_shipments = ShipmentDeps { carriers, keys, clock, ids };
    let shipments = Arc::new(Shipments::for_messages(deps.store.clone(), of_shipments));
    let registry = Registry::new(&deps.messaging.schema_registry_url)?;
    let sources = ::shipping::sources(&shipments, &registry, TOPICS);
    let options = RequestOptions::new(&deps.messaging.kafka_brokers, GROUP);
    let service = RequestService::new(options, sources, deps.store.pool().clone());
    Ok(ParticipantWork {
        wakers: vec![::shipping::waker(shipments)],
        requests: vec![("shipping", service)],
        ..ParticipantWork::default()
    })
}
