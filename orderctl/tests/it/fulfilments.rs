//! `fulfilments` over an engine: what a location has to pack, and what to fetch for it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::sagas::says;

fn waits_for(order: &str, step: &str) -> impl Fn(&Value) -> bool {
    move |rows| rows.as_array().unwrap().iter().any(|row| row["orderId"] == order && row["waitsFor"] == step)
}

/// An order that costs nothing is in the queue of its location at once, and on its pick list once it is accepted.
pub async fn is_packed(engine: &Engine) {
    let received = json!({"location": "zrh-1", "sku": "orderctl-free", "by": 3, "reason": "RECEIVED"});
    engine.send(Method::POST, "/v1/stock/adjustments", &received).await;
    let order = engine.places("orderctl-free", "0.00").await;
    let queue = "fulfilments queue --location zrh-1";
    let asked = engine.until(&format!("{queue} --json"), waits_for(&order, "TO_ACCEPT")).await;
    let row = asked.as_array().unwrap().iter().find(|row| row["orderId"] == order.as_str()).unwrap();
    assert_eq!(row["lines"], json!([{"sku": "orderctl-free", "quantity": 3}]));
    let fulfilment = row["fulfilmentId"].as_str().unwrap();
    says(&engine.orderctl(queue).await, &format!("{fulfilment} {order} TO_ACCEPT "));

    engine.send(Method::POST, &format!("/v1/fulfilments/{fulfilment}/accept"), &json!({})).await;
    engine.until(&format!("{queue} --waits-for to-pick --json"), waits_for(&order, "TO_PICK")).await;
    let list = engine.orderctl("fulfilments picklist --location zrh-1").await;
    says(&list, "        3  orderctl-free\n");
    says(&list, &format!("\norder {order}, fulfilment {fulfilment}\n        3  orderctl-free\n"));
    let list = engine.orderctl("fulfilments picklist --location zrh-1 --json").await.json();
    assert!(list["pieces"].as_array().unwrap().contains(&json!({"sku": "orderctl-free", "quantity": 3})), "{list}");
    engine.send(Method::POST, &format!("/v1/fulfilments/{fulfilment}/pick"), &json!({})).await;
    engine.until(&format!("{queue} --waits-for to-pack --json"), waits_for(&order, "TO_PACK")).await;
    says(&engine.orderctl("fulfilments picklist --location elsewhere").await, "0 pieces of 0 SKUs for 0 fulfilments");
}
