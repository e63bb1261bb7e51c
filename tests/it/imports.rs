//! Orders of another system, taken in once.

use std::fmt::Write;

use reqwest::Method;
use serde_json::{Value, json};
use service_kit::poll::wait_until;

use crate::tenant::{Caller, LOOK, PATIENCE, TestTenant};

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
    import_rows(caller, rows()).await
}

pub async fn import_rows(caller: &Caller, rows: String) -> Vec<Value> {
    let request = caller.request(Method::POST, "/v1/imports").header("content-type", "application/x-ndjson").body(rows);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn count(results: &[Value], status: &str) -> usize {
    results.iter().filter(|result| result["status"] == status).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_taken_once_and_seen_whole() {
    let clerk = TestTenant::open().admin();
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

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_order_is_what_every_reader_sees_and_its_history_keeps_both() {
    let clerk = TestTenant::open().admin();
    let order = |kind: &str, number: &str, quantity: u32, update: bool| {
        json!({"source": "journeys", "reference": "corrected", "number": number, "kind": kind, "customer": "c-1",
            "currency": "EUR", "placedAt": "2010-12-01T08:26:00Z", "update": update,
            "lines": [{"sku": "CORRECTED", "quantity": quantity, "unitPrice": "1.25"}]})
        .to_string()
    };
    let first = import_rows(&clerk, order("SALE", "R-1", 2, false)).await;
    assert_eq!(first[0]["status"], "imported", "{first:?}");
    let differs = import_rows(&clerk, order("CREDIT", "R-1A", 3, false)).await;
    assert_eq!(differs[0]["code"], "import_conflict");
    let corrected = import_rows(&clerk, order("CREDIT", "R-1A", 3, true)).await;
    assert_eq!((&corrected[0]["status"], &corrected[0]["version"]), (&json!("corrected"), &json!(2)));
    let query = "query ($id: ID!, $of: ConsistencyToken) { order(id: $id, consistency: $of) { number version \
        totals { total { amount } } timeline(first: 5) { nodes { type description } } } }";
    let id = first[0]["orderId"].as_str().unwrap();
    let variables = json!({ "id": id, "of": format!("order:{id}@2") });
    let seen = clerk.query(None, query, variables).await["order"].clone();
    assert_eq!((&seen["number"], &seen["version"]), (&json!("R-1A"), &json!(2)));
    assert_eq!(seen["totals"]["total"]["amount"], "-3.75");
    let types: Vec<&Value> = seen["timeline"]["nodes"].as_array().unwrap().iter().map(|node| &node["type"]).collect();
    assert_eq!(types, ["OrderImported", "OrderImportCorrected"]);
    let description = seen["timeline"]["nodes"][1]["description"].as_str().unwrap();
    assert_eq!(description, "Import from journeys corrected to credit R-1A with 1 lines for 3.75 EUR");
}
