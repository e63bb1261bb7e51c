//! Imports.

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::Method;
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{Reply, World};

type Feed = mpsc::Sender<Result<Bytes, std::io::Error>>;

pub fn row(reference: &str) -> Value {
    json!({"source": "online-retail", "reference": reference, "number": reference, "kind": "SALE", "customer": "17850",
        "country": "GB", "currency": "GBP", "placedAt": "2010-12-01T08:26:00Z",
        "lines": [{"sku": "85123A", "description": "WHITE HANGING HEART", "quantity": 6, "unitPrice": "2.55"},
            {"sku": "71053", "quantity": 6, "unitPrice": "3.39"}]})
}

pub async fn import(world: &World, body: impl Into<Body>) -> (Reply, Vec<Value>) {
    let call = world.call(Method::POST, "/v1/imports").no_key().token(world.admin());
    let reply = call.raw(body, "application/x-ndjson").send().await;
    let lines = String::from_utf8(reply.bytes.to_vec()).unwrap();
    let results = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (reply, results)
}

pub fn ndjson(rows: &[Value]) -> String {
    rows.iter().flat_map(|row| [row.to_string(), "\n".to_owned()]).collect()
}

fn statuses(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn orders_are_taken_in_once() {
    let world = World::new().await;
    let rows: Vec<Value> = (0..500).map(|n| row(&format!("{}", 536_365 + n))).collect();
    let (reply, results) = import(&world, ndjson(&rows)).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/x-ndjson"));
    assert_eq!(results.len(), 500);
    for (index, result) in results.iter().enumerate() {
        assert_eq!((&result["row"], &result["status"]), (&json!(index + 1), &json!("imported")));
        assert_eq!((&result["version"], &result["number"]), (&json!(1), &rows[index]["number"]));
    }
    let first: Uuid = results[0]["orderId"].as_str().unwrap().parse().unwrap();
    assert_eq!(first.get_version_num(), 8);

    let (_, again) = import(&world, ndjson(&rows)).await;
    assert!(statuses(&again).iter().all(|status| *status == "already"), "{:?}", again[0]);
    assert_eq!(again[0]["orderId"], results[0]["orderId"]);
    assert_eq!(world.events().await, 500);

    let view = world.get(&format!("/v1/orders/{first}")).send().await.assert(200);
    assert_eq!((&view.body["state"], &view.body["placedAt"]), (&json!("COMPLETED"), &json!("2010-12-01T08:26:00Z")));
    assert_eq!(view.body["total"], json!({"minor": 3564, "currency": "GBP"}));
    assert_eq!(view.body["import"]["reference"], "536365");
    let cancel = world.post(&format!("/v1/orders/{first}/cancel"), &json!({"reason": "STAFF"})).header("if-match", "*");
    cancel.send().await.assert_problem(409, "state_forbids_command");
}

#[tokio::test]
async fn a_refused_row_stops_nobody_elses() {
    let world = World::new().await;
    let mut bad = row("2");
    bad["lines"][1]["quantity"] = json!(-1);
    bad["lines"][0]["unitPrice"] = json!("free");
    bad["placedAt"] = json!("yesterday");
    let mut unknown = row("3");
    unknown["discount"] = json!(1);
    let mut empty = row("4");
    empty["lines"] = json!([]);
    let mut odd_sale = row("5");
    odd_sale["creditOf"] = json!("1");
    let mut crowded = row("6");
    crowded["lines"] = vec![json!({"sku": "A", "quantity": 1, "unitPrice": "1"}); 2_001].into();
    let mut body = ndjson(&[row("1"), bad, unknown, empty, odd_sale, crowded]).into_bytes();
    body.extend_from_slice(b"\n{\"source\":\"a\xff\"}\nnot json\n");
    body.extend_from_slice(&vec![b'x'; (1 << 20) + 1]);
    body.extend_from_slice(format!("\n{}", row("7")).as_bytes());
    let (_, results) = import(&world, body).await;
    let codes: Vec<&str> = results.iter().map(|result| result["code"].as_str().unwrap_or("")).collect();
    let expected = [
        "",
        "validation_failed",
        "malformed_body",
        "no_lines",
        "credit_of_without_credit",
        "too_many_lines",
        "malformed_body",
        "malformed_body",
        "body_too_large",
        "",
    ];
    assert_eq!(codes, expected);
    assert_eq!(statuses(&results)[1..9], ["refused"; 8]);
    let pointers: Vec<_> =
        results[1]["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(pointers, ["/placedAt", "/lines/0/unitPrice", "/lines/1/quantity"]);
    // The seventh line is blank: it counts, and has no result.
    assert_eq!((&results[6]["row"], &results[9]["row"]), (&json!(8), &json!(11)));
    assert_eq!(world.events().await, 2);
}

#[tokio::test]
async fn other_content_and_taken_numbers_are_refused() {
    let world = World::new().await;
    let mut changed = row("1");
    changed["lines"][0]["quantity"] = json!(7);
    let mut same_number = row("2");
    same_number["number"] = json!("1");
    let mut credit = row("C1");
    (credit["kind"], credit["creditOf"]) = (json!("CREDIT"), json!("1"));
    for (body, status, code) in [
        (row("1"), "imported", json!(null)),
        (changed, "refused", json!("import_conflict")),
        (same_number, "refused", json!("order_number_taken")),
        (credit, "imported", json!(null)),
    ] {
        let (_, results) = import(&world, ndjson(&[body])).await;
        assert_eq!((&results[0]["status"], &results[0]["code"]), (&json!(status), &code));
    }
    assert_eq!(world.events().await, 2);
}

#[tokio::test]
async fn a_placed_order_steps_over_a_number_that_an_import_brought() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    let rows: Vec<Value> = (1_000_001..1_000_004).map(|n| row(&format!("SO-{n}"))).collect();
    import(&world, ndjson(&rows)).await;
    let placed = world.post(&format!("{path}/place"), &json!({})).send().await.assert(200);
    assert_eq!(placed.body["number"], "SO-1000004");
}

#[tokio::test]
async fn the_door_is_checked_before_any_row() {
    let world = World::new().await;
    let post = |token: String, content_type| {
        world.call(Method::POST, "/v1/imports").token(token).raw(ndjson(&[row("1")]), content_type).send()
    };
    post(world.clerk(), "application/x-ndjson").await.assert_problem(403, "forbidden");
    post(world.admin(), "application/json").await.assert_problem(415, "wrong_content_type");
    world.call(Method::POST, "/v1/imports").no_token().send().await.assert_problem(401, "unauthenticated");
    assert_eq!(world.events().await, 0);
}

async fn open(world: &World) -> (Feed, BodyDataStream) {
    let (feed, body) = mpsc::channel(1);
    let call = world.call(Method::POST, "/v1/imports").no_key().token(world.admin());
    let response = call.raw(Body::from_stream(body), "application/x-ndjson").respond().await;
    assert_eq!(response.status(), 200);
    (feed, response.into_body().into_data_stream())
}

#[tokio::test]
async fn results_come_while_rows_are_still_being_sent() {
    let world = World::new().await;
    let (mut feed, mut results) = open(&world).await;
    for reference in ["1", "2", "3"] {
        feed.send(Ok(ndjson(&[row(reference)]).into())).await.unwrap();
        let piece = results.next().await.unwrap().unwrap();
        let result: Value = serde_json::from_slice(&piece).unwrap();
        assert_eq!(result["number"], reference);
    }
    drop(feed);
    assert!(results.next().await.is_none());
}

#[tokio::test]
async fn a_client_that_goes_away_stops_the_work() {
    let world = World::new().await;
    let (mut feed, mut results) = open(&world).await;
    feed.send(Ok(ndjson(&[row("1")]).into())).await.unwrap();
    results.next().await.unwrap().unwrap();
    drop(results);
    assert!(feed.send(Ok(ndjson(&[row("2")]).into())).await.is_err());
    assert_eq!(world.events().await, 1);
}

#[tokio::test]
async fn a_silent_client_is_told_and_given_up() {
    let limits = command_service::Limits { import_idle_ms_max: 50, ..Default::default() };
    let world = World::with(crate::world::Setting { limits, ..Default::default() }).await;
    let (mut feed, results) = open(&world).await;
    feed.send(Ok(format!("{}\n{{\"sou", row("1")).into())).await.unwrap();
    let pieces: Vec<Bytes> = results.map(|piece| piece.unwrap()).collect().await;
    let text = String::from_utf8(pieces.concat()).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((&last["row"], &last["status"], &last["code"]), (&json!(2), &json!("failed"), &json!("slow_body")));
}

#[tokio::test]
async fn imports_beyond_the_limit_are_refused_until_one_ends() {
    let limits = command_service::Limits { import_streams_max: 1, ..Default::default() };
    let world = World::with(crate::world::Setting { limits, ..Default::default() }).await;
    let (feed, results) = open(&world).await;
    let elsewhere = world.issuer.token(service_kit::auth::Role::Admin, &crate::world::tenant("other"), None);
    let refused = world.call(Method::POST, "/v1/imports").token(elsewhere).raw("", "application/x-ndjson").send().await;
    refused.assert_problem(503, "overloaded");
    drop(feed);
    assert_eq!(results.count().await, 0);
    let (_, results) = import(&world, ndjson(&[row("1")])).await;
    assert_eq!(statuses(&results), ["imported"]);
}
