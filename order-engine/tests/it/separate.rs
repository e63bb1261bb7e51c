//! Inventory on a log and a database of its own, beside the log that the others share.

use domain::contract::{Position, Request};
use domain::fulfilment::requests::{ContractRequestedLine, FulfilmentRequest, REQUESTS_TOPIC, RequestFulfilment};
use domain::{FulfilmentId, OrderId, RequestId, TenantId};
use messaging::producer::TransactionalProducer;
use messaging::{Encoder, OutgoingRequest, Registry};
use serde_json::{Value, json};
use service_kit::clock::{Clock, Ids, SystemClock, SystemIds};
use service_kit::config::DatabaseUrl;
use service_kit::poll::wait_for;
use service_kit::postgres::{ConnectOptions, connect};

use crate::copies::Copies;
use crate::engine::Engine;
use crate::look::{LOOK, PATIENCE, free_address};
use crate::shop::Shop;
use crate::stack::Stack;

const ROLES: &str = "command,worker,relay,projection,query";
/// The tenant of the tokens of `orderctl`.
const TENANT: &str = "default";

impl Shop {
    /// Begins an order, receives goods and reserves some; returns the order once the read models show all of it.
    async fn reserves(&self, on_hand: u32) -> String {
        let order = self.post("/v1/orders", &json!({"currency": "EUR"})).await["orderId"].as_str().unwrap().to_owned();
        let received = json!({"location": "zrh-1", "sku": "tea", "by": 10, "reason": "RECEIVED"});
        self.post("/v1/stock/adjustments", &received).await;
        let lines = json!([{"sku": "tea", "quantity": 4}]);
        self.post("/v1/reservations", &json!({"orderId": order, "location": "zrh-1", "lines": lines})).await;
        let query = format!(
            "{{ order(id: \"{order}\") {{ version }} reservations(order: \"{order}\") {{ state }} \
             stockAt(location: \"zrh-1\", sku: \"tea\") {{ onHand }} }}"
        );
        let shown = json!({
            "order": {"version": 1}, "reservations": [{"state": "GRANTED"}], "stockAt": {"onHand": on_hand}
        });
        wait_for(PATIENCE, LOOK, async || {
            let answer = self.query(&query).await;
            (answer["data"] == shown).then_some(())
        })
        .await
        .unwrap();
        order
    }
}

/// The kinds of streams that a log has.
async fn kinds(stack: &Stack, setting: &'static str) -> Vec<String> {
    let url = DatabaseUrl::new(setting, stack.variables[setting].clone());
    let client = connect(&url, &ConnectOptions::named("test")).await.unwrap();
    let kinds = "SELECT DISTINCT aggregate_type FROM events ORDER BY 1";
    client.query(kinds, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// What a command prints a line of JSON for each of: the value of a field in each line.
fn field_of_lines<'a>(printed: &'a str, field: &'a str) -> Vec<Value> {
    printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()[field].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn inventory_has_a_log_of_its_own_and_only_its_past_is_refused() {
    let stack = Stack::start_with("inventory").await;
    let token = stack.prepare("1").await;
    let engine = Engine::start(&stack, &free_address(), ROLES).await;
    let shop = Shop::at(&engine.url, &token);
    let order = shop.reserves(10).await;
    a_location_accepts(&stack, &shop, order.parse().unwrap()).await;
    assert_eq!(kinds(&stack, "ORDERS_DATABASE_URL").await, ["fulfilment", "order"]);
    assert_eq!(kinds(&stack, "INVENTORY_DATABASE_URL").await, ["reservation", "stock"]);
    tools_look_at_both(&stack).await;
    engine.kill().await;
    settings_that_hide_streams_are_refused(&stack).await;
    comes_back_from_an_earlier_copy(&stack, &token).await;
}

/// A request for a fulfilment comes by message to the shared log.
async fn a_location_accepts(stack: &Stack, shop: &Shop, order: OrderId) {
    let registry = Registry::new(&stack.variables["SCHEMA_REGISTRY_URL"]).unwrap();
    // As an event of a log that is none of the two asks, since the audit compares requests with the events of their log.
    let encoder = Encoder::<FulfilmentRequest>::connect(&registry, REQUESTS_TOPIC).await.unwrap();
    let encoder = encoder.of_log(SystemIds.random());
    let fulfilment = FulfilmentId::of(order, 1);
    let lines = vec![ContractRequestedLine { sku: "tea".to_owned(), quantity: 4 }];
    let location = "zrh-1".to_owned();
    let body =
        RequestFulfilment { fulfilment_id: fulfilment.to_string(), order_id: order.to_string(), location, lines };
    let id = RequestId::new(SystemIds.ordered());
    let now = SystemClock.now();
    let request = Request { id, tenant: TenantId::try_new(TENANT).unwrap(), at: now, body: body.into() };
    let record = encoder.encode_request(&OutgoingRequest {
        request,
        position: Position { shard: 0, position: 1 },
        recorded_at: now,
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        payload_hash: [0; 32],
    });
    let mut producer = TransactionalProducer::connect(&stack.variables["KAFKA_BROKERS"], "asker").await.unwrap();
    producer.begin().unwrap();
    producer.produce(record.unwrap()).await.unwrap();
    producer.commit().await.unwrap();
    let path = format!("/v1/fulfilments/{fulfilment}");
    let requested = wait_for(PATIENCE, LOOK, async || shop.get(&path).await).await.unwrap();
    assert_eq!(requested["state"], "REQUESTED");
    assert_eq!(shop.post(&format!("{path}/accept"), &Value::Null).await["state"], "ACCEPTED");
}

/// What operators use shows each log by its name.
async fn tools_look_at_both(stack: &Stack) {
    let audited = stack.run("orderctl", &["audit", "--json"]).await;
    assert_eq!(field_of_lines(&audited, "log"), ["orders", "inventory"], "{audited}");
    assert_eq!(field_of_lines(&audited, "clean"), [true, true], "{audited}");
    let relays = stack.run("orderctl", &["relay", "status", "--json"]).await;
    assert_eq!(field_of_lines(&relays, "log"), ["orders", "inventory"], "{relays}");
    let named = async |command: &str| {
        let listed: Vec<Value> = serde_json::from_str(&stack.run("orderctl", &[command, "--json"]).await).unwrap();
        listed.iter().map(|one| one["log"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let of_orders = "kept answers, drafts and payments";
    assert_eq!(
        named("jobs").await,
        ["orders", "orders", "orders", "inventory"],
        "{of_orders}; kept answers of inventory"
    );
    // How many there are of a log depends on which of its jobs runs just now.
    let mut timers = named("timers").await;
    timers.dedup();
    assert_eq!(timers, ["orders", "inventory"]);
    let lag: Value = serde_json::from_str(&stack.run("orderctl", &["lag", "--json"]).await).unwrap();
    let logs: Vec<_> = lag["shards"].as_array().unwrap().iter().map(|shard| &shard["log"]).collect();
    assert_eq!(logs, ["orders", "inventory"], "{lag}");
    stack.run("orderctl", &["replay", "verify", "--all"]).await;
    stack.run("orderctl", &["replay", "rebuild", "--all"]).await;
    assert_eq!(stack.run("orderctl", &["requests", "parked"]).await, "0 parked\n");
}

/// Settings by which nobody would find streams that are there are refused before anything starts.
async fn settings_that_hide_streams_are_refused(stack: &Stack) {
    let (orders, inventory) = ("ORDERS_DATABASE_URL", "INVENTORY_DATABASE_URL");
    let of = |setting: &str| stack.variables[setting].clone();
    let refused = stack.attempt_with("migrate", &[(inventory, of(orders))]).await;
    assert!(
        refused.contains("INVENTORY_DATABASE_URL is not valid: ORDERS_DATABASE_URL names this database"),
        "{refused}"
    );
    let refused = stack.attempt_with("migrate", &[(inventory, of(orders)), (orders, of(inventory))]).await;
    assert!(refused.contains("log orders has streams of kind reservation, which nobody would find"), "{refused}");
    let refused = stack.attempt_with("topics", &[(inventory, String::new())]).await;
    assert!(refused.contains("a log inventory of its own was published to Kafka"), "{refused}");
    let elsewhere = of(orders).replace("127.0.0.1", "localhost");
    let refused = stack.attempt_with("serve", &[(inventory, elsewhere)]).await;
    assert!(refused.contains("INVENTORY_DATABASE_URL leads to log orders by another address"), "{refused}");
}

/// The database of inventory is replaced by a copy of its own past: its relay says so, the audit too, and orders go on.
async fn comes_back_from_an_earlier_copy(stack: &Stack, token: &str) {
    let copies = Copies::of(stack, "inventory").await;
    copies.take().await;
    let engine = Engine::start(stack, &free_address(), ROLES).await;
    let shop = Shop::at(&engine.url, token);
    shop.reserves(20).await;
    engine.kill().await;
    copies.put_back_earlier().await;

    let engine = Engine::spawn(stack, &free_address(), ROLES);
    let said = engine.relay_stopped("inventory-relay").await;
    assert!(said.contains("the database was restored from an older copy"), "{said}");
    let stopped = |relay: &str, is: u8| format!("relay_stopped{{relay=\"{relay}\",shard=\"0\"}} {is}");
    engine.shows(&stopped("inventory-relay", 1)).await;
    // It may begin after the other has stopped.
    engine.shows(&stopped("orders-relay", 0)).await;
    let audited = stack.attempt("orderctl", &["audit", "--json"]).await.unwrap_err();
    let reports: Vec<Value> = audited.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!((&reports[0]["log"], &reports[0]["clean"]), (&json!("orders"), &json!(true)), "{audited}");
    assert_eq!((&reports[1]["log"], &reports[1]["clean"]), (&json!("inventory"), &json!(false)), "{audited}");
    let found: Vec<_> = reports[1]["findings"].as_array().unwrap().iter().map(|one| one["code"].to_string()).collect();
    assert!(found.iter().any(|code| code.contains("log_restored")), "{audited}");
    engine.kill().await;

    copies.put_back_newest().await;
    let engine = Engine::start(stack, &free_address(), ROLES).await;
    let shop = Shop::at(&engine.url, token);
    shop.reserves(30).await;
    stack.run("orderctl", &["audit"]).await;
    engine.kill().await;
}
