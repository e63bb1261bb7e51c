//! An engine that dies between storing and answering, and stores that come back without what they had.

use reqwest::{Client, Response};
use serde_json::{Value, json};
use service_kit::poll::wait_until;

use crate::copies::Copies;
use crate::engine::Engine;
use crate::load::Load;
use crate::look::{LOOK, PATIENCE, free_address, grows, nothing_lost_or_doubled};
use crate::stack::Stack;

const CUSTOMERS: usize = 4;
/// An append that waits for a lock on a connection of its own, which it does for seconds: its batch waits far shorter.
const APPEND_WAITS: &str = "SELECT 1 FROM pg_stat_activity
    WHERE application_name = 'event-store-appender' AND datname = current_database() AND wait_event_type = 'Lock'
      AND clock_timestamp() - query_start > interval '200 ms'";

const SAME_VERSION: &str = "INSERT INTO events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    VALUES ('order', $1, 2, 'Noted', '1.0', '{}', '{}')";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn an_answer_that_was_never_sent_is_given_later_and_a_past_that_is_gone_is_refused() {
    let stack = Stack::start().await;
    let token = stack.prepare("1").await;
    let first = dies_between_storing_and_answering(&stack, &token).await;
    comes_back_from_an_earlier_copy(&stack, &token, first).await;
    comes_back_without_its_checkpoints(&stack).await;
}

/// Postgres stores the append of a stopped engine, which is killed before it learns of it; answers the order.
async fn dies_between_storing_and_answering(stack: &Stack, token: &str) -> String {
    let address = free_address();
    let engine = Engine::start(stack, &address, "command").await;
    let drafted = post(&engine, token, "/v1/orders", "draft", &json!({"currency": "EUR"})).await.unwrap();
    let order = drafted.json::<Value>().await.unwrap()["orderId"].as_str().unwrap().to_owned();
    let path = format!("/v1/orders/{order}/lines");
    let line = json!({"sku": "A-1", "quantity": 1, "unitPrice": "2.55"});
    let client = stack.client().await;
    let holder = stack.client().await;
    let stored = async || client.query_one("SELECT count(*) FROM events", &[]).await.unwrap().get::<_, i64>(0);
    // Somebody is about to store the same version, so that the append waits with all it takes to be stored at Postgres.
    holder.batch_execute("BEGIN").await.unwrap();
    holder.execute(SAME_VERSION, &[&order]).await.unwrap();
    let dying = async {
        wait_until(PATIENCE, LOOK, async || !client.query(APPEND_WAITS, &[]).await.unwrap().is_empty()).await.unwrap();
        engine.stop().await;
        holder.batch_execute("ROLLBACK").await.unwrap();
        wait_until(PATIENCE, LOOK, async || stored().await == 2).await.unwrap();
        engine.signal("KILL").await;
    };
    let (unanswered, ()) = tokio::join!(post(&engine, token, &path, "line", &line), dying);
    unanswered.expect_err("nobody was there to answer");
    engine.kill().await;

    let engine = Engine::start(stack, &address, "command").await;
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let answer = post(&engine, token, &path, "line", &line).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["idempotent-replayed"].as_bytes()), (200, &b"true"[..]));
        bodies.push(answer.text().await.unwrap());
    }
    assert_eq!((&bodies[0], stored().await), (&bodies[1], 2), "one key, one answer, one effect");
    engine.kill().await;
    order
}

/// The database is replaced by a copy of its own past, and nothing is published from it; with the newest one it goes on.
async fn comes_back_from_an_earlier_copy(stack: &Stack, token: &str, first: String) {
    let copies = Copies::of(stack, "orders").await;
    copies.take().await;
    let acknowledged = publishes(stack, token, vec![first]).await;
    copies.put_back_earlier().await;
    let refused = refused_to_relay(stack).await;
    assert!(refused.contains("the database was restored from an older copy"), "{refused}");
    assert!(refused.contains("Restore the newest copy of the database"), "{refused}");
    copies.put_back_newest().await;
    publishes(stack, token, acknowledged).await;
}

/// The broker has lost the disk with the relay's checkpoints, and nothing is published a second time.
async fn comes_back_without_its_checkpoints(stack: &Stack) {
    stack.order("kill", "kafka").await;
    let data = format!("{}/kafka/data", stack.variables["ORDERS_STATE"]);
    let partitions = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap());
    let lost = partitions.filter(|entry| entry.file_name().to_string_lossy().starts_with("orders.relay.checkpoint-"));
    let lost = lost.map(|entry| std::fs::remove_dir_all(entry.path()).unwrap()).count();
    assert!(lost > 0, "there were checkpoints");
    stack.order("start", "kafka").await;
    let refused = refused_to_relay(stack).await;
    assert!(refused.contains("orders.relay.checkpoint has no checkpoint for shard 0"), "{refused}");
    assert!(refused.contains("publishing from the start would double them"), "{refused}");
}

/// Runs an engine under load for a while, and checks what is stored and published; answers all orders acknowledged so far.
async fn publishes(stack: &Stack, token: &str, mut acknowledged: Vec<String>) -> Vec<String> {
    let engine = Engine::start(stack, &free_address(), "command,relay,projection,query").await;
    let load = Load::start(&engine.url, token, CUSTOMERS);
    let store = stack.store().await;
    grows(&store).await;
    acknowledged.extend(load.end().await);
    nothing_lost_or_doubled(stack, &store, &acknowledged).await;
    engine.kill().await;
    acknowledged
}

/// The readiness note of an engine whose relay may not go on; the engine itself goes on.
async fn refused_to_relay(stack: &Stack) -> String {
    let engine = Engine::spawn(stack, &free_address(), "relay");
    let said = engine.relay_stopped("relay").await;
    engine.shows("relay_stopped{relay=\"orders-relay\",shard=\"0\"} 1").await;
    engine.kill().await;
    said
}

async fn post(engine: &Engine, token: &str, path: &str, key: &str, body: &Value) -> reqwest::Result<Response> {
    let request = Client::new().post(format!("{}{path}", engine.url)).bearer_auth(token);
    request.header("idempotency-key", key).json(body).send().await
}
