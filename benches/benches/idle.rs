//! What an engine without traffic costs: processor time with every role in one process, then memory with 5,000 subscriptions by WebSocket,
//! each of which has told one change.
//!
//! `BENCH_SECONDS` (60) is how long nothing happens. Prints name=value lines. The memory is that of this process, which holds the engine
//! and all of the clients.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes its settings and times from the machine")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::time::Duration;

use benches::cost::Spent;
use benches::engine::Engine;
use benches::http::Connection;
use futures::future::join_all;
use futures::{SinkExt, StreamExt};
use order_engine::Role;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

/// No tenant may have more than three quarters of a process's subscriptions, and no subject more than half.
const TENANTS: usize = 5;
const SOCKETS_PER_TENANT: usize = 10;
/// As many as a socket may have.
const SUBSCRIPTIONS_PER_SOCKET: usize = 100;
/// After the start, and after all have subscribed.
const REST: Duration = Duration::from_secs(10);
const CHANGED: &str = "subscription ($id: ID!) { orderChanged(id: $id) { version type order { state } } }";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::main]
async fn main() {
    let seconds = std::env::var("BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60_u64);
    let engine = Engine::start(&Role::ALL).await;
    tokio::time::sleep(REST).await;
    let spent = Spent::now();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let spent = Spent::now().per(spent, seconds as f64 * 10_000.0);
    println!("idle_engine_percent_of_a_core={:.2}", spent.own_us);
    println!("idle_postgres_percent_of_a_core={:.2}", spent.postgres_us);
    println!("idle_broker_percent_of_a_core={:.2}", spent.broker_us);

    let before = resident_mb();
    let mut followed = Vec::new();
    for tenant in 0..TENANTS {
        followed.push(Followed::by_many(&engine, &format!("idle-{tenant}")).await);
    }
    tokio::time::sleep(REST).await;
    println!("subscriptions={}", TENANTS * SOCKETS_PER_TENANT * SUBSCRIPTIONS_PER_SOCKET);
    println!("subscriptions_open_mb={:.0}", resident_mb() - before);
    join_all(followed.iter_mut().map(Followed::changes)).await;
    println!("subscriptions_after_a_change_mb={:.0}", resident_mb() - before);
    // Shorter than what a socket that answers no heartbeat is given.
    let spent = Spent::now();
    tokio::time::sleep(REST).await;
    let spent = Spent::now().per(spent, REST.as_secs_f64() * 10_000.0);
    println!("subscriptions_idle_engine_percent_of_a_core={:.2}", spent.own_us);
    println!("subscriptions_idle_postgres_percent_of_a_core={:.2}", spent.postgres_us);
}

/// An order of a tenant with those who follow it.
struct Followed {
    commands: Connection,
    order: String,
    sockets: Vec<Socket>,
}

impl Followed {
    async fn by_many(engine: &Engine, tenant: &str) -> Self {
        let token = engine.token_of(tenant);
        let mut commands = Connection::open(&engine.address, &token).await;
        let (_, draft) = commands.post("/v1/orders", &Uuid::new_v4().to_string(), r#"{"currency":"GBP"}"#).await;
        let draft: Value = serde_json::from_str(&draft).unwrap();
        let order = draft["orderId"].as_str().unwrap().to_owned();
        let version = format!("order-consistency-token: order:{order}@1\r\n");
        let shown = json!({"query": format!("{{ order(id: \"{order}\") {{ version }} }}")}).to_string();
        let (_, shown) = commands.send("POST", "/graphql", &version, &shown).await;
        assert!(shown.contains("\"version\":1"), "{shown}");
        let mut sockets = Vec::new();
        for _ in 0..SOCKETS_PER_TENANT {
            sockets.push(subscribed(engine, &token, &order).await);
        }
        Self { commands, order, sockets }
    }

    /// Changes the order, and waits until every subscription has told so.
    async fn changes(&mut self) {
        let line = r#"{"sku":"85123A","quantity":6,"unitPrice":"2.55"}"#;
        let path = format!("/v1/orders/{}/lines", self.order);
        let (status, answer) = self.commands.post(&path, &Uuid::new_v4().to_string(), line).await;
        assert_eq!(status, 200, "{answer}");
        join_all(self.sockets.iter_mut().map(async |socket| {
            for _ in 0..SUBSCRIPTIONS_PER_SOCKET {
                assert_eq!(next(socket, "next").await["payload"]["data"]["orderChanged"]["version"], 2);
            }
        }))
        .await;
    }
}

/// A socket with all of its subscriptions.
async fn subscribed(engine: &Engine, token: &str, order: &str) -> Socket {
    let mut request = format!("ws://{}/graphql", engine.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let begin = json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {token}")}});
    socket.send(Message::text(begin.to_string())).await.unwrap();
    next(&mut socket, "connection_ack").await;
    for number in 0..SUBSCRIPTIONS_PER_SOCKET {
        let payload = json!({"query": CHANGED, "variables": {"id": order}});
        let subscribe = json!({"type": "subscribe", "id": number.to_string(), "payload": payload});
        socket.send(Message::text(subscribe.to_string())).await.unwrap();
    }
    socket
}

/// The next message, which has to be of a type.
async fn next(socket: &mut Socket, of: &str) -> Value {
    loop {
        let message = socket.next().await.unwrap().unwrap();
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(&text).unwrap();
        if message["type"] != "ping" {
            assert_eq!(message["type"], of, "{message}");
            return message;
        }
        socket.send(Message::text(r#"{"type":"pong"}"#)).await.unwrap();
    }
}

/// Megabytes of memory that this process has.
fn resident_mb() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = pages.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4_096.0 / 1_000_000.0
}
