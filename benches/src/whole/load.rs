//! Customers who place orders, one after the other, as fast as they get responses.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::numbers::Latencies;

/// Longest wait for an order to show.
const VISIBLE_S_MAX: u64 = 30;

/// The engine under load and the orders placed there, shared by all customers.
#[derive(Clone)]
pub struct Target {
    /// The engine's base URL.
    pub url: String,
    /// Access token of an admin, who may set prices.
    pub token: String,
    /// Orders placed so far.
    pub placed: Arc<AtomicU64>,
}

/// The latencies that one customer measured.
#[derive(Debug, Default)]
pub struct Seen {
    /// Of each command.
    pub commands: Latencies,
    /// From the answer to `place` until GraphQL shows the order placed.
    pub visible: Latencies,
}

struct Placed {
    order: String,
    consistency: String,
    at: Instant,
}

/// Places orders over one connection until `end`; another watches as many of them as it can, one at a time.
pub async fn customer(target: Target, name: String, end: Instant) -> Seen {
    let (placed, to_watch) = mpsc::channel(1);
    let watcher = tokio::spawn(watch(target.clone(), to_watch));
    let http = Client::new();
    let mut commands = Latencies::default();
    while Instant::now() < end {
        let order = place(&target, &http, &name, &mut commands).await;
        target.placed.fetch_add(1, Ordering::Relaxed);
        // While the watcher is busy, an order is placed unwatched.
        placed.try_send(order).ok();
    }
    drop(placed);
    Seen { commands, visible: watcher.await.expect("the watcher ends") }
}

async fn place(target: &Target, http: &Client, customer: &str, seen: &mut Latencies) -> Placed {
    let draft = json!({"customer": customer, "currency": "GBP"});
    let order = command(target, http, Method::POST, "", draft, seen).await.order;
    let line = json!({"sku": "85123A", "description": "T-light holder", "quantity": 6, "unitPrice": "2.55"});
    command(target, http, Method::POST, &format!("/{order}/lines"), line, seen).await;
    let address = json!({"kind": "SHIPPING", "name": "A. Recipient", "line1": "1 Long Street", "city": "London",
        "postalCode": "N1", "country": "GB"});
    command(target, http, Method::PUT, &format!("/{order}/address"), address, seen).await;
    command(target, http, Method::POST, &format!("/{order}/place"), json!({}), seen).await
}

async fn command(
    target: &Target,
    http: &Client,
    method: Method,
    path: &str,
    body: Value,
    seen: &mut Latencies,
) -> Placed {
    let request = http
        .request(method, format!("{}/v1/orders{path}", target.url))
        .bearer_auth(&target.token)
        .header("Idempotency-Key", Uuid::now_v7().to_string())
        .json(&body);
    let started = Instant::now();
    let answer = request.send().await.expect("the engine answers");
    let status = answer.status();
    let headers = answer.headers().clone();
    let body: Value = answer.json().await.expect("an answer is JSON");
    seen.push(started.elapsed());
    assert!(status.is_success(), "{status}: {body}");
    let consistency = headers.get("order-consistency-token").expect("an answer has a token");
    Placed {
        order: body["orderId"].as_str().expect("an answer names its order").to_owned(),
        consistency: consistency.to_str().expect("a token is ASCII").to_owned(),
        at: Instant::now(),
    }
}

async fn watch(target: Target, mut placed: mpsc::Receiver<Placed>) -> Latencies {
    let http = Client::new();
    let mut seen = Latencies::default();
    while let Some(order) = placed.recv().await {
        let query = json!({"query": "query($id: ID!) { order(id: $id) { state } }", "variables": {"id": order.order}});
        loop {
            let request = http
                .post(format!("{}/graphql", target.url))
                .bearer_auth(&target.token)
                .header("Order-Consistency-Token", &order.consistency)
                .json(&query);
            let answer: Value = async { request.send().await?.json().await }.await.expect("GraphQL answers");
            if answer["data"]["order"]["state"] == "PLACED" {
                break;
            }
            let waited = order.at.elapsed();
            assert!(waited < Duration::from_secs(VISIBLE_S_MAX), "not visible after {waited:?}: {answer}");
        }
        seen.push(order.at.elapsed());
    }
    seen
}
