//! From a draft to what GraphQL shows.

use reqwest::Method;
use serde_json::json;

use crate::tenant::TestTenant;

const ORDER: &str = "query ($id: ID!) { order(id: $id) {
    orderId number state version customer { customerId } country totals { total { minor currency } }
    lines(first: 10) { nodes { sku quantity total { minor } } }
    timeline(first: 20) { nodes { version type } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_placed_order_is_seen_by_whoever_placed_it() {
    let clerk = TestTenant::open().admin();
    let placed = clerk.placed().await;
    let seen = clerk.query(Some(&placed), ORDER, json!({"id": placed.id})).await;
    let order = &seen["order"];
    assert_eq!(order["state"], "PLACED");
    assert_eq!(order["version"], 4);
    assert_eq!(order["number"], placed.body["number"]);
    assert_eq!(order["country"], "CH");
    assert_eq!(order["totals"]["total"], json!({"minor": 765, "currency": "EUR"}));
    assert_eq!(order["lines"]["nodes"], json!([{"sku": "85123A", "quantity": 3, "total": {"minor": 765}}]));
    let types: Vec<_> = order["timeline"]["nodes"].as_array().unwrap().iter().map(|entry| &entry["type"]).collect();
    assert_eq!(types, ["OrderDrafted", "LineAdded", "AddressChanged", "OrderPlaced"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_order_is_seen_as_cancelled() {
    let clerk = TestTenant::open().admin();
    let placed = clerk.placed().await;
    let path = format!("/v1/orders/{}/cancel", placed.id);
    let without = clerk.send(Method::POST, &path, json!({"reason": "STAFF"})).await;
    assert_eq!(without.status(), 428);
    let cancel = clerk.request(Method::POST, &path).header("If-Match", &placed.etag).json(&json!({"reason": "STAFF"}));
    let cancelled = cancel.send().await.unwrap();
    assert_eq!(cancelled.status(), 200);
    let token = cancelled.headers()["order-consistency-token"].to_str().unwrap().to_owned();
    let after = crate::tenant::Ordered { consistency: token, ..placed.clone() };
    let seen = clerk.query(Some(&after), ORDER, json!({"id": placed.id})).await;
    assert_eq!(seen["order"]["state"], "CANCELLED");
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_listed_newest_first_page_by_page() {
    let clerk = TestTenant::open().admin();
    let mut placed = Vec::new();
    for _ in 0..5 {
        placed.push(clerk.placed().await);
    }
    let query = "query ($after: String) { orders(first: 2, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes { orderId } } }";
    let mut seen = Vec::new();
    let mut after = serde_json::Value::Null;
    for placing in &placed {
        // Every order is there before the list is read.
        clerk.query(Some(placing), "{ __typename }", json!({})).await;
        clerk.query(Some(placing), ORDER, json!({"id": placing.id})).await;
    }
    loop {
        let page = clerk.query(None, query, json!({"after": after})).await;
        let page = &page["orders"];
        assert_eq!(page["totalCount"], 5);
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["orderId"].as_str().unwrap().to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let expected: Vec<_> = placed.iter().rev().map(|order| order.id.clone()).collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_see_their_own_orders_by_every_road_and_no_others() {
    let tenant = TestTenant::open();
    let owner = tenant.customer("c-1");
    let stranger = tenant.customer("c-2");
    let placed = tenant.admin().placed().await;
    let seen = owner.query(Some(&placed), ORDER, json!({"id": placed.id})).await;
    assert_eq!(seen["order"]["orderId"], *placed.id);
    let path = format!("/v1/orders/{}", placed.id);
    assert_eq!(owner.request(Method::GET, &path).send().await.unwrap().status(), 200);
    assert_eq!(stranger.request(Method::GET, &path).send().await.unwrap().status(), 404);
    let lookups = "query ($id: ID!, $number: String!) {
        order(id: $id) { orderId } byNumber: order(number: $number) { orderId } orders(first: 10) { nodes { orderId } } }";
    let variables = json!({"id": placed.id, "number": placed.body["number"]});
    let answer = stranger.ask(None, lookups, variables).await;
    assert!(!answer["data"].to_string().contains(&placed.id), "{answer:#}");
    let elsewhere = TestTenant::open().admin();
    assert_eq!(elsewhere.request(Method::GET, &path).send().await.unwrap().status(), 404);
    let answer = elsewhere.ask(None, ORDER, json!({"id": placed.id})).await;
    assert!(!answer.to_string().contains("85123A"), "{answer:#}");
}
