//! Notifications with a database, topics and receivers of their own.

use std::sync::Arc;
use std::time::Duration;

use domain::notification::{Notification, NotificationEvent};
use domain::{Decider, EventId, NotificationId, OrderId, SubjectId, TenantId, Timestamp, upcast};
use event_store::{Store, StoreOptions, StreamId, TimerOptions, TimerWorker};
use messaging::EncodedRecord;
use messaging::testing::{TestTopic, brokers, registry, unique};
use notification::channel::{Email, SmtpOptions, WebhookOptions, Webhooks};
use notification::send::waker;
use notification::{Channels, Notifications, Renderer, Secrets};
use request_kit::{RequestOptions, RequestService};
use service_kit::clock::{Clock, Ids, ManualClock, SystemIds};
use service_kit::config::{SmtpSettings, SmtpTls};
use service_kit::keyring::{KeyRing, MasterKey, identity_migrations};
use service_kit::poll::wait_until;
pub use service_kit::testing::PATIENCE;
use service_kit::testing::TestDatabase;
use service_kit::testing::mail_server::MailServer;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::events::{Encoders, Happening};

pub const LOOK: Duration = Duration::from_millis(20);
/// How long the tests' mail session waits for an answer.
const ANSWER_MS: u64 = 700;
const MASTER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub struct World {
    pub clock: Arc<ManualClock>,
    pub mail: MailServer,
    pub notifications: Arc<Notifications>,
    pub keys: KeyRing,
    pub encoders: Encoders,
    store: Store,
    database: TestDatabase,
    _identity: TestDatabase,
    topics: [TestTopic; 5],
}

/// A group's member that runs.
pub struct Member {
    service: Arc<RequestService>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Member {
    /// Waits until so many records are behind its committed offsets.
    pub async fn has_consumed(&self, count: u64) {
        wait_until(PATIENCE, LOOK, async || self.service.counts().consumed >= count).await.unwrap();
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap();
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(|channels| channels).await
    }

    /// The same with other channels.
    pub async fn with(change: impl FnOnce(Channels) -> Channels) -> Self {
        let noon = Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap();
        let clock = Arc::new(ManualClock::new(noon));
        let database = TestDatabase::migrated(event_store::migrations()).await.and(request_kit::migrations()).await;
        let database = database.and(notification::migrations()).await;
        let identity = TestDatabase::migrated(identity_migrations()).await;
        let master = MasterKey::from_base64(MASTER).unwrap();
        let keys = KeyRing::new(identity.pool(), &master, clock.clone(), Arc::new(SystemIds));
        let mail = MailServer::start().await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let channels = change(channels(mail.port));
        let notifications = notifications(&store, &keys, channels, &clock);
        let topics = [
            TestTopic::create(2).await,
            TestTopic::create(2).await,
            TestTopic::create(2).await,
            TestTopic::create(2).await,
            TestTopic::create(2).await,
        ];
        let [orders, payments, fulfilments, tickets, shipments] = &topics;
        let encoders = Encoders {
            orders: orders.encoder_of().await,
            payments: payments.encoder_of().await,
            fulfilments: fulfilments.encoder_of().await,
            tickets: tickets.encoder_of().await,
            shipments: shipments.encoder_of().await,
        };
        Self { clock, mail, notifications, keys, encoders, store, database, _identity: identity, topics }
    }

    /// The same in another process.
    pub async fn twin(&self) -> Arc<Notifications> {
        self.twin_with(channels(self.mail.port)).await
    }

    /// The same with other channels.
    pub async fn twin_with(&self, channels: Channels) -> Arc<Notifications> {
        let store = Store::open(self.database.url(), StoreOptions::default()).await.unwrap();
        notifications(&store, &self.keys, channels, &self.clock)
    }

    /// A member of a group of its own, which begins at the end of the topics.
    pub async fn member(&self) -> Member {
        let group = unique("notification");
        let topics = self.topics.each_ref().map(|topic| topic.name.as_str());
        request_kit::begin(&self.database.pool(), &brokers(), &group, &topics).await.unwrap();
        let sources = notification::sources(&self.notifications, &registry(), topics);
        let options = RequestOptions::new(&brokers(), &group);
        let service = Arc::new(RequestService::new(options, sources, self.database.pool()));
        let stop = CancellationToken::new();
        let (running, stopping) = (Arc::clone(&service), stop.clone());
        let running = tokio::spawn(async move { running.run(stopping).await });
        Member { service, stop, running }
    }

    pub async fn publish_orders(&self, records: Vec<EncodedRecord>) {
        self.topics[0].produce(records).await;
    }

    pub async fn publish_payments(&self, records: Vec<EncodedRecord>) {
        self.topics[1].produce(records).await;
    }

    pub async fn publish_fulfilments(&self, records: Vec<EncodedRecord>) {
        self.topics[2].produce(records).await;
    }

    pub async fn publish_tickets(&self, records: Vec<EncodedRecord>) {
        self.topics[3].produce(records).await;
    }

    pub async fn publish_shipments(&self, records: Vec<EncodedRecord>) {
        self.topics[4].produce(records).await;
    }

    /// Something that happens to a new order now.
    pub fn new_order(&self) -> Happening {
        Happening::new(OrderId::new(SystemIds.ordered()), self.clock.now())
    }

    /// The placing of an order by a customer with a mail address and a phone.
    pub async fn placed(&self, what: &Happening, customer: &str) -> EncodedRecord {
        let tenant = TenantId::try_new("shop").unwrap();
        let subject = SubjectId::try_new(format!("customer:{customer}")).unwrap();
        let contact = format!(r#"{{"email":"{customer}@example.org","phone":"+44 20 7946","locale":"en"}}"#);
        let contact = self.keys.seal(&tenant, &subject, contact.as_bytes()).await.unwrap();
        let placed = Happening::new(what.order, what.at);
        self.encoders.placed(&placed, &subject, Some(contact))
    }

    /// Lets the timers that are due wake their notifications. Returns how many there were.
    pub async fn wake(&self) -> usize {
        self.wake_by(&self.notifications).await
    }

    pub async fn wake_by(&self, notifications: &Arc<Notifications>) -> usize {
        let (kind, waker) = waker(Arc::clone(notifications));
        let worker = TimerWorker::new(self.store.clone(), self.clock.clone(), TimerOptions::default());
        worker.with(kind, waker).round().await.unwrap()
    }

    pub fn pass(&self, seconds: i64) {
        let now = self.clock.now().micros() + seconds * 1_000_000;
        self.clock.set(Timestamp::try_from_micros(now).unwrap());
    }

    pub async fn events(&self, id: NotificationId) -> Vec<NotificationEvent> {
        let rows = self.store.read_stream(&StreamId::new(Notification::KIND, &id.to_string()), 0).await.unwrap();
        rows.iter().map(|row| upcast::decode(&row.event_type, &row.event_version, &row.payload).unwrap()).collect()
    }

    /// The types of a notification's events.
    pub async fn types(&self, id: NotificationId) -> Vec<&'static str> {
        use domain::StoredEvent;
        self.events(id).await.iter().map(StoredEvent::event_type).collect()
    }

    pub async fn client(&self) -> tokio_postgres::Client {
        self.database.client().await
    }

    /// How many notifications there are.
    pub async fn count(&self) -> i64 {
        let sql = "SELECT count(DISTINCT aggregate_id) FROM events WHERE aggregate_type = 'notification'";
        self.database.client().await.query_one(sql, &[]).await.unwrap().get(0)
    }
}

/// The id of what is told of an event by mail.
pub fn by_mail(event: EventId, kind: &str) -> NotificationId {
    NotificationId::of(event, kind, "EMAIL", None)
}

pub fn channels(mail_port: u16) -> Channels {
    let server = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: mail_port,
        tls: SmtpTls::Offered,
        credentials: None,
        roots: None,
        from: "Example Shop <shop@shop.example>".to_owned(),
    };
    channels_to(server)
}

/// The same to any mail server.
pub fn channels_to(server: SmtpSettings) -> Channels {
    let options = SmtpOptions { open_ms_max: ANSWER_MS, message_ms_max: ANSWER_MS, ..SmtpOptions::new(server) };
    let allowed = WebhookOptions { allow_private: true, answer_ms_max: ANSWER_MS, ..WebhookOptions::default() };
    Channels {
        email: Some(Email::new(options).unwrap()),
        sms: None,
        webhooks: Webhooks::new(allowed),
        renderer: Renderer::new("Example Shop".to_owned(), "en".to_owned(), None),
        age_s_max: 86_400,
        public_url: "https://engine.example".to_owned(),
    }
}

fn notifications(store: &Store, keys: &KeyRing, channels: Channels, clock: &Arc<ManualClock>) -> Arc<Notifications> {
    let secrets = Secrets { fingerprint_key: [7; 32], unsubscribe_key: [9; 32] };
    let clock = Arc::clone(clock);
    Arc::new(Notifications::new(store.clone(), keys.clone(), channels, clock, Arc::new(SystemIds), &secrets))
}
