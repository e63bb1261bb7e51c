//! A service with a database of its own, and a client of it.

use command_kit::http::CommandLimits;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use domain::reservation::{RequestedLine, ReservationEvent};
use domain::{LocationId, OrderId, Quantity, RequestId, ReservationId, Sku, TenantId, Timestamp};
use event_store::{Metadata, Store, StoreOptions};
use inventory::reservation::{AskError, Asked, AskedBy};
use inventory::{Deps, Inventory};
use serde_json::{Value, json};
use service_kit::auth::Role;
use service_kit::clock::{Clock, Ids, ManualClock, SharedClock, SystemIds};
use service_kit::testing::{TestDatabase, TestIssuer};
use tower::ServiceExt;

const ANSWER_BYTES_MAX: usize = 1 << 20;

pub struct World {
    pub database: TestDatabase,
    pub clock: Arc<ManualClock>,
    pub inventory: Arc<Inventory>,
    pub store: Store,
    issuer: TestIssuer,
    app: Router,
    next_key: AtomicU32,
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

impl World {
    pub async fn new() -> Self {
        let noon = Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap();
        let clock = Arc::new(ManualClock::new(noon));
        let shared: SharedClock = clock.clone();
        let database = TestDatabase::migrated(event_store::migrations()).await;
        let database = database.and(request_kit::migrations()).await.and(inventory::backorders::migrations()).await;
        let issuer = TestIssuer::new(shared.clone()).await;
        let (store, inventory) = process(&database, shared).await;
        let deps =
            Deps { inventory: Arc::clone(&inventory), verifier: issuer.verifier(), limits: CommandLimits::default() };
        let (app, _) = inventory::router(deps);
        Self { database, clock, inventory, store, issuer, app, next_key: AtomicU32::new(0) }
    }

    /// Another process on the same database.
    pub async fn twin(&self) -> Arc<Inventory> {
        process(&self.database, self.clock.clone()).await.1
    }

    /// Sends a request as a clerk of the shop, with a new key.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        let key = format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed));
        self.post_as("shop", &key, path, body).await
    }

    pub async fn post_as(&self, tenant: &str, key: &str, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, tenant, Some(key), path, body).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, "shop", None, path, &Value::Null).await
    }

    pub async fn send(&self, method: Method, tenant: &str, key: Option<&str>, path: &str, body: &Value) -> Reply {
        let token = self.issuer.token(Role::Clerk, &TenantId::try_new(tenant).unwrap(), None);
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

    pub async fn receive(&self, sku: &str, pieces: i64) {
        let body = json!({"location": "zrh-1", "sku": sku, "by": pieces, "reason": "RECEIVED"});
        self.post("/v1/stock/adjustments", &body).await.assert(200);
    }

    /// The quantities of a SKU: on hand, reserved, available.
    pub async fn level(&self, sku: &str) -> [u64; 3] {
        let level = &self.get(&format!("/v1/stock/items?location=zrh-1&sku={sku}")).await.assert(200).body["level"];
        ["onHand", "reserved", "available"].map(|name| level[name].as_u64().unwrap())
    }

    pub fn in_seconds(&self, seconds: i64) -> Timestamp {
        Timestamp::try_from_micros(self.clock.now().micros() + seconds * 1_000_000).unwrap()
    }
}

async fn process(database: &TestDatabase, clock: SharedClock) -> (Store, Arc<Inventory>) {
    let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
    let inventory = Inventory::new(store.clone(), clock, Arc::new(SystemIds), &[7; 32]);
    (store, Arc::new(inventory))
}

pub fn reservation_id() -> ReservationId {
    ReservationId::new(SystemIds.ordered())
}

pub fn asked_by(tenant: &str) -> AskedBy {
    AskedBy {
        request: RequestId::new(SystemIds.ordered()),
        tenant: TenantId::try_new(tenant).unwrap(),
        order: OrderId::new(SystemIds.ordered()),
        metadata: Metadata::default(),
    }
}

pub fn lines(lines: &[(&str, u32)]) -> Vec<RequestedLine> {
    let line = |(sku, quantity): &(&str, u32)| RequestedLine {
        sku: Sku::try_new(*sku).unwrap(),
        quantity: Quantity::try_new(*quantity).unwrap(),
    };
    lines.iter().map(line).collect()
}

pub fn reserve(wanted: &[(&str, u32)], expires_at: Timestamp) -> Asked {
    Asked::Reserve { location: LocationId::try_new("zrh-1").unwrap(), lines: lines(wanted), expires_at }
}

/// Whether a request was granted.
pub fn is_granted(answer: &Result<Vec<ReservationEvent>, AskError>) -> bool {
    match answer.as_deref() {
        Ok([ReservationEvent::ReservationGranted(_)]) => true,
        Ok([ReservationEvent::ReservationRefused(_)]) => false,
        other => panic!("{other:?}"),
    }
}
