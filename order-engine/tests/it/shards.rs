//! A log of three shards, served by several engines that are stopped and killed.

use std::time::Duration;

use event_store::Store;
use messaging::checkpoint;
use reqwest::Client;
use serde_json::{Value, json};
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::{wait_for, wait_until};

use crate::engine::Engine;
use crate::load::Load;
use crate::look::{LOOK, PATIENCE, free_address, grows, nothing_lost_or_doubled};
use crate::stack::Stack;

const SHARDS: i16 = 3;
const CHECKPOINTS: &str = "orders.relay.checkpoint";
const CUSTOMERS: usize = 8;
/// Requests under one key that two processes get at the same time.
const SAME_KEYS: usize = 20;

/// Waits until everything that was in the log at the beginning of the wait, and more, is published in every shard.
async fn publishes(stack: &Stack, store: &Store) {
    grows(store).await;
    for shard in 0..SHARDS {
        let head = store.head(shard).await.unwrap();
        wait_until(PATIENCE, LOOK, async || {
            let published = checkpoint::read(&stack.variables["KAFKA_BROKERS"], CHECKPOINTS, shard).await.unwrap();
            published.is_some_and(|checkpoint| checkpoint.position >= head)
        })
        .await
        .unwrap();
    }
}

/// Begins an order under a key, repeating while the key's first request is at work.
async fn draft(http: &Client, engine: &Engine, token: &str, key: &str) -> String {
    wait_for(PATIENCE, Duration::from_millis(20), async || {
        let request = http.post(format!("{}/v1/orders", engine.url)).bearer_auth(token).header("idempotency-key", key);
        let answer = request.json(&json!({"currency": "EUR"})).send().await.unwrap();
        let status = answer.status().as_u16();
        assert!([201, 409].contains(&status), "{status}");
        let body: Value = answer.json().await.unwrap();
        (status == 201).then(|| body["orderId"].as_str().unwrap().to_owned())
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn three_shards_lose_and_double_nothing_while_their_relays_are_stopped_and_killed() {
    let stack = Stack::start().await;
    let token = stack.prepare("3").await;
    let store = stack.store().await;
    assert_eq!(store.identity().shards, SHARDS);
    let one = free_address();
    let other = free_address();
    let front = Engine::start(&stack, &free_address(), "command,projection,query").await;
    let first = Engine::start(&stack, &one, "command,relay").await;
    let mut second = Engine::start(&stack, &other, "command,relay").await;
    let load = Load::start(&front.url, &token, CUSTOMERS);
    publishes(&stack, &store).await;

    // Two processes get the same request under the same key at the same time: one effect, one answer.
    let http = Client::new();
    let mut acknowledged = Vec::new();
    for _ in 0..SAME_KEYS {
        let key = SystemIds.random().to_string();
        let (here, there) = tokio::join!(draft(&http, &first, &token, &key), draft(&http, &second, &token, &key));
        assert_eq!(here, there, "one key, one order");
        acknowledged.push(here);
    }

    // Whoever leads a shard is stopped with all it has open, until the other has taken over; then it goes on.
    let client = stack.client().await;
    let epochs = async || {
        let row = client.query_one("SELECT count(*), sum(epoch)::bigint FROM leases", &[]).await.unwrap();
        (row.get::<_, i64>(0), row.get::<_, i64>(1))
    };
    let before = epochs().await;
    for engine in [&first, &second, &first] {
        engine.stop().await;
        publishes(&stack, &store).await;
        engine.signal("CONT").await;
        publishes(&stack, &store).await;
    }
    let after = epochs().await;
    assert_eq!((before.0, after.0), (i64::from(SHARDS), i64::from(SHARDS)), "a lease a shard");
    assert!(after.1 >= before.1 + i64::from(SHARDS), "every shard has changed hands: {before:?} {after:?}");
    second.kill().await;
    publishes(&stack, &store).await;
    second = Engine::start(&stack, &other, "command,relay").await;

    acknowledged.extend(load.end().await);
    nothing_lost_or_doubled(&stack, &store, &acknowledged).await;
    shown_by_orderctl(&stack, &store, &acknowledged[0]).await;
    let refused = stack.attempt("order-engine", &["migrate", "--shards", "2"]).await.unwrap_err();
    assert!(refused.contains("has 3 shards and holds events"), "{refused}");
    stack.run("order-engine", &["migrate"]).await;
    drop((first, second));
}

/// What the operator's tool says about shards is true.
async fn shown_by_orderctl(stack: &Stack, store: &Store, order: &str) {
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let lag = wait_for(PATIENCE, LOOK, async || {
        let lag = json(&stack.run("orderctl", &["lag", "--json"]).await);
        let behind = lag["partitions"].as_array().unwrap().iter().any(|one| one["behind"] != 0);
        (!behind).then_some(lag)
    });
    let lag = lag.await.unwrap();
    assert_eq!((&lag["unsequenced"], &lag["parked"]), (&json!(0), &json!(0)), "{lag}");
    let status = stack.run("orderctl", &["relay", "status", "--json"]).await;
    let status: Vec<Value> = status.lines().map(json).collect();
    assert_eq!(status.len(), 3, "{status:?}");
    for shard in 0..SHARDS {
        let head = store.head(shard).await.unwrap();
        let reported = &lag["shards"][usize::try_from(shard).unwrap()];
        assert_eq!(*reported, json!({"log": "orders", "shard": shard, "head": head, "published": head, "behind": 0}));
        let reported = &status[usize::try_from(shard).unwrap()];
        assert_eq!(
            (&reported["shard"], &reported["published"], &reported["ownLog"]),
            (&json!(shard), &json!(head), &json!(true))
        );
        assert_eq!(reported["lease"]["held"], true, "{reported}");
    }
    // The order is in one shard: there it had happened by its own position and not before, elsewhere it never happens.
    let events = async |as_of: &str| stack.run("orderctl", &["events", order, "--json", "--as-of", as_of]).await;
    let reported = json(events("1").await.lines().next().unwrap());
    let (shard, position) = reported["position"].as_str().unwrap().split_once('.').unwrap();
    let shard: i16 = shard.parse().unwrap();
    let position: i64 = position.parse().unwrap();
    assert_eq!(events(&format!("{shard}.{position}")).await.lines().count(), 1);
    assert_eq!(events(&format!("{shard}.{}", position - 1)).await.lines().count(), 0);
    assert_eq!(events(&format!("{}.999999999", (shard + 1) % SHARDS)).await.lines().count(), 0);
}
