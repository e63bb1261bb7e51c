//! Orders that are driven to their end by an engine with all its roles, and a provider of payments that tells everything twice.

use payment_simulator::EntryKind as E;
use serde_json::{Value, json};
use service_kit::poll::wait_until;

use crate::bank::is_paid_by_a_statement;
use crate::carriers::{CarrierWorld, parcels_are_carried};
use crate::driven::{NOTHING, ON_HAND, Order, PAYS, PIECES, ROLES, TOTAL, scene};
use crate::engine::Engine;
use crate::kitchens::is_cooked_by_simulated_staff;
use crate::look::{LOOK, PATIENCE};
use crate::provider::Provider;
use crate::shop::Shop;
use crate::split::{is_sent_by_two_locations_and_a_third, is_sent_together_after_all};
use crate::stack::Stack;

const IS_DECLINED: &str = "pm_card_visa_chargeDeclined";
const KNOWN_LOCATIONS: &str = "SELECT count(*) FROM routed_locations";

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

/// The shop is a tenant of its own, whose locations are compared.
async fn is_sent_from_the_best_location_and_after_a_rejection_from_the_next(stack: &Stack, shop: &Shop) {
    for (code, cost) in [("zrh-1", 10), ("bsl-1", 5)] {
        let details = json!({"name": code, "kind": "WAREHOUSE", "country": "CH", "cost": cost, "openMax": 100});
        shop.post("/v1/locations", &json!({"code": code, "details": details})).await;
    }
    let client = stack.client().await;
    let known = async || client.query_one(KNOWN_LOCATIONS, &[]).await.unwrap().get::<_, i64>(0);
    wait_until(PATIENCE, LOOK, async || known().await == 2).await.unwrap();
    for location in ["zrh-1", "bsl-1", "gva-1"] {
        shop.receives_comparably(location, "routed").await;
    }
    let order = shop.places("routed").await;
    order.pays(PAYS).await;
    let path = order.released().await;
    let left_out = |saga: &Value| {
        let candidates = saga["route"]["candidates"].as_array().unwrap().iter();
        candidates.map(|one| (one["location"].clone(), one["leftOut"].clone())).collect::<Vec<_>>()
    };
    let saga = order.saga().await;
    assert_eq!(saga["route"]["shares"][0]["location"], "bsl-1", "{saga:#}");
    let verdicts = [(json!("zrh-1"), json!("WORSE")), (json!("bsl-1"), NOTHING), (json!("gva-1"), json!("WORSE"))];
    assert_eq!(left_out(&saga), verdicts);
    shop.post(&format!("{path}/reject"), &json!({"reason": "DAMAGED"})).await;
    let again = order.until("routed again", |saga| saga["fulfilments"][1].is_object()).await;
    assert_eq!(again["route"]["shares"][0]["location"], "zrh-1", "{again:#}");
    assert_eq!(left_out(&again)[1], (json!("bsl-1"), json!("TRIED")));
    let second = order.released_at(1).await;
    order.is_packed(&second).await;
    order.is_shipped(&second).await;
    order.ends("COMPLETED", "COMPLETED").await;
    assert_eq!(shop.stock("zrh-1", "routed").await, (ON_HAND - PIECES, 0));
    assert_eq!(shop.stock("bsl-1", "routed").await, (ON_HAND, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_comes_to_its_end_with_its_money_and_its_stock() {
    let (stack, provider, address) = scene().await;
    let token = stack.prepare("1").await;
    let engine = Engine::start(&stack, &address, ROLES).await;
    let shop = Shop::at(&engine.url, &token);
    let chain = stack.run("orderctl", &["token", "--role", "admin", "--tenant", "chain"]).await;
    let chain = Shop::at(&engine.url, chain.trim());
    let wired = stack.run("orderctl", &["token", "--role", "admin", "--tenant", "wired"]).await;
    let wired = Shop::at(&engine.url, wired.trim());
    let unanswered = is_captured_without_an_answer(&shop, &provider).await;
    goes_on_with_one_capture(&unanswered, &provider).await;
    provider.speaks_again().await;
    tokio::join!(
        is_paid_shipped_and_delivered(&shop, &provider),
        is_rejected_after_three_declines(&shop, &provider),
        waits_for_stock_and_goes_on_with_it(&shop, &provider),
        is_refunded_when_it_is_cancelled_after_the_capture(&shop, &provider),
        is_not_shipped_while_it_is_held(&shop),
        is_sent_from_the_best_location_and_after_a_rejection_from_the_next(&stack, &chain),
        is_sent_by_two_locations_and_a_third(&chain, &provider),
        is_sent_together_after_all(&chain, &provider),
        is_paid_by_a_statement(&stack, &wired, &provider),
    );
    is_cooked_by_simulated_staff(&shop).await;
    stack.run("orderctl", &["audit"]).await;
    engine.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parcels_are_labelled_and_followed_to_the_door_or_to_where_they_are_lost() {
    let (mut stack, provider, address) = scene().await;
    let carriers = CarrierWorld::start(&mut stack, &address).await;
    let token = stack.prepare("1").await;
    let engine = Engine::start(&stack, &address, ROLES).await;
    let shop = Shop::at(&engine.url, &token);
    parcels_are_carried(&shop, &provider, &carriers).await;
    stack.run("orderctl", &["audit"]).await;
    engine.kill().await;
}
