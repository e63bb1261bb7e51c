//! Kitchens with a database and a topic of their own, and a client of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use command_kit::http::CommandLimits;
use domain::contract::{Facts, Position, PublicEvents, Published};
use domain::fulfilment::contract::PublicEvent;
use domain::fulfilment::{
    FulfilmentCancelled, FulfilmentEvent, FulfilmentHeld, FulfilmentLine, FulfilmentReleased, FulfilmentRequested,
    FulfilmentShipped,
};
use domain::kitchen::{Kitchen, KitchenEvent};
use domain::ticket::{Ticket, TicketEvent};
use domain::{
    Carrier, Decider, EventId, FulfilmentId, KitchenId, LocationId, OrderId, Quantity, RequestId, Sku, StoredEvent,
    TenantId, Timestamp, TrackingNumber, upcast,
};
use event_store::{Store, StoreOptions, StreamId, TimerOptions, TimerWorker};
use kitchen::{Deps, Kitchens};
use messaging::testing::{TestTopic, brokers, registry, unique};
use messaging::{Decoder, Encoder, KindReader, OutgoingRecord};
use request_kit::{RequestOptions, RequestService};
use serde_json::{Value, json};
use service_kit::auth::Role;
use service_kit::clock::{Clock, Ids, ManualClock, SharedClock, SystemIds};
use service_kit::poll::wait_until;
pub use service_kit::testing::PATIENCE;
use service_kit::testing::{TestDatabase, TestIssuer};
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const ANSWER_BYTES_MAX: usize = 1 << 20;
pub const LOOK: Duration = Duration::from_millis(20);
const SHORT_LOOK: Duration = Duration::from_millis(3);
pub const LOCATION: &str = "zrh-k";

pub struct World {
    pub clock: Arc<ManualClock>,
    database: TestDatabase,
    pub kitchens: Arc<Kitchens>,
    store: Store,
    issuer: TestIssuer,
    app: Router,
    next_key: AtomicU32,
    next_position: AtomicI64,
    topic: TestTopic,
    encoder: Encoder<PublicEvent>,
    group: String,
}

/// A member of the group of fulfilments' events that runs.
pub struct Member {
    service: Arc<RequestService>,
    stop: CancellationToken,
    running: JoinHandle<()>,
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

/// What happens to a new order's fulfilment.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    pub order: OrderId,
    pub fulfilment: FulfilmentId,
}

impl Job {
    pub fn new() -> Self {
        let order = OrderId::new(SystemIds.ordered());
        Self { order, fulfilment: FulfilmentId::of(order, 1) }
    }
}

impl World {
    /// A world without a kitchen.
    pub async fn new() -> Self {
        let noon = Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap();
        let clock = Arc::new(ManualClock::new(noon));
        let shared: SharedClock = clock.clone();
        let database = TestDatabase::migrated(event_store::migrations()).await.and(request_kit::migrations()).await;
        let issuer = TestIssuer::new(shared.clone()).await;
        let (store, kitchens) = process(&database, shared).await;
        let deps =
            Deps { kitchens: Arc::clone(&kitchens), verifier: issuer.verifier(), limits: CommandLimits::default() };
        let (app, _) = kitchen::router(deps);
        let topic = TestTopic::create(2).await;
        let encoder = topic.encoder_of().await;
        let group = unique("kitchen");
        request_kit::begin(&database.pool(), &brokers(), &group, &[&topic.name]).await.unwrap();
        let (next_key, next_position) = (AtomicU32::new(0), AtomicI64::new(1));
        Self { clock, database, kitchens, store, issuer, app, next_key, next_position, topic, encoder, group }
    }

    /// A world with a kitchen: a stove for two, an oven for one, two on shift, soup (240 s) before pie (600 s).
    pub async fn with_kitchen() -> Self {
        let world = Self::new().await;
        let stations = json!({"stations": [{"name": "stove", "capacity": 2}, {"name": "oven", "capacity": 1}]});
        world.post("stations", &stations).await.assert(200);
        for (sku, station, course, seconds) in [("soup", "stove", 1, 240), ("pie", "oven", 2, 600)] {
            let item = json!({"sku": sku, "station": station, "course": course, "preparationS": seconds});
            world.post("menu", &item).await.assert(200);
        }
        world.staff(2, false).await;
        world
    }

    pub async fn staff(&self, on_shift: u32, simulated: bool) {
        self.post("staff", &json!({"onShift": on_shift, "simulated": simulated})).await.assert(200);
    }

    /// Another process on the same database.
    pub async fn twin(&self) -> Arc<Kitchens> {
        process(&self.database, self.clock.clone()).await.1
    }

    /// A process that follows fulfilments.
    pub fn member(&self) -> Member {
        self.member_of(&self.kitchens)
    }

    pub fn member_of(&self, kitchens: &Arc<Kitchens>) -> Member {
        let reader = KindReader::new(Decoder::new(registry()), &[]);
        let source = kitchen::source(Arc::clone(kitchens), reader, &self.topic.name);
        let options = RequestOptions::new(&brokers(), &self.group);
        let service = Arc::new(RequestService::new(options, [source], self.database.pool()));
        let stop = CancellationToken::new();
        let (running, stopping) = (Arc::clone(&service), stop.clone());
        Member { service, stop, running: tokio::spawn(async move { running.run(stopping).await }) }
    }

    /// Publishes what happened to fulfilments, each event twice, as a group that lost its offsets would get it.
    pub async fn publish(&self, events: impl IntoIterator<Item = (Job, FulfilmentEvent)>) {
        let tenant = TenantId::try_new("shop").unwrap();
        let records = events.into_iter().flat_map(|(job, stored)| {
            let position = self.next_position.fetch_add(1, Ordering::Relaxed);
            let facts = Facts { id: job.fulfilment, version: position, tenant: tenant.clone() };
            let published = Published {
                event: PublicEvent::publish(&facts, &stored),
                event_id: EventId::new(SystemIds.ordered()),
                position: Position { shard: 0, position },
                recorded_at: self.clock.now(),
                correlation_id: None,
                causation_id: None,
                traceparent: None,
            };
            let record =
                || self.encoder.encode(&OutgoingRecord { published: published.clone(), payload_hash: [0; 32] });
            [record().unwrap(), record().unwrap()]
        });
        self.topic.produce(records.collect::<Vec<_>>()).await;
    }

    /// A fulfilment is asked for at a location: pieces of each SKU.
    pub fn requested_at(&self, job: Job, location: &str, lines: &[(&str, u32)]) -> (Job, FulfilmentEvent) {
        let line = |(sku, pieces): &(&str, u32)| FulfilmentLine {
            sku: Sku::try_new(*sku).unwrap(),
            quantity: Quantity::try_new(*pieces).unwrap(),
        };
        let requested = FulfilmentRequested {
            tenant: TenantId::try_new("shop").unwrap(),
            request: request(),
            order: job.order,
            location: LocationId::try_new(location).unwrap(),
            lines: lines.iter().map(line).collect(),
            at: self.clock.now(),
        };
        (job, FulfilmentEvent::FulfilmentRequested(requested))
    }

    pub fn requested(&self, job: Job, lines: &[(&str, u32)]) -> (Job, FulfilmentEvent) {
        self.requested_at(job, LOCATION, lines)
    }

    pub fn held(&self, job: Job) -> (Job, FulfilmentEvent) {
        let held = FulfilmentHeld { request: request(), order: job.order, at: self.clock.now() };
        (job, FulfilmentEvent::FulfilmentHeld(held))
    }

    pub fn released(&self, job: Job) -> (Job, FulfilmentEvent) {
        let released = FulfilmentReleased { request: request(), order: job.order, at: self.clock.now() };
        (job, FulfilmentEvent::FulfilmentReleased(released))
    }

    pub fn cancelled(&self, job: Job) -> (Job, FulfilmentEvent) {
        let tenant = TenantId::try_new("shop").unwrap();
        let cancelled = FulfilmentCancelled { tenant, request: request(), order: job.order, at: self.clock.now() };
        (job, FulfilmentEvent::FulfilmentCancelled(cancelled))
    }

    pub fn shipped(&self, job: Job) -> (Job, FulfilmentEvent) {
        let shipped = FulfilmentShipped {
            order: job.order,
            location: LocationId::try_new(LOCATION).unwrap(),
            lines: Vec::new(),
            carrier: Carrier::try_new("rider").unwrap(),
            tracking: TrackingNumber::try_new("R1").unwrap(),
            at: self.clock.now(),
        };
        (job, FulfilmentEvent::FulfilmentShipped(shipped))
    }

    /// Announces fulfilments and waits until they were taken notice of.
    pub async fn announce(&self, events: Vec<(Job, FulfilmentEvent)>) {
        let member = self.member();
        let count = u64::try_from(events.len()).unwrap() * 2;
        self.publish(events).await;
        member.has_consumed(count).await;
        member.stop().await;
    }

    /// The timers of a process: promises, and simulated staff that cook at the pace of the menu.
    pub fn timers(&self, kitchens: &Arc<Kitchens>) -> TimerWorker {
        self.timers_with(kitchens, TimerOptions::default())
    }

    /// The timers of a new process, which others may take soon after it has ended.
    pub async fn short_lease_timers(&self) -> TimerWorker {
        self.timers_with(&self.twin().await, TimerOptions { lease_s: 0.05, ..TimerOptions::default() })
    }

    fn timers_with(&self, kitchens: &Arc<Kitchens>, options: TimerOptions) -> TimerWorker {
        let worker = TimerWorker::new(self.store.clone(), self.clock.clone(), options);
        let (promise, staff) =
            (kitchen::promise::waker(Arc::clone(kitchens)), kitchen::staff::waker(Arc::clone(kitchens)));
        worker.with(promise.0, promise.1).with(staff.0, staff.1)
    }

    /// Lets what is due happen. Returns how many timers there were.
    pub async fn wake(&self) -> usize {
        self.timers(&self.kitchens).round().await.unwrap()
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub async fn ticket_events(&self, job: Job) -> Vec<TicketEvent> {
        self.events::<Ticket>(&job.fulfilment.to_string()).await
    }

    /// Waits until a fulfilment has a ticket.
    pub async fn has_ticket(&self, job: Job) {
        wait_until(PATIENCE, SHORT_LOOK, async || !self.ticket_events(job).await.is_empty()).await.unwrap();
    }

    /// The types of a ticket's events.
    pub async fn ticket_types(&self, job: Job) -> Vec<&'static str> {
        self.ticket_events(job).await.iter().map(StoredEvent::event_type).collect()
    }

    pub async fn kitchen_events(&self) -> Vec<KitchenEvent> {
        let location = LocationId::try_new(LOCATION).unwrap();
        self.events::<Kitchen>(&KitchenId::of(&TenantId::try_new("shop").unwrap(), &location).to_string()).await
    }

    async fn events<D: Decider>(&self, id: &str) -> Vec<D::Event> {
        let rows = self.store.read_stream(&StreamId::new(D::KIND, id), 0).await.unwrap();
        rows.iter().map(|row| upcast::decode(&row.event_type, &row.event_version, &row.payload).unwrap()).collect()
    }

    /// A connection to the log.
    pub async fn client(&self) -> Client {
        self.database.client().await
    }

    /// How many keys are parked.
    pub async fn parked(&self) -> i64 {
        let client = self.database.client().await;
        client.query_one("SELECT count(*) FROM parked_requests", &[]).await.unwrap().get(0)
    }

    /// Sends a request about the kitchen as a clerk of the shop, with a new key.
    pub async fn post(&self, what: &str, body: &Value) -> Reply {
        let key = format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed));
        self.post_as(Role::Clerk, "shop", &key, what, body).await
    }

    pub async fn post_as(&self, role: Role, tenant: &str, key: &str, what: &str, body: &Value) -> Reply {
        let path = format!("/v1/kitchens/{LOCATION}/{what}");
        self.send(Method::POST, role, tenant, Some(key), &path, body).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.get_as(Role::Clerk, "shop", path).await
    }

    pub async fn get_as(&self, role: Role, tenant: &str, path: &str) -> Reply {
        self.send(Method::GET, role, tenant, None, path, &Value::Null).await
    }

    async fn send(
        &self,
        method: Method,
        role: Role,
        tenant: &str,
        key: Option<&str>,
        path: &str,
        body: &Value,
    ) -> Reply {
        let token = self.issuer.token(role, &TenantId::try_new(tenant).unwrap(), None);
        let mut request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key).header("content-type", "application/json");
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let (head, body) = self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap().into_parts();
        let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap();
        Reply { status: head.status.as_u16(), body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }
}

async fn process(database: &TestDatabase, clock: SharedClock) -> (Store, Arc<Kitchens>) {
    let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
    let kitchens = Kitchens::new(store.clone(), clock, Arc::new(SystemIds), &[7; 32]);
    (store, Arc::new(kitchens))
}

fn request() -> RequestId {
    RequestId::new(SystemIds.ordered())
}
