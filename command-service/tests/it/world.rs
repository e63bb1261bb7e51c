//! A service with databases of its own, and a client of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use command_service::{Deps, Limits};
use domain::{CustomerId, TenantId, Timestamp};
use event_store::{Store, StoreOptions};
use serde_json::{Value, json};
use service_kit::auth::{Role, Scope, Scopes};
use service_kit::clock::{ManualClock, SharedClock, SystemIds};
use service_kit::config::DatabaseUrl;
use service_kit::keyring::{KeyRing, MasterKey, identity_migrations};
use service_kit::poll::wait_for;
use service_kit::postgres::{ConnectOptions, pool};
use service_kit::testing::{PATIENCE, TestDatabase, TestIssuer};
use tower::ServiceExt;

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const AGAIN: Duration = Duration::from_millis(50);
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// A service of its own.
pub struct World {
    pub app: Router,
    pub issuer: TestIssuer,
    pub clock: Arc<ManualClock>,
    pub keys: KeyRing,
    pub orders: TestDatabase,
    _identity: TestDatabase,
    next_key: AtomicU32,
}

/// What differs from world to world.
#[derive(Default)]
pub struct Setting {
    pub limits: Limits,
    pub options: StoreOptions,
    /// Where the keys are looked for instead of a database that has them.
    pub identity: Option<DatabaseUrl>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Setting::default()).await
    }

    pub async fn with(setting: Setting) -> Self {
        let noon = Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap();
        let clock = Arc::new(ManualClock::new(noon));
        let shared: SharedClock = clock.clone();
        let (orders, identity) = tokio::join!(
            async {
                TestDatabase::migrated(event_store::migrations()).await.and(command_service::order::migrations()).await
            },
            TestDatabase::migrated(identity_migrations())
        );
        let issuer = TestIssuer::new(shared.clone()).await;
        let url = setting.identity.as_ref().unwrap_or_else(|| identity.url());
        let options =
            ConnectOptions { acquire_timeout_ms: 500, connect_timeout_ms: 500, ..ConnectOptions::named("test") };
        let master = MasterKey::from_base64(MASTER_KEY).unwrap();
        let keys = KeyRing::new(pool(url, &options).unwrap(), &master, shared.clone(), Arc::new(SystemIds));
        let app = app(&orders, &keys, &issuer, shared, setting).await;
        Self { app, issuer, clock, keys, orders, _identity: identity, next_key: AtomicU32::new(0) }
    }

    /// Another process on the same databases.
    pub async fn twin(&self) -> Router {
        app(&self.orders, &self.keys, &self.issuer, self.clock.clone(), Setting::default()).await
    }

    pub fn clerk(&self) -> String {
        self.issuer.token(Role::Clerk, &tenant("shop"), None)
    }

    pub fn admin(&self) -> String {
        self.issuer.token(Role::Admin, &tenant("shop"), None)
    }

    pub fn customer(&self, name: &str) -> String {
        self.issuer.token(Role::Customer, &tenant("shop"), Some(&CustomerId::try_new(name).unwrap()))
    }

    pub fn staff_with(&self, scopes: &[Scope]) -> String {
        self.issuer.token_with(scopes.iter().copied().collect::<Scopes>(), &tenant("shop"), None)
    }

    /// A call with the clerk's token; a POST gets a new key.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        let key = format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed));
        let key = (method == Method::POST).then_some(key);
        Call {
            world: self,
            app: None,
            method,
            path: path.to_owned(),
            token: Some(self.clerk()),
            key,
            headers: Vec::new(),
            body: Body::empty(),
        }
    }

    pub fn post(&self, path: &str, body: &Value) -> Call<'_> {
        self.call(Method::POST, path).json(body)
    }

    pub fn put(&self, path: &str, body: &Value) -> Call<'_> {
        self.call(Method::PUT, path).json(body)
    }

    pub fn delete(&self, path: &str) -> Call<'_> {
        self.call(Method::DELETE, path)
    }

    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// Sends a call as clients do: what is refused for now, as on a machine with much else to do, is sent again.
    pub async fn sent<'w>(&'w self, call: impl Fn() -> Call<'w>) -> Reply {
        let answered = async || Some(call().send().await).filter(|reply| reply.body["retryable"] != true);
        wait_for(PATIENCE, AGAIN, answered).await.unwrap()
    }

    /// A draft of a customer's, begun by a clerk; its path.
    pub async fn draft(&self, customer: &str) -> String {
        let body = json!({"customer": customer, "currency": "EUR"});
        self.sent(|| self.post("/v1/orders", &body)).await.assert(201).header("location").to_owned()
    }

    /// A draft that can be placed.
    pub async fn ready(&self, customer: &str) -> String {
        let path = self.draft(customer).await;
        self.sent(|| self.post(&format!("{path}/lines"), &line())).await.assert(200);
        self.sent(|| self.put(&format!("{path}/address"), &address())).await.assert(200);
        path
    }

    /// A placed order, at version 4.
    pub async fn placed(&self, customer: &str) -> String {
        let path = self.ready(customer).await;
        self.sent(|| self.post(&format!("{path}/place"), &json!({}))).await.assert(200);
        path
    }

    /// How many events are stored.
    pub async fn events(&self) -> i64 {
        self.orders.client().await.query_one("SELECT count(*) FROM events", &[]).await.unwrap().get(0)
    }
}

async fn app(
    orders: &TestDatabase,
    keys: &KeyRing,
    issuer: &TestIssuer,
    clock: SharedClock,
    setting: Setting,
) -> Router {
    let master = MasterKey::from_base64(MASTER_KEY).unwrap();
    let (app, _) = command_service::router(Deps {
        store: Store::open(orders.url(), setting.options).await.unwrap(),
        keys: keys.clone(),
        verifier: issuer.verifier(),
        clock,
        ids: Arc::new(SystemIds),
        fingerprint_key: master.derive("idempotency-fingerprint"),
        limits: setting.limits,
        policies: command_service::order::Policies::default(),
    });
    app
}

pub fn tenant(name: &str) -> TenantId {
    TenantId::try_new(name).unwrap()
}

pub fn line() -> Value {
    json!({"sku": "85123A", "description": "WHITE HANGING HEART", "quantity": 3, "unitPrice": "2.55"})
}

pub fn address() -> Value {
    json!({"kind": "SHIPPING", "name": "A. Example", "line1": "1 Example Road", "city": "Exampleton",
        "postalCode": "EX1 1EX", "country": "GB", "email": "a@example.org"})
}

/// A request being put together.
pub struct Call<'w> {
    world: &'w World,
    app: Option<Router>,
    method: Method,
    path: String,
    token: Option<String>,
    key: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
    body: Body,
}

impl Call<'_> {
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sends it to another process.
    pub fn to(mut self, app: &Router) -> Self {
        self.app = Some(app.clone());
        self
    }

    pub fn no_token(mut self) -> Self {
        self.token = None;
        self
    }

    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    pub fn no_key(mut self) -> Self {
        self.key = None;
        self
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.raw(body.to_string(), "application/json")
    }

    pub fn raw(mut self, body: impl Into<Body>, content_type: &str) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    pub async fn respond(self) -> axum::response::Response {
        let mut request = Request::builder().method(self.method).uri(self.path);
        if let Some(token) = self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = self.key {
            request = request.header("idempotency-key", key);
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        self.app.unwrap_or_else(|| self.world.app.clone()).oneshot(request.body(self.body).unwrap()).await.unwrap()
    }

    pub async fn send(self) -> Reply {
        let (head, body) = self.respond().await.into_parts();
        let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: head.status.as_u16(), headers: head.headers, body, bytes }
    }
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    pub bytes: Bytes,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Requires a status.
    #[track_caller]
    pub fn assert(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// Requires a problem document with a code.
    #[track_caller]
    pub fn assert_problem(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.body["code"].as_str().unwrap_or_default()), (status, code), "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["type"], format!("urn:order-engine:problem:{code}"));
        assert_eq!(self.body["status"], status);
        self
    }

    /// Pointers and codes of the errors named.
    pub fn errors(&self) -> Vec<(String, String)> {
        let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
    }
}
