//! Orders of another system, taken in once.

use std::fmt::Write;

use reqwest::Method;
use serde_json::{Value, json};
use service_kit::poll::wait_until;

use crate::shop::{Caller, LOOK, PATIENCE, Shop};

const ORDERS: usize = 200;

fn rows() -> String {
    let mut rows = String::new();
    for number in 0..ORDERS {
        let lines: Vec<_> = (0..=number % 5)
            .map(|line| json!({"sku": format!("SKU-{line}"), "quantity": line + 1, "unitPrice": "1.25"}))
            .collect();
        let row = json!({"source": "journeys", "reference": number.to_string(), "number": number.to_string(), "kind": "SALE",
            "currency": "GBP", "country": "GB", "placedAt": "2010-12-01T08:26:00Z", "lines": lines});
        writeln!(rows, "{row}").unwrap();
    }
    rows.push_str("{\"not\": \"an order\"}\n");
    rows
}

async fn import(caller: &Caller) -> Vec<Value> {
    let request =
        caller.request(Method::POST, "/v1/imports").header("content-type", "application/x-ndjson").body(rows());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn count(results: &[Value], status: &str) -> usize {
    results.iter().filter(|result| result["status"] == status).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_taken_once_and_seen_whole() {
    let clerk = Shop::open().admin();
    let first = import(&clerk).await;
    assert_eq!((count(&first, "imported"), count(&first, "refused")), (ORDERS, 1), "{:?}", first.last());
    let again = import(&clerk).await;
    assert_eq!((count(&again, "already"), count(&again, "refused")), (ORDERS, 1));
    let orders: Vec<_> = first.iter().filter_map(|result| result["orderId"].as_str()).collect();
    let repeated: Vec<_> = again.iter().filter_map(|result| result["orderId"].as_str()).collect();
    assert_eq!(orders, repeated);
    let query = "{ orders(first: 1) { totalCount nodes { imported state placedAt } } }";
    wait_until(PATIENCE, LOOK, async || clerk.query(None, query, json!({})).await["orders"]["totalCount"] == ORDERS)
        .await
        .unwrap();
    let seen = clerk.query(None, query, json!({})).await;
    assert_eq!(seen["orders"]["nodes"][0]["imported"], true);
    assert_eq!(seen["orders"]["nodes"][0]["state"], "COMPLETED");
    assert!(seen["orders"]["nodes"][0]["placedAt"].as_str().unwrap().starts_with("2010-12-01T08:26:00"));
}
