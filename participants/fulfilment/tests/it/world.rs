//! A service with a database and a topic of requests of its own, and a client of it.

use command_kit::http::CommandLimits;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use domain::fulfilment::requests::{
    CancelFulfilment, ContractRequestedLine, FulfilmentRequest, HoldFulfilment, ReleaseFulfilment, RequestFulfilment,
};
use domain::fulfilment::{Fulfilment, FulfilmentEvent};
use domain::{Decider, FulfilmentId, OrderId, RequestId, TenantId, Timestamp, upcast};
use event_store::{Store, StoreOptions, StreamId};
use fulfilment::{Deps, Fulfilments, Locations};
use messaging::testing::{TestTopic, brokers, registry, unique};
use messaging::{Decoder, Encoder, KindReader};
use request_kit::{RequestOptions, RequestService};
use serde_json::Value;
use service_kit::auth::Role;
use service_kit::clock::{Ids, ManualClock, SharedClock, SystemIds};
use service_kit::poll::wait_until;
use service_kit::testing::{PATIENCE, TestDatabase, TestIssuer};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const ANSWER_BYTES_MAX: usize = 1 << 20;
const LOOK: Duration = Duration::from_millis(20);

pub struct World {
    database: TestDatabase,
    store: Store,
    fulfilments: Arc<Fulfilments>,
    issuer: TestIssuer,
    app: Router,
    next_key: AtomicU32,
    topic: TestTopic,
    encoder: Encoder<FulfilmentRequest>,
    group: String,
}

/// A member of a group that runs.
pub struct Member {
    service: Arc<RequestService>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
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
    fn of(service: RequestService) -> Self {
        let (service, stop) = (Arc::new(service), CancellationToken::new());
        let (running, stopping) = (Arc::clone(&service), stop.clone());
        Self { service, stop, running: tokio::spawn(async move { running.run(stopping).await }) }
    }

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
    /// A world whose group of requests begins at the end of its empty topic.
    pub async fn new() -> Self {
        let noon = Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap();
        let clock: SharedClock = Arc::new(ManualClock::new(noon));
        let database = TestDatabase::migrated(event_store::migrations()).await.and(request_kit::migrations()).await;
        let issuer = TestIssuer::new(Arc::clone(&clock)).await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let fulfilments = Arc::new(Fulfilments::new(store.clone(), Arc::clone(&clock), Arc::new(SystemIds), &[7; 32]));
        let locations = Arc::new(Locations::new(store.clone(), clock, Arc::new(SystemIds), &[7; 32]));
        let deps = Deps {
            fulfilments: Arc::clone(&fulfilments),
            locations,
            verifier: issuer.verifier(),
            limits: CommandLimits::default(),
        };
        let (app, _) = fulfilment::router(deps);
        let topic = TestTopic::create(2).await;
        let encoder = topic.encoder_of::<FulfilmentRequest>().await;
        let group = unique("fulfilment");
        request_kit::begin(&database.pool(), &brokers(), &group, &[&topic.name]).await.unwrap();
        Self { database, store, fulfilments, issuer, app, next_key: AtomicU32::new(0), topic, encoder, group }
    }

    /// A process that handles the requests.
    pub fn member(&self) -> Member {
        let source =
            fulfilment::requests::source(Arc::clone(&self.fulfilments), Decoder::new(registry()), &self.topic.name);
        let options = RequestOptions::new(&brokers(), &self.group);
        Member::of(RequestService::new(options, [source], self.database.pool()))
    }

    /// A process that handles the events of kitchens' tickets on a topic from now on.
    pub async fn follows(&self, topic: &str) -> Member {
        let (group, pool) = (unique("kitchens"), self.database.pool());
        request_kit::begin(&pool, &brokers(), &group, &[topic]).await.unwrap();
        let reader = KindReader::new(Decoder::new(registry()), &[]);
        let source = fulfilment::kitchens::source(Arc::clone(&self.fulfilments), reader, topic);
        Member::of(RequestService::new(RequestOptions::new(&brokers(), &group), [source], pool))
    }

    /// The same for shipments' events.
    pub async fn follows_shipments(&self, topic: &str) -> Member {
        let (group, pool) = (unique("shipments"), self.database.pool());
        request_kit::begin(&pool, &brokers(), &group, &[topic]).await.unwrap();
        let reader = KindReader::new(Decoder::new(registry()), &[]);
        let source = fulfilment::shipments::source(Arc::clone(&self.fulfilments), reader, topic);
        Member::of(RequestService::new(RequestOptions::new(&brokers(), &group), [source], pool))
    }

    /// Sends a request twice, as a group that lost its offsets would get it.
    pub async fn ask_twice(&self, tenant: &str, body: FulfilmentRequest) -> RequestId {
        let id = RequestId::new(SystemIds.ordered());
        self.topic.ask_as(&self.encoder, id, tenant, body.clone()).await;
        self.topic.ask_as(&self.encoder, id, tenant, body).await;
        id
    }

    /// The events of a fulfilment.
    pub async fn events(&self, id: FulfilmentId) -> Vec<FulfilmentEvent> {
        let rows = self.store.read_stream(&StreamId::new(Fulfilment::KIND, &id.to_string()), 0).await.unwrap();
        rows.iter().map(|row| upcast::decode(&row.event_type, &row.event_version, &row.payload).unwrap()).collect()
    }

    pub async fn wait_for_events(&self, id: FulfilmentId, count: usize) -> Vec<FulfilmentEvent> {
        wait_until(PATIENCE, LOOK, async || self.events(id).await.len() >= count).await.unwrap();
        self.events(id).await
    }

    /// Waits until keys are parked, and returns why each was.
    pub async fn wait_for_parked(&self, count: usize) -> Vec<String> {
        let client = self.database.client().await;
        let reasons = async || {
            let rows = client.query("SELECT reason FROM parked_requests ORDER BY id", &[]).await.unwrap();
            rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>()
        };
        wait_until(PATIENCE, LOOK, async || reasons().await.len() >= count).await.unwrap();
        reasons().await
    }

    /// Reports as a clerk of the shop, with a new key.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        let key = format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed));
        self.post_as(Role::Clerk, "shop", &key, path, body).await
    }

    pub async fn post_as(&self, role: Role, tenant: &str, key: &str, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, role, tenant, Some(key), path, body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        let key = format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed));
        self.send(Method::PUT, Role::Clerk, "shop", Some(&key), path, body).await
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
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }
}

/// A new order's first fulfilment.
pub fn fulfilment_of(order: OrderId) -> FulfilmentId {
    FulfilmentId::of(order, 1)
}

pub fn new_order() -> OrderId {
    OrderId::new(SystemIds.ordered())
}

/// Asks for three pieces of tea.
pub fn request(order: OrderId) -> FulfilmentRequest {
    let lines = vec![ContractRequestedLine { sku: "tea".to_owned(), quantity: 3 }];
    let (fulfilment_id, order_id) = ids(order);
    RequestFulfilment { fulfilment_id, order_id, location: "zrh-1".to_owned(), lines }.into()
}

pub fn release(order: OrderId) -> FulfilmentRequest {
    let (fulfilment_id, order_id) = ids(order);
    ReleaseFulfilment { fulfilment_id, order_id }.into()
}

pub fn hold(order: OrderId) -> FulfilmentRequest {
    let (fulfilment_id, order_id) = ids(order);
    HoldFulfilment { fulfilment_id, order_id }.into()
}

pub fn cancel(order: OrderId) -> FulfilmentRequest {
    let (fulfilment_id, order_id) = ids(order);
    CancelFulfilment { fulfilment_id, order_id }.into()
}

fn ids(order: OrderId) -> (String, String) {
    (fulfilment_of(order).to_string(), order.to_string())
}
