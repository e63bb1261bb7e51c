//! Helpers that the tests share.

use std::sync::Arc;
use std::time::Duration;

use domain::order::{CreateDraft, Order, OrderCommand, OrderRejection};
use domain::refusal::Rejection;
use domain::{Currency, Decider, EventId, TenantId, Timestamp};
use event_store::{
    AnswerId, Append, Claim, CommandBus, Decided, ExecuteError, Execution, Expectation, Idempotency, Metadata,
    NewAnswer, NewEvent, Outcome, Store, StoreOptions, StreamAppend, StreamId, migrations,
};
use service_kit::clock::{Ids, SystemIds};
pub use service_kit::testing::PATIENCE;
use service_kit::testing::TestDatabase;

/// How often a condition is looked at.
pub const LOOK: Duration = Duration::from_millis(5);

pub async fn database() -> TestDatabase {
    TestDatabase::migrated(migrations()).await
}

pub async fn open(database: &TestDatabase) -> Store {
    Store::open(database.url(), StoreOptions::default()).await.unwrap()
}

pub fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub fn new_id() -> String {
    SystemIds.ordered().to_string()
}

pub fn event(payload: &str) -> NewEvent {
    NewEvent {
        id: EventId::new(SystemIds.ordered()),
        event_type: "Noted".to_owned(),
        event_version: "1.0".to_owned(),
        payload: payload.to_owned(),
    }
}

pub fn append_to(id: &str, expected_version: i64, events: usize) -> Append {
    let events = (0..events).map(|_| event("{}")).collect();
    Append::new(tenant(), "{}".to_owned(), StreamAppend::new(StreamId::new("note", id), expected_version, events))
}

/// An append to several streams, of which each is its id, its expected version and how many events it gets.
pub fn append_to_all(streams: &[(&str, i64, usize)]) -> Append {
    let mut streams = streams.iter().map(|&(id, expected_version, events)| {
        let events: Vec<NewEvent> = (0..events).map(|_| event("{}")).collect();
        StreamAppend::new(StreamId::new("note", id), expected_version, events)
    });
    let first = streams.next().unwrap();
    Append { others: streams.collect(), ..Append::new(tenant(), "{}".to_owned(), first) }
}

pub fn answering(mut append: Append, key: &str, keep_s: Option<f64>) -> Append {
    append.answer = Some(NewAnswer {
        id: AnswerId::new("test", key),
        fingerprint: b"same".to_vec(),
        answer: "{\"first\":true}".to_owned(),
        keep_s,
    });
    append
}

pub fn claiming(mut append: Append, value: &str) -> Append {
    append.first.claims.push(Claim { scope: "number".to_owned(), value: value.to_owned() });
    append
}

/// The versions of a stream.
pub async fn versions(store: &Store, id: &str) -> Vec<i64> {
    let rows = store.read_stream(&StreamId::new("note", id), 0).await.unwrap();
    rows.into_iter().map(|row| row.version).collect()
}

/// How often Postgres has ended a circle of transactions that wait for each other.
pub async fn deadlocks(database: &TestDatabase) -> i64 {
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    database.client().await.query_one(deadlocks, &[]).await.unwrap().get(0)
}

pub fn bus(store: &Store) -> CommandBus<Order> {
    CommandBus::new(store.clone(), Arc::new(SystemIds))
}

pub fn now() -> Timestamp {
    Timestamp::try_from_micros(1_700_000_000_000_000).unwrap()
}

pub fn create_draft(currency: Currency) -> OrderCommand {
    OrderCommand::CreateDraft(CreateDraft { tenant: tenant(), customer: None, currency, at: now() })
}

pub fn key(key: &str, fingerprint: &str) -> Idempotency {
    Idempotency { scope: "test".to_owned(), key: key.to_owned(), fingerprint: fingerprint.as_bytes().to_vec() }
}

pub async fn run(
    bus: &CommandBus<Order>,
    id: &str,
    expects: Expectation,
    idempotency: Option<Idempotency>,
    command: OrderCommand,
) -> Result<Outcome<Order, OrderRejection>, ExecuteError> {
    let decide = |_version: i64, state: &_| Order::decide(state, command.clone());
    let answer = |result: Result<&Decided<Order>, &OrderRejection>| {
        Some(match result {
            Ok(decided) => format!("{{\"version\":{}}}", decided.version),
            Err(rejection) => format!("{{\"code\":\"{}\"}}", rejection.code()),
        })
    };
    bus.execute(Execution {
        id,
        tenant: tenant(),
        metadata: Metadata::default(),
        expects,
        idempotency,
        decide: &decide,
        claims: &|_, _| None,
        answer: &answer,
    })
    .await
}
