//! Following an order while it changes and the query role is started over and over.

use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use order_engine::{Role, serve_until};
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::poll::wait_until;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_util::sync::CancellationToken;

use crate::engine::engine;
use crate::tenant::{Caller, LOOK, PATIENCE, TestTenant};

const CHANGES: &str = "subscription ($id: ID!, $from: String) { orderChanged(id: $id, from: $from) {
    cursor version type order { version state } } }";
const CURSOR: &str = "query ($id: ID!) { order(id: $id) { timeline(first: 1) { pageInfo { endCursor } } } }";
/// Commands that change the order while it is followed.
const CHANGES_MADE: i64 = 30;
/// Changes that are taken before the query role is stopped again.
const CHANGES_A_ROUND: usize = 7;
/// Stopping takes no longer, however many follow.
const STOP: Duration = Duration::from_secs(5);

/// The query role in a process of its own.
struct QueryRole {
    address: SocketAddr,
    stop: CancellationToken,
    running: JoinHandle<Result<(), order_engine::ServeError>>,
}

impl QueryRole {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let mut settings = engine().settings.clone();
        let stop = CancellationToken::new();
        settings.http.listen = address;
        settings.http.metrics_listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = tokio::spawn(serve_until(settings, &[Role::Query], stop.clone()));
        let ready = async || {
            let answer = reqwest::get(format!("http://{address}/readyz")).await;
            answer.is_ok_and(|answer| answer.status().is_success())
        };
        wait_until(PATIENCE, LOOK, ready).await.unwrap();
        Self { address, stop, running }
    }

    async fn stopped(self) {
        self.stop.cancel();
        tokio::time::timeout(STOP, self.running).await.unwrap().unwrap().unwrap();
    }
}

/// What one client has seen, over all its connections.
struct Seen {
    versions: Vec<i64>,
    last: Value,
    cursor: String,
}

impl Seen {
    fn take(&mut self, result: &Value) {
        let change = &result["data"]["orderChanged"];
        assert!(change["order"]["version"].as_i64() >= change["version"].as_i64(), "{result:#}");
        self.versions.push(change["version"].as_i64().unwrap());
        change["cursor"].as_str().unwrap().clone_into(&mut self.cursor);
        self.last = change.clone();
    }

    fn enough(&self) -> bool {
        self.versions.len().is_multiple_of(CHANGES_A_ROUND) || self.all()
    }

    fn all(&self) -> bool {
        self.last["type"] == "OrderPlaced"
    }
}

/// Takes changes over a WebSocket until the role is stopped and closes the connection.
async fn by_socket(role: &QueryRole, clerk: &Caller, id: &str, seen: &mut Seen) {
    let mut request = format!("ws://{}/graphql", role.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let variables = json!({"id": id, "from": seen.cursor});
    for said in [
        json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {}", clerk.token)}}),
        json!({"type": "subscribe", "id": "1", "payload": {"query": CHANGES, "variables": variables}}),
    ] {
        socket.send(Message::text(said.to_string())).await.unwrap();
        if said["type"] == "connection_init" {
            let acknowledged = socket.next().await.unwrap().unwrap();
            assert_eq!(acknowledged.to_text().unwrap(), "{\"type\":\"connection_ack\"}");
        }
    }
    loop {
        match tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap() {
            Message::Text(text) => seen.take(&serde_json::from_str::<Value>(&text).unwrap()["payload"]),
            Message::Close(frame) => {
                assert_eq!(u16::from(frame.unwrap().code), 1001);
                return;
            }
            _ => {}
        }
        if seen.enough() {
            role.stop.cancel();
        }
    }
}

/// The same by server-sent events.
async fn by_events(role: &QueryRole, clerk: &Caller, id: &str, seen: &mut Seen) {
    let body = json!({"query": CHANGES, "variables": {"id": id, "from": seen.cursor}});
    let request = reqwest::Client::new().post(format!("http://{}/graphql", role.address)).bearer_auth(&clerk.token);
    let answer = request.header("accept", "text/event-stream").json(&body).send().await.unwrap();
    let mut chunks = answer.bytes_stream();
    let mut text = String::new();
    while let Some(chunk) = tokio::time::timeout(PATIENCE, chunks.next()).await.unwrap() {
        text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        while let Some((event, rest)) = text.split_once("\n\n") {
            if let Some(data) = event.strip_prefix("event: next\ndata: ") {
                let result: Value = serde_json::from_str(data).unwrap();
                match result["errors"][0]["extensions"]["code"].as_str() {
                    None => seen.take(&result),
                    Some(code) => assert_eq!(code, "SHUTTING_DOWN"),
                }
            } else if event.starts_with("event: complete") {
                return;
            }
            text = rest.to_owned();
            if seen.enough() {
                role.stop.cancel();
            }
        }
    }
    panic!("the stream broke without saying why");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_seen_once_over_restarts_and_both_transports() {
    let clerk = TestTenant::open().admin();
    let draft = clerk.draft().await;
    let found = clerk.query(Some(&draft), CURSOR, json!({"id": draft.id})).await;
    let cursor = found["order"]["timeline"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let path = format!("/v1/orders/{}", draft.id);
    let changing = async {
        for n in 1..=CHANGES_MADE {
            let line = json!({"sku": format!("SKU{n}"), "quantity": n, "unitPrice": "1.00"});
            clerk.command(Method::POST, &format!("{path}/lines"), line).await;
        }
        clerk.command(Method::POST, &format!("{path}/place"), json!({})).await;
    };
    let following = async {
        let mut seen = Seen { versions: vec![1], last: Value::Null, cursor };
        for round in 0.. {
            let role = QueryRole::start().await;
            if round % 2 == 0 {
                by_socket(&role, &clerk, &draft.id, &mut seen).await;
            } else {
                by_events(&role, &clerk, &draft.id, &mut seen).await;
            }
            role.stopped().await;
            if seen.all() {
                break;
            }
        }
        seen
    };
    let (seen, ()) = tokio::join!(following, changing);
    // A draft with a line and an address is at version 3.
    assert_eq!(seen.versions, (1..=3 + CHANGES_MADE + 1).collect::<Vec<_>>());
    assert_eq!(seen.last["order"], json!({"version": 3 + CHANGES_MADE + 1, "state": "PLACED"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_follows_somebody_elses_order() {
    let tenant = TestTenant::open();
    let placed = tenant.admin().placed().await;
    tenant.admin().query(Some(&placed), CURSOR, json!({"id": placed.id})).await;
    for stranger in [tenant.customer("c-2"), TestTenant::open().admin()] {
        let asked = json!({"query": CHANGES, "variables": {"id": placed.id}});
        let request = stranger.request(Method::POST, "/graphql").header("accept", "text/event-stream").json(&asked);
        let text = request.send().await.unwrap().text().await.unwrap();
        assert!(text.contains("NOT_FOUND") && !text.contains("cursor") && text.contains("event: complete"), "{text}");
    }
}
