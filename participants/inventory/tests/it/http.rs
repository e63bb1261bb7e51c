//! Stock and reservations over HTTP.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::World;

fn reserve(lines: &Value) -> Value {
    json!({"orderId": "0191f2c4-7d1e-7c3a-9b55-3f0f5a0c2b11", "location": "zrh-1", "lines": lines})
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_is_received_reserved_shipped_and_given_back() {
    let world = World::new().await;
    world.receive("tea", 10).await;
    let settings = json!({"location": "zrh-1", "sku": "tea", "safetyStock": 2});
    world.post("/v1/stock/items", &settings).await.assert(200);
    assert_eq!(world.level("tea").await, [10, 0, 8]);
    let granted = world.post("/v1/reservations", &reserve(&json!([{"sku": "tea", "quantity": 5}]))).await.assert(201);
    assert_eq!((&granted.body["state"], &granted.headers["etag"]), (&json!("GRANTED"), &"\"1\"".parse().unwrap()));
    assert_eq!(granted.body["eventIds"].as_array().unwrap().len(), 2, "of the reservation and of the stock");
    assert_eq!(world.level("tea").await, [10, 5, 3]);
    let path = format!("/v1/reservations/{}", granted.body["reservationId"].as_str().unwrap());
    world.post(&format!("{path}/renew"), &json!({"holdForS": 60})).await.assert(200);
    let shipment = json!({"lines": [{"sku": "tea", "quantity": 2}]});
    world.post(&format!("{path}/ship"), &shipment).await.assert(200);
    assert_eq!(world.level("tea").await, [8, 3, 3]);
    let released = world.post(&format!("{path}/release"), &Value::Null).await.assert(200);
    assert_eq!((&released.body["state"], &released.body["lines"]), (&json!("RELEASED"), &json!([])));
    assert_eq!(world.level("tea").await, [8, 0, 6]);
    let again = world.post(&format!("{path}/ship"), &shipment).await.assert(409);
    assert_eq!(again.body["code"], "reservation_request_refused");
    assert_eq!(world.get(&path).await.assert(200).body["state"], "RELEASED");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_reservation_is_granted_or_none_and_a_repeat_gets_the_first_answer() {
    let world = World::new().await;
    world.receive("tea", 10).await;
    world.receive("cup", 1).await;
    let body = reserve(&json!([{"sku": "tea", "quantity": 5}, {"sku": "cup", "quantity": 2}]));
    let refused = world.post_as("shop", "k-1", "/v1/reservations", &body).await.assert(409);
    assert_eq!(refused.body["code"], "out_of_stock");
    assert_eq!(refused.body["errors"][0]["detail"], "cup: 2 asked for, 1 available");
    assert_eq!((world.level("tea").await, world.level("cup").await), ([10, 0, 10], [1, 0, 1]));
    // More comes in; the repeat still gets its first answer, and another request is granted.
    world.receive("cup", 5).await;
    let repeated = world.post_as("shop", "k-1", "/v1/reservations", &body).await.assert(409);
    assert_eq!(repeated.headers["idempotent-replayed"], "true");
    world.post_as("shop", "k-2", "/v1/reservations", &body).await.assert(201);
    world.post_as("shop", "k-2", "/v1/reservations", &body).await.assert(201);
    assert_eq!(world.level("cup").await, [6, 2, 4]);
    let other = reserve(&json!([{"sku": "tea", "quantity": 1}]));
    let conflicting = world.post_as("shop", "k-2", "/v1/reservations", &other).await.assert(422);
    assert_eq!(conflicting.body["code"], "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_warehouse_reports_is_recorded_even_where_it_contradicts_the_books() {
    let world = World::new().await;
    world.receive("tea", 10).await;
    world.post("/v1/reservations", &reserve(&json!([{"sku": "tea", "quantity": 8}]))).await.assert(201);
    let counted = json!({"location": "zrh-1", "sku": "tea", "counted": 5});
    let count = world.post("/v1/stock/counts", &counted).await.assert(200);
    assert_eq!(count.body["eventIds"].as_array().unwrap().len(), 2, "the count and the shortage");
    assert_eq!(world.level("tea").await, [5, 8, 0]);
    let below = json!({"location": "zrh-1", "sku": "tea", "by": -6, "reason": "CORRECTION"});
    assert_eq!(world.post("/v1/stock/adjustments", &below).await.assert(409).body["code"], "stock_below_zero");
    let lost = json!({"location": "zrh-1", "sku": "tea", "by": -6, "reason": "LOST"});
    world.post("/v1/stock/adjustments", &lost).await.assert(200);
    assert_eq!(world.level("tea").await, [0, 8, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_recorded_at_both_locations_or_at_none() {
    let world = World::new().await;
    world.receive("tea", 10).await;
    let transfer = |quantity| json!({"origin": "zrh-1", "destination": "gva-1", "sku": "tea", "quantity": quantity});
    let done = world.post("/v1/stock/transfers", &transfer(4)).await.assert(200);
    assert_eq!(
        (&done.body["origin"]["level"]["onHand"], &done.body["destination"]["level"]["onHand"]),
        (&json!(6), &json!(4))
    );
    let beyond = world.post("/v1/stock/transfers", &transfer(7)).await.assert(409);
    assert_eq!(beyond.body["code"], "stock_beyond_available");
    let there = world.get("/v1/stock/items?location=gva-1&sku=tea").await.assert(200);
    assert_eq!(there.body["level"]["onHand"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_stock_is_recorded_whole_and_once() {
    let world = World::new().await;
    let rows = json!({"rows": [
        {"location": "zrh-1", "sku": "tea", "onHand": 20, "safetyStock": 2},
        {"location": "zrh-1", "sku": "cup", "onHand": 0, "allowsBackorder": true},
    ]});
    let added = world.post("/v1/stock/imports", &rows).await.assert(200);
    assert_eq!(added.body["outcomes"], json!(["ADDED", "ADDED"]));
    let again = world.post("/v1/stock/imports", &rows).await.assert(200);
    assert_eq!((&again.body["outcomes"], &again.body["eventIds"]), (&json!(["UNCHANGED", "UNCHANGED"]), &json!([])));
    assert_eq!(world.level("tea").await, [20, 0, 18]);
    let granted = world.post("/v1/reservations", &reserve(&json!([{"sku": "cup", "quantity": 2}]))).await.assert(201);
    assert_eq!(granted.body["lines"], json!([{"sku": "cup", "quantity": 2, "backordered": 2}]));
    let bad = json!({"rows": [
        {"location": "zrh-1", "sku": "jar", "onHand": 1},
        {"location": "zrh-1", "sku": "jar", "onHand": 2},
        {"location": "", "sku": "mug", "onHand": 9_007_199_254_740_992_u64},
    ]});
    let refused = world.post("/v1/stock/imports", &bad).await.assert(422);
    let pointers: Vec<_> = refused.body["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/rows/1/sku", "/rows/2/location", "/rows/2/onHand"]);
    world.get("/v1/stock/items?location=zrh-1&sku=jar").await.assert(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_sees_and_changes_nothing() {
    let world = World::new().await;
    world.receive("tea", 10).await;
    let granted = world.post("/v1/reservations", &reserve(&json!([{"sku": "tea", "quantity": 5}]))).await.assert(201);
    let path = format!("/v1/reservations/{}", granted.body["reservationId"].as_str().unwrap());
    world.send(Method::GET, "rival", None, &path, &Value::Null).await.assert(404);
    world.send(Method::GET, "rival", None, "/v1/stock/items?location=zrh-1&sku=tea", &Value::Null).await.assert(404);
    world.post_as("rival", "r-1", &format!("{path}/release"), &Value::Null).await.assert(404);
    // Under the same id, in a request of its own.
    let mut same_id = reserve(&json!([{"sku": "tea", "quantity": 1}]));
    same_id["reservationId"] = granted.body["reservationId"].clone();
    world.post_as("rival", "r-2", "/v1/reservations", &same_id).await.assert(404);
    assert_eq!(world.level("tea").await, [10, 5, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_field_by_field() {
    let world = World::new().await;
    for (path, body, code) in [
        (
            "/v1/stock/adjustments",
            json!({"location": "zrh-1", "sku": "tea", "by": 0, "reason": "FOUND"}),
            "validation_failed",
        ),
        (
            "/v1/stock/adjustments",
            json!({"location": "zrh-1", "sku": "tea", "by": 1.5, "reason": "FOUND"}),
            "malformed_body",
        ),
        ("/v1/stock/counts", json!({"location": "zrh-1", "sku": "a\u{0}b", "counted": 1}), "validation_failed"),
        (
            "/v1/stock/transfers",
            json!({"origin": "a", "destination": "a", "sku": "tea", "quantity": 1}),
            "stock_item_not_found",
        ),
        ("/v1/reservations", reserve(&json!([])), "validation_failed"),
        ("/v1/reservations", reserve(&json!([{"sku": "tea", "quantity": 1_000_001}])), "validation_failed"),
        (
            "/v1/reservations",
            json!({"orderId": "7", "location": "zrh-1", "lines": [{"sku": "tea", "quantity": 1}]}),
            "validation_failed",
        ),
    ] {
        let reply = world.post(path, &body).await;
        assert!((400..500).contains(&reply.status), "{path} {body}: {}", reply.status);
        assert_eq!(reply.body["code"], code, "{path} {body}");
    }
    let keyless = world.send(Method::POST, "shop", None, "/v1/reservations", &reserve(&json!([]))).await;
    assert_eq!(keyless.body["code"], "idempotency_key_missing");
    let events: i64 = world.database.client().await.query_one("SELECT count(*) FROM events", &[]).await.unwrap().get(0);
    assert_eq!(events, 0);
}
