//! `stock list`, `stock show` and `stock movements` over an engine.

use reqwest::Method;
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::sagas::says;

const SKU: &str = "orderctl-shelf";

fn has(on_hand: u64) -> impl Fn(&Value) -> bool {
    move |items| items.as_array().unwrap().iter().any(|item| item["onHand"] == on_hand)
}

/// Stock of one SKU at two locations is listed, shown with its quantities, and explained by its events.
pub async fn is_shown(engine: &Engine) {
    for (location, by) in [("zrh-1", 7), ("bsl-1", 2)] {
        let received = json!({"location": location, "sku": SKU, "by": by, "reason": "RECEIVED"});
        engine.send(Method::POST, "/v1/stock/adjustments", &received).await;
    }
    let counted = json!({"location": "zrh-1", "sku": SKU, "counted": 5});
    engine.send(Method::POST, "/v1/stock/counts", &counted).await;
    let list = format!("stock list --sku {SKU}");
    let listed = engine.until(&format!("{list} --json"), |items| has(5)(items) && has(2)(items)).await;
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    says(&engine.orderctl(&list).await, "2 of 2 items");
    let low = engine.orderctl(&format!("{list} --available-max 2 --json")).await.json();
    assert_eq!(low.as_array().unwrap().iter().map(|item| &item["location"]).collect::<Vec<_>>(), ["bsl-1"]);
    says(&engine.orderctl(&format!("{list} --location elsewhere")).await, "0 of 0 items");

    let shown = engine.orderctl(&format!("stock show zrh-1 {SKU} --json")).await.json();
    let quantities = ["onHand", "reserved", "available"].map(|name| shown[name].as_u64().unwrap());
    assert_eq!(quantities, [5, 0, 5]);
    says(&engine.orderctl(&format!("stock show zrh-1 {SKU}")).await, SKU);
    let nowhere = engine.orderctl(&format!("stock show gva-1 {SKU}")).await;
    assert_eq!((nowhere.code, &*nowhere.output), (Some(1), &*format!("gva-1 does not keep {SKU}\n")));

    let movements = engine.orderctl(&format!("stock movements zrh-1 {SKU} --json")).await.json();
    let of: Vec<_> = movements.as_array().unwrap().iter().map(|one| (&one["version"], &one["onHand"])).collect();
    assert_eq!(of, [(&json!(1), &json!(0)), (&json!(2), &json!(7)), (&json!(3), &json!(5))]);
    says(&engine.orderctl(&format!("stock movements zrh-1 {SKU} --last 1")).await, "1 of 3 events");
    let nowhere = engine.orderctl(&format!("stock movements gva-1 {SKU}")).await;
    assert_eq!((nowhere.code, &*nowhere.output), (Some(1), &*format!("gva-1 does not keep {SKU}\n")));
}
