//! A service with a database and a provider of its own, and clients of both.

use command_kit::http::CommandLimits;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use domain::payment::{Payment, PaymentEvent};
use domain::{
    Currency, CustomerId, Decider, Money, OrderId, PaymentId, Reason, RequestId, TenantId, Timestamp, upcast,
};
use event_store::{Metadata, Store, StoreOptions, StreamId, TimerOptions, TimerWorker};
use payment::payment::{Asked, AskedBy};
use payment::provider::SharedProvider;
use payment::provider::stripe::Stripe;
use payment::{Deps, PaymentDeps, Payments};
use payment_simulator::{
    Entry, EntryKind, Fault, Faults, Operation, Options, PlannedFault, Simulator, WebhookMode, WebhookTarget,
};
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::auth::Role;
use service_kit::clock::{Ids, ManualClock, SharedClock, SystemIds};
use service_kit::config::{BankAccounts, Secret};
use service_kit::outside::OutsideOptions;
use service_kit::poll::wait_until;
pub use service_kit::testing::PATIENCE;
use service_kit::testing::{TestDatabase, TestIssuer};
use tokio::net::TcpListener;

pub const LOOK: Duration = Duration::from_millis(10);
pub const WEBHOOK_SECRET: &str = "whsec_test";
/// What the payments of these tests are of.
pub const AMOUNT: i64 = 12_990;

pub struct World {
    pub database: TestDatabase,
    pub clock: Arc<ManualClock>,
    pub payments: Arc<Payments>,
    pub provider: SharedProvider,
    pub store: Store,
    pub simulator: Simulator,
    pub simulator_url: String,
    accounts: BankAccounts,
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

/// An order with its first payment.
#[derive(Clone, Copy)]
pub struct Case {
    pub order: OrderId,
    pub id: PaymentId,
}

async fn serve(router: Router, listener: TcpListener) {
    axum::serve(listener, router).await.unwrap();
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

impl World {
    pub async fn new() -> Self {
        Self::with(BankAccounts::default()).await
    }

    /// The same where the customers of some tenants pay by bank transfer.
    pub async fn with(accounts: BankAccounts) -> Self {
        let noon = Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap();
        let clock = Arc::new(ManualClock::new(noon));
        let shared: SharedClock = clock.clone();
        let database = TestDatabase::migrated(event_store::migrations()).await.and(request_kit::migrations()).await;
        let database = database.and(payment::migrations()).await;
        let issuer = TestIssuer::new(shared.clone()).await;
        let (listener, url) = listen().await;
        let (provider_listener, simulator_url) = listen().await;
        let webhooks = WebhookTarget { url: format!("{url}/v1/webhooks/stripe"), secret: Secret::new(WEBHOOK_SECRET) };
        let faults = Faults { webhooks: WebhookMode::Held, ..Faults::default() };
        let simulator = Simulator::new(shared.clone(), Options { seed: 7, faults, webhooks: Some(webhooks) });
        tokio::spawn(serve(simulator.router(), provider_listener));
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let (provider, ids) = (stripe(&simulator_url), Arc::new(SystemIds));
        let deps = PaymentDeps { provider, accounts: accounts.clone(), clock: shared, ids };
        let payments = Arc::new(Payments::new(store.clone(), deps, &[7; 32]));
        let provider = Arc::clone(payments.provider());
        let (app, _) = payment::router(Deps {
            payments: Arc::clone(&payments),
            verifier: issuer.verifier(),
            webhook_secret: Some(Secret::new(WEBHOOK_SECRET)),
            limits: CommandLimits::default(),
        });
        tokio::spawn(serve(app, listener));
        let (client, next_key) = (reqwest::Client::new(), AtomicU32::new(0));
        Self {
            database,
            clock,
            payments,
            provider,
            store,
            simulator,
            simulator_url,
            accounts,
            url,
            issuer,
            client,
            next_key,
        }
    }

    /// Another process on the same database.
    pub async fn twin(&self) -> Arc<Payments> {
        let store = Store::open(self.database.url(), StoreOptions::default()).await.unwrap();
        let (provider, clock, ids) = (stripe(&self.simulator_url), self.clock.clone(), Arc::new(SystemIds));
        Arc::new(Payments::for_messages(store, PaymentDeps { provider, accounts: self.accounts.clone(), clock, ids }))
    }

    /// How the provider fails from now on, in order.
    pub fn plan(&self, faults: &[(Operation, Fault)]) {
        let planned = faults.iter().map(|(operation, fault)| PlannedFault {
            operation: Some(*operation),
            payment: None,
            fault: *fault,
        });
        let (planned, webhooks) = (planned.collect(), WebhookMode::Held);
        self.simulator.set_faults(Faults { planned, webhooks, ..Faults::default() });
    }

    /// Asks as a message would, and tells the provider.
    pub async fn ask(&self, case: Case, asked: &Asked) -> Vec<PaymentEvent> {
        let events = self.payments.answer(case.id, asked, &asked_by(case.order)).await.unwrap();
        self.payments.tell_started(case.id, &events).await.unwrap();
        events
    }

    /// A payment that was asked for, and that the provider has.
    pub async fn opened(&self) -> Case {
        let case = new_case();
        self.ask(case, &request()).await;
        assert_eq!(self.types(case).await, ["PaymentRequested", "PaymentOpened"]);
        case
    }

    /// A payment that is authorised.
    pub async fn authorized(&self) -> Case {
        let case = self.opened().await;
        let view = self.pay(case, "pm_card_visa").await.assert(201).body;
        assert_eq!(view["status"], "AUTHORIZED");
        case
    }

    pub async fn captured(&self, minor: i64) -> Case {
        let case = self.authorized().await;
        self.ask(case, &Asked::Capture { amount: eur(minor) }).await;
        case
    }

    pub async fn pay(&self, case: Case, method: &str) -> Reply {
        self.post(&case.path(), &json!({ "paymentMethod": method })).await
    }

    /// Lets the timers that are due wake their payments. Returns how many there were.
    pub async fn wake(&self) -> usize {
        let (kind, waker) = payment::payment::waker(Arc::clone(&self.payments));
        let worker = TimerWorker::new(self.store.clone(), self.clock.clone(), TimerOptions::default());
        worker.with(kind, waker).round().await.unwrap()
    }

    /// The types of a payment's events.
    pub async fn types(&self, case: Case) -> Vec<&'static str> {
        use domain::StoredEvent;
        self.events(case).await.iter().map(StoredEvent::event_type).collect()
    }

    pub async fn events(&self, case: Case) -> Vec<PaymentEvent> {
        let rows = self.store.read_stream(&StreamId::new(Payment::KIND, &case.id.to_string()), 0).await.unwrap();
        let events = rows.iter().map(|row| upcast::decode(&row.event_type, &row.event_version, &row.payload).unwrap());
        events.collect()
    }

    /// Kinds and amounts of the provider's ledger.
    pub fn ledger(&self) -> Vec<(EntryKind, i64)> {
        self.simulator.ledger().into_iter().map(|Entry { kind, amount, .. }| (kind, amount)).collect()
    }

    pub fn booked(&self, kind: EntryKind) -> usize {
        self.ledger().into_iter().filter(|(known, _)| *known == kind).count()
    }

    pub async fn wait_until_booked(&self, kind: EntryKind) {
        wait_until(PATIENCE, LOOK, async || self.booked(kind) > 0).await.unwrap();
    }

    /// The provider's id of a payment.
    pub async fn reference(&self, case: Case) -> String {
        let events = self.events(case).await;
        let opened = events.iter().find_map(|event| match event {
            PaymentEvent::PaymentOpened(event) => Some(event.reference.to_string()),
            _ => None,
        });
        opened.unwrap()
    }

    /// Tells the simulator something.
    pub async fn control(&self, path: &str, body: &Value) -> Value {
        let answer = self.client.post(format!("{}/_simulator/{path}", self.simulator_url)).json(body).send();
        let answer = answer.await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// How many planned faults are left.
    pub async fn simulator_faults(&self) -> usize {
        let answer = self.client.get(format!("{}/_simulator/faults", self.simulator_url)).send().await.unwrap();
        answer.json::<Faults>().await.unwrap().planned.len()
    }

    /// Sends the webhooks that are held. Returns the statuses that were answered.
    pub async fn release_webhooks(&self, reversed: bool, times: usize) -> Vec<u64> {
        let released = self.control("webhooks/release", &json!({"reversed": reversed, "times": times})).await;
        released["statuses"].as_array().unwrap().iter().map(|status| status.as_u64().unwrap()).collect()
    }

    /// Sends a request as an admin of the shop, with a new key.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        let key = format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed));
        self.send(Method::POST, Some(&key), path, body, None).await
    }

    pub async fn post_keyed(&self, key: &str, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, Some(key), path, body, None).await
    }

    /// Sends a request as a customer.
    pub async fn post_as(&self, customer: &str, path: &str, body: &Value) -> Reply {
        let key = format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed));
        self.send(Method::POST, Some(&key), path, body, Some(customer)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, None, path, &Value::Null, None).await
    }

    pub async fn get_as(&self, customer: &str, path: &str) -> Reply {
        self.send(Method::GET, None, path, &Value::Null, Some(customer)).await
    }

    async fn send(&self, method: Method, key: Option<&str>, path: &str, body: &Value, by: Option<&str>) -> Reply {
        let tenant = TenantId::try_new("shop").unwrap();
        let customer = by.map(|name| CustomerId::try_new(name).unwrap());
        let role = if customer.is_some() { Role::Customer } else { Role::Admin };
        let token = self.issuer.token(role, &tenant, customer.as_ref());
        let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(token);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        Reply { status, body: answer.json().await.unwrap_or(Value::Null) }
    }

    /// Sends a request as an admin of another tenant, with a new key.
    pub async fn post_of(&self, tenant: &str, path: &str, body: &Value) -> Reply {
        let key = format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed));
        let token = self.issuer.token(Role::Admin, &TenantId::try_new(tenant).unwrap(), None);
        let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(token);
        let answer = request.header("idempotency-key", key).json(body).send().await.unwrap();
        Reply { status: answer.status().as_u16(), body: answer.json().await.unwrap_or(Value::Null) }
    }

    /// Sends a webhook.
    pub async fn webhook(&self, signature: &str, body: &str) -> u16 {
        let request = self.client.post(format!("{}/v1/webhooks/stripe", self.url));
        let answer = request.header("stripe-signature", signature).body(body.to_owned()).send().await.unwrap();
        answer.status().as_u16()
    }
}

/// The provider's adapter, which waits less long than it would for a real one.
pub fn stripe(url: &str) -> SharedProvider {
    let options = OutsideOptions { answer_ms_max: 400, ..OutsideOptions::new(url, Secret::new("sk_test_1")) };
    Arc::new(Stripe::new(options))
}

impl Case {
    pub fn path(self) -> String {
        format!("/v1/orders/{}/payments", self.order)
    }

    pub fn own_path(self) -> String {
        format!("{}/{}", self.path(), self.id)
    }
}

pub fn new_case() -> Case {
    let order = OrderId::new(SystemIds.ordered());
    Case { order, id: PaymentId::of(order, 1) }
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub fn request() -> Asked {
    Asked::Request { customer: Some(CustomerId::try_new("c-1").unwrap()), amount: eur(AMOUNT) }
}

pub fn refund(minor: i64) -> Asked {
    Asked::Refund { amount: eur(minor), reason: Reason::try_new("damaged").unwrap() }
}

pub fn asked_by(order: OrderId) -> AskedBy {
    AskedBy {
        request: RequestId::new(SystemIds.ordered()),
        tenant: TenantId::try_new("shop").unwrap(),
        order,
        metadata: Metadata::default(),
    }
}
