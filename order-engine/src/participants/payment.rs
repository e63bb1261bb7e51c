//! Payment as a participant: a kind of streams with its topic, the requests of others, and a provider outside.

use command_kit::http::CommandLimits;
use std::sync::Arc;

use axum::Router;
use domain::contract::PublicEvents;
use domain::payment::contract::{PublicEvent, TOPIC};
use domain::payment::requests::{PaymentRequest, REQUESTS_TOPIC};
use futures::FutureExt;
use messaging::registry::Registry;
use messaging::{Decoder, Encoder, schemas};
use payment::provider::bank::BankTransfer;
use payment::provider::stripe::Stripe;
use payment::provider::{Providers, SharedProvider, Unconfigured};
use payment::requests::GROUP;
use payment::{PaymentDeps, Payments};
use relay::RelayedKind;
use request_kit::{RequestOptions, RequestService};
use service_kit::BoxError;
use service_kit::audit::Findings;
use service_kit::clock::{Clock, SystemClock, SystemIds};
use service_kit::config::PaymentSettings;
use service_kit::outside::OutsideOptions;
use service_kit::postgres::ConnectOptions;
use tokio_postgres::Client;
use utoipa::openapi::OpenApi;

use super::{
    CommandDeps, Outside, OutsideSettings, Participant, ParticipantWork, TopicSchemas, WorkDeps, WorkError, own_log,
};

/// Payments.
pub(super) const PAYMENT_PARTICIPANT: Participant = Participant {
    name: "payment",
    log: own_log!("payment", "PAYMENT_DATABASE_URL"),
    kinds: &[(PublicEvent::KIND, TOPIC)],
    migrations: || vec![request_kit::migrations(), payment::migrations()],
    declared_events: relay::declared_events::<PublicEvent>,
    schemas: || {
        vec![
            TopicSchemas { topic: TOPIC, records: schemas::of::<PublicEvent>() },
            TopicSchemas { topic: REQUESTS_TOPIC, records: schemas::of::<PaymentRequest>() },
        ]
    },
    relayed: |registry, incarnation| {
        async move {
            let encoder = Encoder::<PublicEvent>::connect(registry, TOPIC).await?;
            Ok(vec![RelayedKind::of(encoder, incarnation)])
        }
        .boxed()
    },
    commands,
    openapi: payment::openapi,
    groups: &[(GROUP, &[REQUESTS_TOPIC])],
    answered: &[REQUESTS_TOPIC],
    work,
    read_models: &[],
    queries: |_| Router::new(),
    gauges: &[],
    audits: &[|log, _, findings| payment::audit::check(log, findings).boxed()],
    outside: &[|log, settings, findings| compared(log, settings, findings).boxed()],
    asks: Vec::new,
};

/// Compares what the provider has with what is recorded, where the settings name one.
async fn compared(
    log: &mut Client,
    settings: OutsideSettings<'_>,
    findings: &mut Findings,
) -> Result<Outside, BoxError> {
    let OutsideSettings { payments: settings, log: database, .. } = settings;
    if settings.stripe.is_none() && settings.accounts.is_empty() {
        let what = "comparison with the payment provider";
        return Ok(Outside::LeftOut { what, reason: "neither STRIPE_API_KEY nor BANK_ACCOUNTS_FILE is set" });
    }
    let pool = service_kit::postgres::pool(database, &ConnectOptions::named("payment-audit"))?;
    let accounts = settings.accounts.clone();
    let bank = Arc::new(BankTransfer::new(pool, accounts, Arc::new(SystemClock), Arc::new(SystemIds)));
    let providers = Providers::new(bank, provider(settings));
    Ok(Outside::Compared(payment::audit::compare_all(log, &providers, SystemClock.now(), findings).await?))
}

/// The provider that the settings name for tenants without a bank account.
fn provider(settings: &PaymentSettings) -> SharedProvider {
    let Some(stripe) = &settings.stripe else { return Arc::new(Unconfigured) };
    Arc::new(Stripe::new(OutsideOptions::new(stripe.api_url.clone(), stripe.api_key.clone())))
}

fn commands(deps: CommandDeps<'_>) -> (Router, OpenApi) {
    let fingerprint_key = deps.master.derive("idempotency-fingerprint");
    let (provider, accounts) = (provider(deps.payments), deps.payments.accounts.clone());
    let of_payments = PaymentDeps { provider, accounts, clock: deps.clock, ids: deps.ids };
    payment::router(payment::Deps {
        payments: Arc::new(Payments::new(deps.store, of_payments, &fingerprint_key)),
        verifier: deps.verifier,
        webhook_secret: deps.payments.stripe.as_ref().and_then(|stripe| stripe.webhook_secret.clone()),
        limits: CommandLimits { commands_per_s: deps.fairness.commands_per_s, ..CommandLimits::default() },
    })
}

fn work(deps: &WorkDeps<'_>) -> Result<ParticipantWork, WorkError> {
    let pool = deps.store.pool().clone();
    let (clock, ids) = (Arc::clone(&deps.clock), Arc::clone(&deps.ids));
    let (provider, accounts) = (provider(deps.payments), deps.payments.accounts.clone());
    let of_payments = PaymentDeps { provider, accounts, clock, ids };
    let payments = Arc::new(Payments::for_messages(deps.store.clone(), of_payments));
    let decoder = Decoder::<PaymentRequest>::new(Registry::new(&deps.messaging.schema_registry_url)?);
    let source = payment::requests::source(Arc::clone(&payments), decoder);
    let options = RequestOptions::new(&deps.messaging.kafka_brokers, GROUP);
    Ok(ParticipantWork {
        wakers: vec![payment::payment::waker(Arc::clone(&payments))],
        jobs: vec![payment::job(payments)],
        requests: vec![("payment-requests", RequestService::new(options, [source], pool))],
    })
}
