//! Coordinators with a database and topics of answers of their own, and a client of their service.

use command_kit::http::CommandLimits;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use domain::order::Order;
use domain::order_saga::{OrderSaga, OrderSagaEvent, SagaPolicy};
use domain::{Decider, OrderId, TenantId, Timestamp, upcast};
use event_store::{Store, StoreOptions, StreamId, TimerOptions, TimerWorker, Units};
use messaging::EncodedRecord;
use messaging::testing::{TestTopic, brokers, registry, unique};
use request_kit::{RequestOptions, RequestService};
use saga_coordinator::{Coordinator, Deps, Operations};
use service_kit::clock::{ManualClock, SystemIds};
use service_kit::poll::wait_until;
pub use service_kit::testing::PATIENCE;
use service_kit::testing::{TestDatabase, TestIssuer};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::orders;
use crate::published::{Encoders, Source};

pub const LOOK: Duration = Duration::from_millis(20);

pub struct World {
    pub clock: Arc<ManualClock>,
    pub issuer: TestIssuer,
    pub app: Router,
    pub encoders: Encoders,
    database: TestDatabase,
    store: Store,
    pub units: Units,
    topics: [TestTopic; 3],
}

/// A coordinator that runs.
pub struct Member {
    service: Arc<RequestService>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Member {
    /// Waits until so many answers are behind its committed offsets.
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
        let noon = Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap();
        let clock = Arc::new(ManualClock::new(noon));
        let database = TestDatabase::migrated(event_store::migrations()).await.and(request_kit::migrations()).await;
        let database = database.and(saga_coordinator::migrations()).await;
        let issuer = TestIssuer::new(clock.clone()).await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let operations = Arc::new(Operations::new(store.clone(), clock.clone(), Arc::new(SystemIds), &[7; 32]));
        let deps = Deps { operations, verifier: issuer.verifier(), limits: CommandLimits::default() };
        let (app, _) = saga_coordinator::router(deps);
        let topics = [TestTopic::create(2).await, TestTopic::create(2).await, TestTopic::create(2).await];
        let [inventory, payment, _] = &topics;
        let encoders = Encoders { inventory: inventory.encoder_of().await, payment: payment.encoder_of().await };
        let units = Units::new(store.clone(), Arc::new(SystemIds));
        Self { clock, issuer, app, encoders, database, store, units, topics }
    }

    /// The same of fulfilment.
    pub async fn publish_fulfilments(&self, records: Vec<EncodedRecord>) {
        self.topics[2].produce(records).await;
    }

    pub async fn encoder_of_locations(&self) -> messaging::Encoder<domain::location::contract::PublicEvent> {
        self.topics[2].encoder_of().await
    }

    /// What records the locations from here on, as a service of a group of its own.
    pub async fn locations(&self) -> RequestService {
        let topic = self.topics[2].name.as_str();
        let source = saga_coordinator::location_source(&self.store, &registry(), topic);
        let group = unique("locations");
        request_kit::begin(&self.database.pool(), &brokers(), &group, &[topic]).await.unwrap();
        RequestService::new(RequestOptions::new(&brokers(), &group), [source], self.database.pool())
    }

    pub async fn client_of_database(&self) -> tokio_postgres::Client {
        self.database.client().await
    }

    fn topic_names(&self) -> [&str; 3] {
        self.topics.each_ref().map(|topic| topic.name.as_str())
    }

    /// A coordinator as a process of its own. It learns every answer, whether or not another one does so too.
    pub async fn member(&self) -> Member {
        let store = Store::open(self.database.url(), StoreOptions::default()).await.unwrap();
        let coordinator = Arc::new(Coordinator::new(store, self.clock.clone(), Arc::new(SystemIds)));
        let group = unique("coordinator");
        let topics = self.topic_names();
        request_kit::begin(&self.database.pool(), &brokers(), &group, &topics).await.unwrap();
        let sources = saga_coordinator::sources(&coordinator, &registry(), topics);
        let options = RequestOptions::new(&brokers(), &group);
        let service = Arc::new(RequestService::new(options, sources, self.database.pool()));
        let stop = CancellationToken::new();
        let (running, stopping) = (Arc::clone(&service), stop.clone());
        let running = tokio::spawn(async move { running.run(stopping).await });
        Member { service, stop, running }
    }

    /// The shop's answer at a place in the stream that answers.
    pub fn shop(&self, version: i64) -> Source {
        self.tenant("shop", version)
    }

    pub fn tenant(&self, tenant: &str, version: i64) -> Source {
        use service_kit::clock::Clock;
        Source { tenant: TenantId::try_new(tenant).unwrap(), version, at: self.clock.now() }
    }

    /// Publishes answers of inventory in one transaction.
    pub async fn publish(&self, records: Vec<EncodedRecord>) {
        self.topics[0].produce(records).await;
    }

    /// The same of payment.
    pub async fn publish_payments(&self, records: Vec<EncodedRecord>) {
        self.topics[1].produce(records).await;
    }

    /// Places an order of the shop's that a saga drives.
    pub async fn place(&self) -> OrderId {
        self.place_with(Some(orders::policy(0))).await
    }

    pub async fn place_with(&self, policy: Option<SagaPolicy>) -> OrderId {
        use service_kit::clock::Clock;
        orders::place(&self.units, policy, self.clock.now()).await
    }

    /// Lets the timers that are due wake their sagas. Returns how many there were.
    pub async fn wake(&self) -> usize {
        let coordinator = Arc::new(Coordinator::new(self.store.clone(), self.clock.clone(), Arc::new(SystemIds)));
        let (kind, waker) = saga_coordinator::waker(coordinator);
        let worker = TimerWorker::new(self.store.clone(), self.clock.clone(), TimerOptions::default());
        worker.with(kind, waker).round().await.unwrap()
    }

    pub async fn saga_events(&self, order: OrderId) -> Vec<OrderSagaEvent> {
        let stream = StreamId::new(OrderSaga::KIND, &order.to_string());
        let rows = self.store.read_stream(&stream, 0).await.unwrap();
        rows.iter().map(|row| upcast::decode(&row.event_type, &row.event_version, &row.payload).unwrap()).collect()
    }

    /// The types of an order's events from a version on.
    pub async fn order_types(&self, order: OrderId, after: i64) -> Vec<String> {
        self.types(Order::KIND, order, after).await
    }

    /// The types of a saga's events from a version on.
    pub async fn saga_types(&self, order: OrderId, after: i64) -> Vec<String> {
        self.types(OrderSaga::KIND, order, after).await
    }

    async fn types(&self, kind: &str, order: OrderId, after: i64) -> Vec<String> {
        let rows = self.store.read_stream(&StreamId::new(kind, &order.to_string()), after).await.unwrap();
        rows.iter().map(|row| row.event_type.clone()).collect()
    }

    /// By how many transactions the events of an order and its saga that were caused by another event were stored.
    pub async fn appends_of_answers(&self, order: OrderId) -> i64 {
        let sql = "SELECT count(DISTINCT xmin::text) FROM events
                   WHERE aggregate_id = $1 AND metadata ->> 'causation_id' IS NOT NULL";
        self.database.client().await.query_one(sql, &[&order.to_string()]).await.unwrap().get(0)
    }

    /// When the timer of an order's saga is due.
    pub async fn timer(&self, order: OrderId) -> Option<Timestamp> {
        let sql = "SELECT (extract(epoch FROM due) * 1000000)::bigint FROM timers
                   WHERE aggregate_type = 'order_saga' AND aggregate_id = $1";
        let row = self.database.client().await.query_opt(sql, &[&order.to_string()]).await.unwrap();
        row.map(|row| Timestamp::try_from_micros(row.get(0)).unwrap())
    }

    /// A connection to its database.
    pub async fn client(&self) -> tokio_postgres::Client {
        self.database.client().await
    }

    /// Why the keys that are parked are so.
    pub async fn parked(&self) -> Vec<String> {
        let sql = "SELECT reason FROM parked_requests ORDER BY id";
        let rows = self.database.client().await.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}
