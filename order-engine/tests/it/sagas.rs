//! Orders that are driven to their end by an engine with all its roles, and a provider of payments that tells everything twice.

use payment_simulator::EntryKind as E;
use serde_json::{Value, json};
use service_kit::poll::wait_until;

use crate::driven::{NOTHING, ON_HAND, Order, PAYS, PIECES, ROLES, TOTAL, scene};
use crate::engine::Engine;
use crate::kitchens::is_cooked_by_simulated_staff;
use crate::look::{LOOK, PATIENCE};
use crate::provider::Provider;
use crate::shop::Shop;

const IS_DECLINED: &str = "pm_card_visa_chargeDeclined";

async fn is_paid_shipped_and_delivered(shop: &Shop, provider: &Provider) {
    shop.receives("zrh-1", "straight").await;
    let order = shop.places("straight").await;
    order.pays(PAYS).await;
    order.is_delivered().await;
    let view = order.ends("COMPLETED", "COMPLETED").await;
    assert_eq!((&view["paymentStatus"], &view["fulfilmentStatus"]), (&json!("CAPTURED"), &json!("DELIVERED")));
    assert_eq!(shop.stock("zrh-1", "straight").await, (ON_HAND - PIECES, 0));
    let booked = provider.booked(&order.payment_id().await);
    assert_eq!(booked, [(E::Authorized, TOTAL), (E::Captured, TOTAL)]);
}

async fn is_rejected_after_three_declines(shop: &Shop, provider: &Provider) {
    shop.receives("zrh-1", "declined").await;
    let order = shop.places("declined").await;
    for declines in 1..=3 {
        order.pays(IS_DECLINED).await;
        wait_until(PATIENCE, LOOK, async || order.payment().await["declines"] == declines).await.unwrap();
    }
    let view = order.ends("UNDONE", "REJECTED").await;
    assert_eq!(view["rejectReason"], "PAYMENT");
    assert_eq!(
        (shop.stock("zrh-1", "declined").await, order.payment().await["status"].clone()),
        ((ON_HAND, 0), json!("VOIDED"))
    );
    let booked = provider.booked(&order.payment_id().await);
    assert_eq!(booked, [(E::Declined, TOTAL); 3]);
}

async fn waits_for_stock_and_goes_on_with_it(shop: &Shop, provider: &Provider) {
    let order = shop.places("short").await;
    let saga = order.until("waiting for stock", |saga| !saga["stockAwaitedUntil"].is_null()).await;
    assert_eq!(saga["reservations"].as_array().unwrap().len(), 2, "{saga}");
    assert_eq!((order.view().await["holds"].clone(), saga["payments"].clone()), (json!(["STOCK"]), json!([])));
    shop.receives("bsl-1", "short").await;
    shop.post(&format!("/v1/orders/{}/saga/retry", order.id), &NOTHING).await;
    order.pays(PAYS).await;
    assert_eq!(order.view().await["holds"], json!([]));
    order.is_delivered().await;
    order.ends("COMPLETED", "COMPLETED").await;
    assert_eq!(shop.stock("bsl-1", "short").await, (ON_HAND - PIECES, 0));
    let booked = provider.booked(&order.payment_id().await);
    assert_eq!(booked, [(E::Authorized, TOTAL), (E::Captured, TOTAL)]);
}

async fn is_not_shipped_while_it_is_held(shop: &Shop) {
    shop.receives("zrh-1", "held").await;
    let order = shop.places("held").await;
    order.pays(PAYS).await;
    let path = order.released().await;
    order.is_packed(&path).await;
    let (hold, manual) = (format!("/v1/orders/{}", order.id), json!({"hold": "MANUAL"}));
    shop.post(&format!("{hold}/hold"), &manual).await;
    let is_kept = async || shop.get(&path).await.is_some_and(|one| one["released"] == false);
    wait_until(PATIENCE, LOOK, is_kept).await.unwrap();
    let dispatch = json!({"carrier": "post", "tracking": "CH1"});
    let (status, refusal) = shop.attempt(&format!("{path}/ship"), &dispatch).await.unwrap();
    assert!((400..500).contains(&status), "{status} {refusal}");
    assert_eq!(order.saga().await["held"], true);
    shop.post(&format!("{hold}/release-hold"), &manual).await;
    order.released().await;
    order.is_shipped(&path).await;
    let view = order.ends("COMPLETED", "COMPLETED").await;
    assert_eq!((&view["holds"], &view["fulfilmentStatus"]), (&json!([]), &json!("DELIVERED")));
}

async fn is_refunded_when_it_is_cancelled_after_the_capture(shop: &Shop, provider: &Provider) {
    shop.receives("zrh-1", "cancelled").await;
    let order = shop.places("cancelled").await;
    order.pays(PAYS).await;
    let path = order.released().await;
    order.is_cancelled().await;
    let view = order.ends("UNDONE", "CANCELLED").await;
    assert_eq!((&view["paymentStatus"], &view["cancelReason"]), (&json!("REFUNDED"), &json!("CUSTOMER")));
    assert_eq!(shop.get(&path).await.unwrap()["state"], "CANCELLED");
    assert_eq!(shop.stock("zrh-1", "cancelled").await, (ON_HAND, 0));
    let booked = provider.booked(&order.payment_id().await);
    assert_eq!(booked, [(E::Authorized, TOTAL), (E::Captured, TOTAL), (E::Refunded, TOTAL)]);
}

/// An order whose capture was never answered, and is asked for again.
async fn is_captured_without_an_answer<'a>(shop: &'a Shop, provider: &Provider) -> Order<'a> {
    shop.receives("zrh-1", "silent").await;
    let order = shop.places("silent").await;
    provider.is_silent_about_a_capture();
    order.pays(PAYS).await;
    let is_asked_again = |saga: &Value| saga["payments"][0]["pending"]["attempt"].as_u64() > Some(1);
    let saga = order.until("asked again for the capture", is_asked_again).await;
    assert_eq!(saga["payments"][0]["pending"]["step"], "CAPTURE");
    order
}

/// The engine finds out that the capture has happened before any webhook says so; those that come late say nothing new.
async fn goes_on_with_one_capture(order: &Order<'_>, provider: &Provider) {
    let path = order.released().await;
    assert_eq!(order.shop.get(&path).await.unwrap()["state"], "REQUESTED");
    order.is_delivered().await;
    order.ends("COMPLETED", "COMPLETED").await;
    let booked = provider.booked(&order.payment_id().await);
    assert_eq!(booked, [(E::Authorized, TOTAL), (E::Captured, TOTAL)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_comes_to_its_end_with_its_money_and_its_stock() {
    let (stack, provider, address) = scene().await;
    let token = stack.prepare("1").await;
    let engine = Engine::start(&stack, &address, ROLES).await;
    let shop = Shop::at(&engine.url, &token);
    let unanswered = is_captured_without_an_answer(&shop, &provider).await;
    goes_on_with_one_capture(&unanswered, &provider).await;
    provider.speaks_again().await;
    tokio::join!(
        is_paid_shipped_and_delivered(&shop, &provider),
        is_rejected_after_three_declines(&shop, &provider),
        waits_for_stock_and_goes_on_with_it(&shop, &provider),
        is_refunded_when_it_is_cancelled_after_the_capture(&shop, &provider),
        is_not_shipped_while_it_is_held(&shop),
    );
    is_cooked_by_simulated_staff(&shop).await;
    stack.run("orderctl", &["audit"]).await;
    engine.kill().await;
}
