//! Notification as a participant: it is told of others' events and tells customers and merchants.

use std::sync::Arc;

use ::notification::channel::{Email, EmailSetupError, HttpGateway, Sms, SmtpOptions, WebhookOptions, Webhooks};
use ::notification::{Channels, Deps, GROUP, Notifications, Renderer, Secrets, TOPICS};
use axum::Router;
use command_kit::http::CommandLimits;
use domain::contract::PublicEvents;
use domain::notification::contract::{PublicEvent, TOPIC};
use event_store::Store;
use futures::FutureExt;
use messaging::registry::Registry;
use messaging::{Encoder, schemas};
use relay::RelayedKind;
use request_kit::{RequestOptions, RequestService};
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::config::NotificationSettings;
use service_kit::keyring::{KeyRing, MasterKey};
use utoipa::openapi::OpenApi;

use super::{CommandDeps, KeyAccess, Participant, ParticipantWork, TopicSchemas, WorkDeps, WorkError, own_log};

/// What customers and merchants are told.
pub(super) const NOTIFICATION_PARTICIPANT: Participant = Participant {
    name: "notification",
    log: own_log!("notification", "NOTIFICATION_DATABASE_URL"),
    kinds: &[(PublicEvent::KIND, TOPIC)],
    migrations: || vec![request_kit::migrations(), ::notification::migrations()],
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
    openapi: ::notification::openapi,
    groups: &[(GROUP, &TOPICS)],
    answered: &[],
    work,
    read_models: &[],
    queries: |_| Router::new(),
    outside: &[],
    gauges: &[],
    audits: &[|log, _, findings| ::notification::audit::check(log, findings).boxed()],
    asks: Vec::new,
};

/// Who is told to be speaking where the sender has no name.
const BRAND: &str = "Orders";

/// The channels that the settings name. Mails and SMS are sent by the work alone.
fn channels(settings: &NotificationSettings, sends: bool) -> Result<Channels, EmailSetupError> {
    let smtp = settings.smtp.as_ref().filter(|_| sends);
    let email = smtp.map(|smtp| Email::new(SmtpOptions::new(smtp.clone()))).transpose()?;
    let brand = email.as_ref().and_then(Email::sender_name).unwrap_or(BRAND).to_owned();
    let sms = settings.sms.as_ref().filter(|_| sends);
    let sms = sms.map(|sms| Sms::new(Arc::new(HttpGateway::new(sms.clone())), sms.sender.clone()));
    let options = WebhookOptions { allow_private: settings.private_webhooks, ..WebhookOptions::default() };
    Ok(Channels {
        email,
        sms,
        webhooks: Webhooks::new(options),
        renderer: Renderer::new(brand, settings.locale.clone(), settings.templates_dir.clone()),
        age_s_max: settings.age_s_max,
        public_url: settings.public_url.clone(),
    })
}

fn notifications(
    store: Store,
    keys: KeyRing,
    channels: Channels,
    (clock, ids): (SharedClock, SharedIds),
    master: &MasterKey,
) -> Arc<Notifications> {
    let secrets = Secrets {
        fingerprint_key: master.derive("idempotency-fingerprint"),
        unsubscribe_key: master.derive("notification-unsubscribe"),
    };
    Arc::new(Notifications::new(store, keys, channels, clock, ids, &secrets))
}

fn commands(deps: CommandDeps<'_>) -> (Router, OpenApi) {
    let channels = channels(deps.notifications, false).expect("without a sender there is nothing to be wrong");
    let notifications = notifications(deps.store, deps.keys, channels, (deps.clock, deps.ids), deps.master);
    let limits = CommandLimits { commands_per_s: deps.fairness.commands_per_s, ..CommandLimits::default() };
    ::notification::router(Deps { notifications, verifier: deps.verifier, limits })
}

fn work(deps: &WorkDeps<'_>) -> Result<ParticipantWork, WorkError> {
    let clocks = (Arc::clone(&deps.clock), Arc::clone(&deps.ids));
    let channels = channels(deps.notifications, true)?;
    let KeyAccess { keys, master } = (deps.keys)()?;
    let notifications = notifications(deps.store.clone(), keys, channels, clocks, &master);
    let registry = Registry::new(&deps.messaging.schema_registry_url)?;
    let sources = ::notification::sources(&notifications, &registry, TOPICS);
    let options = RequestOptions::new(&deps.messaging.kafka_brokers, GROUP);
    let service = RequestService::new(options, sources, deps.store.pool().clone());
    Ok(ParticipantWork {
        wakers: vec![::notification::send::waker(notifications)],
        requests: vec![("notification", service)],
        ..ParticipantWork::default()
    })
}
