//! Databases, tokens and a router of their own for each test.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use domain::order::contract::Published;
use domain::{CustomerId, TenantId};
use query_service::{Connections, Deps, Limits};
use read_models::testing::{BEGINNING_MICROS, EventHistory, line};
use read_models::{
    Applier, Fulfilments, ModelSet, Models, Orders, ReadDb, ReadSettings, Reservations, Sagas, Stock, Tickets,
};
use serde_json::{Value, json};
use service_kit::auth::Role;
use service_kit::clock::{SharedClock, SystemClock, SystemIds};
use service_kit::keyring::{KeyRing, MasterKey, identity_migrations};
use service_kit::postgres::ConnectOptions;
use service_kit::testing::{TestDatabase, TestIssuer};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use uuid::Uuid;

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// What queries read.
const SETS: [Models; 6] =
    [Orders::MODELS, Sagas::MODELS, Stock::MODELS, Reservations::MODELS, Tickets::MODELS, Fulfilments::MODELS];
const BODY_BYTES_MAX: usize = 10_000_000;

pub struct World {
    pub read: TestDatabase,
    pub issuer: TestIssuer,
    pub reads: ReadDb,
    pub keys: KeyRing,
    pub router: Router,
    pub stop: CancellationToken,
    clock: SharedClock,
    limits: Limits,
    _identity: TestDatabase,
}

/// A service over a world's databases: a process that can be stopped while the world goes on.
pub struct Service {
    pub router: Router,
    pub connections: Connections,
    pub stop: CancellationToken,
}

/// Oldest age of the cached live generations, in milliseconds.
const POINTER_AGE_MS_MAX: u64 = 20;

/// A response.
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Value,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        Self::at(limits, Arc::new(SystemClock)).await
    }

    pub async fn at(limits: Limits, clock: SharedClock) -> Self {
        let read = TestDatabase::create().await;
        read_models::migrate(read.url(), &SETS, |_| ()).await.unwrap();
        let identity = TestDatabase::migrated(identity_migrations()).await;
        let issuer = TestIssuer::new(Arc::clone(&clock)).await;
        let master = MasterKey::from_base64(MASTER_KEY).unwrap();
        let keys = KeyRing::new(identity.pool(), &master, Arc::clone(&clock), Arc::new(SystemIds));
        let settings =
            ReadSettings { pointer_age_ms_max: POINTER_AGE_MS_MAX, ..ReadSettings::new(ConnectOptions::named("test")) };
        let reads = ReadDb::with(read.url(), &SETS, settings).unwrap();
        let (router, stop) = (Router::new(), CancellationToken::new());
        let mut world = Self { read, issuer, reads, keys, router, stop, clock, limits, _identity: identity };
        let service = world.service();
        (world.router, world.stop) = (service.router, service.stop);
        world
    }

    /// Another service over the same databases.
    pub fn service(&self) -> Service {
        self.service_with(None)
    }

    /// The same with a folder that has the GraphiQL page.
    pub fn service_with(&self, graphiql_dir: Option<std::path::PathBuf>) -> Service {
        let stop = CancellationToken::new();
        let connections = Connections::new(stop.clone());
        let router = query_service::router(Deps {
            reads: self.reads.clone(),
            keys: self.keys.clone(),
            verifier: self.issuer.verifier(),
            clock: Arc::clone(&self.clock),
            cursor_key: MasterKey::from_base64(MASTER_KEY).unwrap().derive("graphql-cursor"),
            limits: self.limits.clone(),
            graphiql_dir,
            connections: connections.clone(),
        });
        Service { router, connections, stop }
    }

    pub async fn apply(&self, batch: &[Published]) {
        let mut client = self.read.client().await;
        let applier = Applier::<Orders>::open(&client).await.unwrap();
        let transaction = client.transaction().await.unwrap();
        let report = applier.apply(&transaction, batch).await.unwrap();
        assert!(report.failures.is_empty(), "{report:?}");
        transaction.commit().await.unwrap();
    }

    pub fn staff(&self) -> String {
        self.issuer.token(Role::Clerk, &tenant(), None)
    }

    pub fn customer(&self, name: &str) -> String {
        self.issuer.token(Role::Customer, &tenant(), Some(&CustomerId::try_new(name).unwrap()))
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let header = response.headers().get(header::CONTENT_TYPE);
        let content_type = header.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let bytes = to_bytes(response.into_body(), BODY_BYTES_MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into());
        Answer { status, content_type, body }
    }

    pub async fn ask_with(&self, token: &str, query: &str, variables: Value) -> Answer {
        let body = json!({"query": query, "variables": variables}).to_string();
        self.send(post(token, body)).await
    }

    pub async fn ask(&self, token: &str, query: &str) -> Answer {
        self.ask_with(token, query, json!({})).await
    }

    /// The data of a query that must succeed.
    pub async fn data(&self, token: &str, query: &str) -> Value {
        let mut answer = self.ask(token, query).await;
        assert_eq!(answer.body.get("errors"), None, "{query}");
        answer.body["data"].take()
    }
}

impl Answer {
    /// The code of the first error.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error in {}", self.body))
    }
}

pub fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub fn post(token: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .unwrap()
}

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A draft that was placed as 1000 and its number.
pub fn placed(n: u128, customer: &str) -> EventHistory {
    EventHistory::of(id(n), "shop", Some(customer))
        .from_position(i64::try_from(n).unwrap() * 100)
        .drafted()
        .line(0, "A", 2, 150)
        .line(1, "B", 1, i64::try_from(n).unwrap())
        .placed(&format!("{}", 1_000 + n))
}

pub fn imported(n: u128, customer: &str) -> EventHistory {
    let lines = (0..5).map(|sku| line(sku, &format!("SKU{sku}"), 1, 100)).collect();
    let placed_at = BEGINNING_MICROS + i64::try_from(n).unwrap() * 1_000_000;
    let kind = domain::order::contract::OrderKind::Sale;
    EventHistory::of(id(n), "shop", Some(customer)).imported(&format!("{n}"), kind, placed_at, lines)
}
