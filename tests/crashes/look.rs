//! What the drill compares: reports, sums, and how far the log is.

use std::path::Path;
use std::time::Duration;

use read_models::{Generations, ModelSet, Orders};
use serde_json::{Value, json};
use service_kit::config::DatabaseUrl;
use service_kit::poll::wait_until;
use service_kit::postgres::{ConnectOptions, connect};
use service_kit::testing::PATIENCE;
use tokio_postgres::Client;

use crate::parts::{is_full, run, this, variable};

const LOOK: Duration = Duration::from_millis(200);
/// GraphQL counts no further.
const GRAPHQL_COUNT_MAX: u64 = 10_001;

/// A connection to the event store.
pub async fn event_store() -> Client {
    let url = DatabaseUrl::new("ORDERS_DATABASE_URL", variable("ORDERS_DATABASE_URL"));
    connect(&url, &ConnectOptions::named("drill")).await.unwrap()
}

/// A connection to the live read models.
pub async fn read_models() -> Client {
    let url = DatabaseUrl::new("READ_DATABASE_URL", variable("READ_DATABASE_URL"));
    let client = connect(&url, &ConnectOptions::named("drill")).await.unwrap();
    Generations::live(&client, &Orders::MODELS.all()).await.unwrap().select(&client).await.unwrap();
    client
}

/// How many events are stored.
pub async fn events(store: &Client) -> i64 {
    store.query_one("SELECT count(*) FROM events", &[]).await.unwrap().get(0)
}

/// A report as a file has it.
pub fn report(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A report with what was imported now and what before taken together, and without its times.
pub fn whole(report: &Value) -> Value {
    let count = |group: &str, name: &str| report[group][name].as_u64().unwrap();
    let group = |name: &str| {
        let held = count(name, "imported") + count(name, "already");
        json!({"read": count(name, "read"), "held": held, "refused": count(name, "refused")})
    };
    json!({
        "lines": group("lines"), "invoices": group("invoices"), "partly": report["invoices"]["partly_refused"],
        "read": report["amount"]["read"], "refused_amount": report["amount"]["refused"],
        "rounded": report["amount_rounded"], "refused": report["refused"],
    })
}

/// Every figure of a tenant in the read models.
async fn stats(tenant: &str) -> Value {
    serde_json::from_str(&run(this(&["ctl", "stats", "--json", "--top", "10000", "--tenant", tenant])).await).unwrap()
}

/// How many orders GraphQL counts for a tenant.
async fn count_in_graphql(tenant: &str) -> u64 {
    let token = run(this(&["ctl", "token", "--role", "admin", "--tenant", tenant])).await;
    let answer = reqwest::Client::new()
        .post(format!("{}/graphql", variable("ENGINE_URL")))
        .bearer_auth(token.trim())
        .json(&json!({"query": "{ orders(first: 1) { totalCount } }"}))
        .send();
    let Ok(answer) = answer.await else { return 0 };
    let body: Value = answer.json().await.unwrap_or_default();
    body["data"]["orders"]["totalCount"].as_u64().unwrap_or_default()
}

/// Waits until the read models have so many orders of a tenant, and GraphQL counts them; answers the tenant's figures then.
pub async fn visible(tenant: &str, orders: u64) -> Value {
    let held = |figures: &Value| {
        let total = &figures["total"][0];
        total["orders"].as_u64().unwrap_or_default() + total["credits"].as_u64().unwrap_or_default()
    };
    let all = wait_until(PATIENCE, LOOK, async || held(&stats(tenant).await) == orders);
    all.await.unwrap_or_else(|_| panic!("the read models do not come to {orders} orders of {tenant}"));
    assert_eq!(count_in_graphql(tenant).await, orders.min(GRAPHQL_COUNT_MAX), "orders of {tenant} in GraphQL");
    stats(tenant).await
}

/// The audit of everything so far.
pub async fn audit() {
    run(this(&["ctl", "audit"])).await;
}

/// The same in the full form; the short one has a single audit at its end, which looks at all that was left.
pub async fn audit_if_full() {
    if is_full() {
        audit().await;
    }
}
