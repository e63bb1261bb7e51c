//! One fault after the other under load; afterwards nothing may be missing, doubled or out of order.

use std::collections::HashSet;
use std::net::TcpListener;
use std::time::Duration;

use event_store::{Store, StoreOptions, StreamId};
use service_kit::config::DatabaseUrl;
use service_kit::poll::wait_until;

use crate::engine::Engine;
use crate::load::Load;
use crate::stack::Stack;

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(100);
const CUSTOMERS: usize = 8;

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Waits until the log has grown by some events, which shows that commands are stored and sequenced again.
async fn grows(store: &Store) {
    let count = async || store.head(0).await.unwrap_or(0);
    let mut before = None;
    wait_until(PATIENCE, LOOK, async || {
        let now = count().await;
        let first = *before.get_or_insert(now);
        now > first + 50
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_doubled_or_out_of_order_through_faults() {
    let stack = Stack::start().await;
    for step in ["migrate", "topics", "schemas"] {
        stack.run("order-engine", &[step]).await;
    }
    stack.run("order-engine", &["keys", "--dir", &format!("{}/keys", stack.variables["ORDERS_STATE"])]).await;
    let token = stack.run("orderctl", &["token", "--role", "admin"]).await;
    let (front, back) = (free_address(), free_address());
    let mut engine = Engine::start(&stack, &front, "command,relay,projection,query").await;
    let second = Engine::start(&stack, &back, "relay,projection").await;
    let url = DatabaseUrl::new("ORDERS_DATABASE_URL", stack.variables["ORDERS_DATABASE_URL"].clone());
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    let load = Load::start(&engine.url, token.trim(), CUSTOMERS);
    grows(&store).await;

    // The relay's leader is stopped until its lease is over and the other has taken its place, then goes on.
    engine.signal("STOP").await;
    let client =
        service_kit::postgres::connect(&url, &service_kit::postgres::ConnectOptions::named("test")).await.unwrap();
    let epoch = async || client.query_one("SELECT epoch FROM leases", &[]).await.unwrap().get::<_, i64>(0);
    let held = epoch().await;
    wait_until(PATIENCE, LOOK, async || epoch().await > held).await.unwrap();
    engine.signal("CONT").await;
    grows(&store).await;

    stack.order("kill", "kafka").await;
    grows(&store).await;
    stack.order("start", "kafka").await;
    grows(&store).await;

    stack.order("kill", "postgres").await;
    stack.order("start", "postgres").await;
    grows(&store).await;

    engine.kill().await;
    engine = Engine::start(&stack, &front, "command,relay,projection,query").await;
    grows(&store).await;
    stack.order("kill", "registry").await;
    grows(&store).await;
    stack.order("start", "registry").await;

    let acknowledged = load.end().await;
    engine.ready().await;
    let different: HashSet<_> = acknowledged.iter().collect();
    assert_eq!(different.len(), acknowledged.len(), "two keys never answer one order");
    for order in &acknowledged {
        let rows = store.read_stream(&StreamId::new("order", order), 0).await.unwrap();
        assert_eq!(rows.len(), 1, "order {order} was acknowledged at version 1");
    }
    let drafts = "SELECT count(*) FROM events WHERE event_type = 'OrderDrafted'";
    let client =
        service_kit::postgres::connect(&url, &service_kit::postgres::ConnectOptions::named("test")).await.unwrap();
    let stored: i64 = client.query_one(drafts, &[]).await.unwrap().get(0);
    assert_eq!(usize::try_from(stored).unwrap(), acknowledged.len(), "a repeated key has one effect");
    // Versions, positions, and every event in Kafka once and in order.
    stack.run("orderctl", &["audit"]).await;
    drop(second);
}
