//! Shipments with databases, topics and carriers of their own, and a client of both.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use carrier_simulator::{
    Fault, Faults, LedgerEntry, Operation, Options, PlannedFault, Simulator, WebhookMode, WebhookTarget,
};
use command_kit::http::CommandLimits;
use domain::fulfilment::FulfilmentEvent;
use domain::shipment::{Shipment, ShipmentEvent};
use domain::{Decider, StoredEvent, SubjectId, Timestamp, upcast};
use event_store::{Store, StoreOptions, StreamId, TimerOptions, TimerWorker};
use messaging::EncodedRecord;
use messaging::testing::{TestTopic, brokers, unique};
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::auth::Role;
use service_kit::clock::{Clock, ManualClock, SharedClock, SystemIds};
use service_kit::config::Secret;
use service_kit::keyring::{KeyRing, MasterKey, identity_migrations};
use service_kit::poll::wait_until;
use service_kit::standard_webhooks::WebhookKey;
pub use service_kit::testing::PATIENCE;
use service_kit::testing::{TestDatabase, TestIssuer};
use shipping::{Deps, Shipments, ShippingLocations};

use crate::events::{Encoders, Job, LOCATION, packed, released, requested, tenant};
use crate::parts::{Member, deps, listen, member, serve};

pub const LOOK: Duration = Duration::from_millis(20);
pub const SECRET: &str = "whsec_c2hpcHBpbmctdGVzdHM=";
const MASTER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// How long an adapter of these tests waits for an answer.
const ANSWER_MS: u64 = 500;
/// The pause before an effect is looked for, with a second more.
const PAUSE_S: u64 = 11;

pub struct World {
    pub clock: Arc<ManualClock>,
    pub keys: KeyRing,
    pub simulator: Simulator,
    pub database: TestDatabase,
    _identity: TestDatabase,
    simulator_url: String,
    store: Store,
    shipments: Arc<Shipments>,
    encoders: Encoders,
    orders: TestTopic,
    fulfilments: TestTopic,
    group: String,
    member: Member,
    published: AtomicU64,
    url: String,
    issuer: TestIssuer,
    client: reqwest::Client,
    next_key: AtomicU32,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Reply {
    #[track_caller]
    pub fn assert(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

impl World {
    /// A location that ships with `postal` and then with `courier`, whose webhooks are held.
    pub async fn new() -> Self {
        let world = Self::by_hand().await;
        world.ships_with(&[("postal", "parcel"), ("courier", "parcel")]).await;
        world
    }

    /// A location that ships by hand.
    pub async fn by_hand() -> Self {
        let noon = Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap();
        let clock = Arc::new(ManualClock::new(noon));
        let shared: SharedClock = clock.clone();
        let database = TestDatabase::migrated(event_store::migrations()).await.and(request_kit::migrations()).await;
        let database = database.and(shipping::migrations()).await;
        let identity = TestDatabase::migrated(identity_migrations()).await;
        let master = MasterKey::from_base64(MASTER).unwrap();
        let keys = KeyRing::new(identity.pool(), &master, shared.clone(), Arc::new(SystemIds));
        let issuer = TestIssuer::new(shared.clone()).await;
        let (listener, url) = listen().await;
        let (carrier_listener, simulator_url) = listen().await;
        let webhook_key = WebhookKey::parse(&Secret::new(SECRET)).unwrap();
        let target = WebhookTarget { url: format!("{url}/v1/webhooks/carriers"), key: webhook_key.clone() };
        let faults = Faults { webhooks: WebhookMode::Held, ..Faults::default() };
        let simulator = Simulator::new(shared.clone(), Options { seed: 7, speed: 0, faults, webhooks: Some(target) });
        tokio::spawn(serve(simulator.router(), carrier_listener));
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let deps = || deps(&simulator_url, ANSWER_MS, &keys, &clock);
        let shipments = Arc::new(Shipments::new(store.clone(), deps(), &[7; 32]));
        let locations = ShippingLocations::new(store.clone(), shared, Arc::new(SystemIds), &[7; 32]);
        let (app, _) = shipping::router(Deps {
            shipments: Arc::clone(&shipments),
            locations: Arc::new(locations),
            verifier: issuer.verifier(),
            webhook_key: Some(webhook_key),
            limits: CommandLimits::default(),
        });
        tokio::spawn(serve(app, listener));
        let (orders, fulfilments) = (TestTopic::create(2).await, TestTopic::create(2).await);
        let encoders = Encoders { orders: orders.encoder_of().await, fulfilments: fulfilments.encoder_of().await };
        let group = unique("shipping");
        let topics = [orders.name.as_str(), fulfilments.name.as_str()];
        request_kit::begin(&database.pool(), &brokers(), &group, &topics).await.unwrap();
        let member = member(&shipments, topics, &group, &database);
        Self {
            clock,
            keys,
            simulator,
            database,
            _identity: identity,
            simulator_url,
            store,
            shipments,
            encoders,
            orders,
            fulfilments,
            group,
            member,
            published: AtomicU64::new(0),
            url,
            issuer,
            client: reqwest::Client::new(),
            next_key: AtomicU32::new(0),
        }
    }

    /// Ends the member of the group, and begins one of another process whose carriers are waited for long.
    pub async fn hand_over_to_patient_member(&mut self) {
        let store = Store::open(self.database.url(), StoreOptions::default()).await.unwrap();
        let patient = Shipments::for_messages(store, deps(&self.simulator_url, 60_000, &self.keys, &self.clock));
        let topics = [self.orders.name.as_str(), self.fulfilments.name.as_str()];
        let patient = member(&Arc::new(patient), topics, &self.group, &self.database);
        let before = std::mem::replace(&mut self.member, patient);
        before.stop.cancel();
        before.running.await.unwrap();
    }

    /// Ends the process that follows fulfilments where it is.
    pub async fn is_killed(&self) {
        self.member.running.abort();
        wait_until(PATIENCE, LOOK, async || self.member.running.is_finished()).await.unwrap();
    }

    /// Lets the location ship with services of carriers.
    pub async fn ships_with(&self, carriers: &[(&str, &str)]) {
        let carriers: Vec<_> =
            carriers.iter().map(|(carrier, service)| json!({"carrier": carrier, "service": service})).collect();
        let body = json!({"carriers": carriers, "parcelWeightG": 800});
        self.put(&format!("/v1/locations/{LOCATION}/shipping"), &body).await.assert(200);
    }

    /// How carriers fail from now on, in order.
    pub fn plan(&self, faults: &[(Operation, Fault)]) {
        let planned = faults.iter().map(|(operation, fault)| PlannedFault {
            operation: Some(*operation),
            carrier: None,
            key: None,
            fault: *fault,
        });
        let (planned, webhooks) = (planned.collect(), WebhookMode::Held);
        self.simulator.set_faults(Faults { planned, webhooks, ..Faults::default() });
    }

    /// How many planned faults are left.
    pub async fn faults_left(&self) -> usize {
        let answer = self.client.get(format!("{}/_simulator/faults", self.simulator_url)).send().await.unwrap();
        answer.json::<Faults>().await.unwrap().planned.len()
    }

    /// Publishes an event of a fulfilment twice, without waiting.
    pub async fn publish(&self, job: Job, event: &FulfilmentEvent) {
        let record = || self.encoders.of(job, self.clock.now(), event);
        self.published.fetch_add(2, Ordering::Relaxed);
        self.fulfilments.produce([record(), record()]).await;
    }

    /// The same, until it was taken notice of.
    pub async fn announce(&self, job: Job, event: &FulfilmentEvent) {
        self.publish(job, event).await;
        self.has_heard().await;
    }

    pub fn simulator_url(&self) -> String {
        self.simulator_url.clone()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits until everything that was published was taken notice of.
    pub async fn has_heard(&self) {
        let published = self.published.load(Ordering::Relaxed);
        wait_until(PATIENCE, LOOK, async || self.member.service.counts().consumed >= published).await.unwrap();
    }

    /// A placed order whose fulfilment is asked for.
    pub async fn planned(&self) -> Job {
        self.planned_for("").await
    }

    /// The same with a second line of the address, by which carriers choose what becomes of it.
    pub async fn planned_for(&self, line2: &str) -> Job {
        let job = Job::new();
        self.places_for(job, line2).await;
        self.announce(job, &requested(job, self.clock.now())).await;
        job
    }

    /// Tells that an order was placed.
    pub async fn places(&self, job: Job) {
        self.places_for(job, "").await;
    }

    async fn places_for(&self, job: Job, line2: &str) {
        let record = self.placed(job, line2).await;
        self.published.fetch_add(1, Ordering::Relaxed);
        self.orders.produce([record]).await;
        self.has_heard().await;
    }

    async fn placed(&self, job: Job, line2: &str) -> EncodedRecord {
        let details = json!({"name": "A. Recipient", "line1": "Langstrasse 1", "line2": line2, "city": "Zürich",
            "postalCode": "8004"});
        let subject = subject(job);
        let sealed = self.keys.seal(&tenant(), &subject, details.to_string().as_bytes()).await.unwrap();
        self.encoders.placed(job, sealed, self.clock.now())
    }

    /// Lets it be packed and released.
    pub async fn is_ready(&self, job: Job) {
        self.announce(job, &packed(job, self.clock.now())).await;
        self.announce(job, &released(job, self.clock.now())).await;
    }

    /// A shipment with a label in force.
    pub async fn labelled(&self) -> Job {
        let job = self.planned().await;
        self.is_ready(job).await;
        assert_eq!(self.state(job).await, "LABELLED");
        job
    }

    /// Lets the timers that are due wake their shipments. Returns how many there were.
    pub async fn wake(&self) -> usize {
        let (kind, waker) = shipping::waker(Arc::clone(&self.shipments));
        let worker = TimerWorker::new(self.store.clone(), self.clock.clone(), TimerOptions::default());
        worker.with(kind, waker).round().await.unwrap()
    }

    /// Lets the pause before an effect is looked for pass, and looks.
    pub async fn wake_after_a_pause(&self) -> usize {
        self.pass(PAUSE_S);
        self.wake().await
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub async fn events(&self, job: Job) -> Vec<ShipmentEvent> {
        let rows = self.store.read_stream(&StreamId::new(Shipment::KIND, &job.id.to_string()), 0).await.unwrap();
        rows.iter().map(|row| upcast::decode(&row.event_type, &row.event_version, &row.payload).unwrap()).collect()
    }

    /// The types of a shipment's events.
    pub async fn types(&self, job: Job) -> Vec<&'static str> {
        self.events(job).await.iter().map(StoredEvent::event_type).collect()
    }

    /// How often an event of a type has happened.
    pub async fn count(&self, job: Job, event_type: &str) -> usize {
        self.types(job).await.iter().filter(|known| **known == event_type).count()
    }

    /// The state that is shown of a shipment.
    pub async fn state(&self, job: Job) -> String {
        self.get(&job.path()).await.assert(200).body["state"].as_str().unwrap().to_owned()
    }

    /// The labels in force at the carriers, by their carrier.
    pub fn in_force(&self) -> Vec<String> {
        let labels = self.simulator.ledger().into_iter().filter(LedgerEntry::is_in_force);
        labels.map(|label| label.carrier).collect()
    }

    /// The tracking number of the label in force.
    pub async fn tracking(&self, job: Job) -> String {
        let view = self.get(&job.path()).await.assert(200).body;
        view["label"]["tracking"].as_str().unwrap().to_owned()
    }

    /// Lets the parcel be scanned: with what comes next, or with a status.
    pub async fn scan(&self, tracking: &str, status: Option<&str>) {
        let what = status.map_or_else(|| "next".to_owned(), |status| format!("scans/{status}"));
        self.control(&format!("parcels/{tracking}/{what}"), &Value::Null).await;
    }

    /// Tells the simulator something.
    pub async fn control(&self, path: &str, body: &Value) -> Value {
        let answer = self.client.post(format!("{}/_simulator/{path}", self.simulator_url)).json(body).send();
        let answer = answer.await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap_or(Value::Null)
    }

    /// Sends the webhooks that are held. Returns the statuses that were answered.
    pub async fn release_webhooks(&self, reversed: bool, times: usize) -> Vec<u64> {
        let released = self.control("webhooks/release", &json!({"reversed": reversed, "times": times})).await;
        released["statuses"].as_array().unwrap().iter().map(|status| status.as_u64().unwrap()).collect()
    }

    pub async fn post(&self, path: &str) -> Reply {
        self.send(Method::POST, path, &Value::Null, "shop", Role::Clerk).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, body, "shop", Role::Clerk).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &Value::Null, "shop", Role::Clerk).await
    }

    /// Sends a request with a new key.
    pub async fn send(&self, method: Method, path: &str, body: &Value, by: &str, role: Role) -> Reply {
        let token = self.issuer.token(role, &domain::TenantId::try_new(by).unwrap(), None);
        let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(token);
        request = request.header("idempotency-key", format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed)));
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        Reply { status, body: answer.json().await.unwrap_or(Value::Null) }
    }

    /// Sends a webhook with its three headers.
    pub async fn webhook(&self, carrier: &str, headers: (&str, &str, &str), body: &str) -> u16 {
        let (id, second, signature) = headers;
        let request = self.client.post(format!("{}/v1/webhooks/carriers/{carrier}", self.url));
        let request = request.header("webhook-id", id).header("webhook-timestamp", second);
        let answer = request.header("webhook-signature", signature).body(body.to_owned()).send().await.unwrap();
        answer.status().as_u16()
    }
}

/// Whose personal data an order has.
pub fn subject(job: Job) -> SubjectId {
    SubjectId::of_order(None, job.order)
}
