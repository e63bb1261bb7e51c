//! Orders that are paid by bank transfer.

use serde_json::json;

use crate::driven::{NOTHING, ON_HAND, PIECES, TOTAL};
use crate::provider::Provider;
use crate::shop::Shop;
use crate::stack::Stack;

/// The tenant `wired` is paid by bank transfer.
pub const ACCOUNTS: &str = "[tenants.wired]\nholder = \"Wired Ltd\"\niban = \"CH93 0076 2011 6238 5295 7\"\n";

/// A customer transfers too much in two parts: the order goes on with the second, and what is too much is to be sent back.
pub async fn is_paid_by_a_statement(stack: &Stack, shop: &Shop, provider: &Provider) {
    shop.receives("zrh-1", "by-transfer").await;
    let order = shop.places("by-transfer").await;
    order.until("asked for a payment", |saga| !saga["payments"][0].is_null()).await;
    let payment = shop.post(&format!("/v1/orders/{}/payments", order.id), &json!({})).await;
    let reference = payment["bankTransfer"]["reference"].as_str().unwrap().to_lowercase();
    let first = json!({"id": "e-1", "bookedAt": "2026-06-01", "amount": {"minor": TOTAL - 600, "currency": "EUR"},
        "text": format!("thank you, {reference}")});
    let report = shop.post("/v1/bank-statements", &json!({"entries": [first]})).await;
    assert_eq!(report["entries"][0]["outcome"], "MATCHED", "{report}");
    let file = format!("{}/statement.csv", stack.variables["ORDERS_STATE"]);
    let rows = format!("e-2,2026-06-02,7.00,EUR,\"the rest\n{reference}\"\ne-3,2026-06-02,-5.00,EUR,fees\n");
    std::fs::write(&file, format!("id,booked_at,amount,currency,text\n{rows}")).unwrap();
    let printed = stack.run("orderctl", &["bank", "import", &file, "--tenant", "wired"]).await;
    assert_eq!(printed, "2 rows read = 1 debit + 1 matched\n");
    order.is_delivered().await;
    let view = order.ends("COMPLETED", "COMPLETED").await;
    assert_eq!(view["paymentStatus"], "CAPTURED");
    assert_eq!(shop.stock("zrh-1", "by-transfer").await, (ON_HAND - PIECES, 0));
    let outgoing = shop.get("/v1/outgoing-transfers").await.unwrap();
    let [surplus] = &outgoing["transfers"].as_array().unwrap()[..] else { panic!("{outgoing}") };
    assert_eq!((&surplus["reason"], &surplus["amount"]["minor"]), (&json!("SURPLUS"), &json!(100)));
    let path = format!("/v1/outgoing-transfers/{}/done", surplus["id"].as_str().unwrap());
    shop.post(&path, &NOTHING).await;
    assert_eq!(shop.get("/v1/outgoing-transfers").await.unwrap()["transfers"], json!([]));
    assert_eq!(provider.booked(&order.payment_id().await), [], "the other provider knows nothing of it");
}
