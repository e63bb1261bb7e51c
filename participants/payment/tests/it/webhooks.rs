//! Webhooks are hints, and only the provider's own are taken.

use aws_lc_rs::hmac;
use domain::payment::PaymentEvent;
use payment::payment::Asked;
use payment_simulator::EntryKind;
use serde_json::json;

use crate::world::{AMOUNT, Case, WEBHOOK_SECRET, World, asked_by, eur, new_case, request};

/// 2026-06-01T12:00:00Z, which the clock shows.
const NOON_S: i64 = 1_780_315_200;

fn signed(secret: &str, second: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{second}.{body}").as_bytes());
    let digits = tag.as_ref().iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
    format!("t={second},v1={digits}")
}

/// A customer pays in the browser, so that only webhooks tell of it.
async fn paid_by_secret(world: &World) -> Case {
    let case = world.opened().await;
    let view = world.post(&case.path(), &json!({})).await.assert(201).body;
    let secret = view["clientSecret"].as_str().unwrap();
    confirm(world, case, "pk_test_1", format!("payment_method=pm_card_visa&client_secret={secret}")).await;
    case
}

/// Confirms a payment at the provider.
async fn confirm(world: &World, case: Case, key: &str, body: String) {
    let url = format!("{}/v1/payment_intents/{}/confirm", world.simulator_url, world.reference(case).await);
    let answer = reqwest::Client::new().post(url).bearer_auth(key).body(body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_come_twice_late_and_out_of_order_tell_each_thing_once() {
    let world = World::new().await;
    let case = paid_by_secret(&world).await;
    // None has come yet when it is captured, so the first capture is refused.
    let early = world.ask(case, &Asked::Capture { amount: eur(AMOUNT) }).await;
    assert!(matches!(&early[..], [PaymentEvent::RequestRefused(_)]), "{early:?}");
    let statuses = world.release_webhooks(true, 2).await;
    assert!(statuses.len() >= 4 && statuses.iter().all(|status| *status == 204), "{statuses:?}");
    let count = |types: &[&str], name| types.iter().filter(|known| **known == name).count();
    assert_eq!(count(&world.types(case).await, "PaymentAuthorized"), 1);
    world.ask(case, &Asked::Capture { amount: eur(AMOUNT) }).await;
    world.release_webhooks(true, 2).await;
    let types = world.types(case).await;
    assert_eq!((count(&types, "PaymentAuthorized"), count(&types, "PaymentCaptured")), (1, 1));
    assert_eq!(world.booked(EntryKind::Captured), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_tells_of_a_payment_that_another_process_has_asked_for_since_this_one_refused_it() {
    let world = World::new().await;
    let twin = world.twin().await;
    let case = new_case();
    let early = world.ask(case, &Asked::Capture { amount: eur(AMOUNT) }).await;
    assert!(matches!(&early[..], [PaymentEvent::RequestRefused(_)]), "{early:?}");
    let events = twin.answer(case.id, &request(), &asked_by(case.order)).await.unwrap();
    twin.tell_started(case.id, &events).await.unwrap();
    confirm(&world, case, "sk_test_1", "payment_method=pm_card_visa".to_owned()).await;
    let statuses = world.release_webhooks(false, 1).await;
    assert!(statuses.iter().all(|status| *status == 204), "{statuses:?}");
    assert_eq!(world.types(case).await.last(), Some(&"PaymentAuthorized"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_others_made_is_refused() {
    let world = World::new().await;
    let case = paid_by_secret(&world).await;
    let reference = world.reference(case).await;
    let body = json!({"id": "evt_x", "data": {"object": {"object": "payment_intent", "id": reference}}}).to_string();
    assert_eq!(world.webhook("", &body).await, 400);
    assert_eq!(world.webhook(&signed("whsec_other", NOON_S, &body), &body).await, 400);
    assert_eq!(world.webhook(&signed(WEBHOOK_SECRET, NOON_S - 301, &body), &body).await, 400);
    let other = body.replace("evt_x", "evt_y");
    assert_eq!(world.webhook(&signed(WEBHOOK_SECRET, NOON_S, &body), &other).await, 400);
    assert_eq!(world.types(case).await, ["PaymentRequested", "PaymentOpened"]);
    assert_eq!(world.webhook(&signed(WEBHOOK_SECRET, NOON_S - 299, &body), &body).await, 204);
    assert_eq!(world.types(case).await.last(), Some(&"PaymentAuthorized"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_webhook_says_is_not_believed() {
    let world = World::new().await;
    let case = world.opened().await;
    let reference = world.reference(case).await;
    let object = json!({"object": "payment_intent", "id": reference, "status": "succeeded", "amount_received": AMOUNT});
    let body = json!({"id": "evt_x", "type": "payment_intent.succeeded", "data": {"object": object}}).to_string();
    assert_eq!(world.webhook(&signed(WEBHOOK_SECRET, NOON_S, &body), &body).await, 204);
    assert_eq!(world.types(case).await, ["PaymentRequested", "PaymentOpened"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_about_other_things_are_taken_and_lead_to_nothing() {
    let world = World::new().await;
    for object in [json!({"object": "payout", "id": "po_1"}), json!({"object": "payment_intent", "id": "pi_none"})] {
        let body = json!({"id": "evt_x", "data": {"object": object}}).to_string();
        assert_eq!(world.webhook(&signed(WEBHOOK_SECRET, NOON_S, &body), &body).await, 204);
    }
    let body = "no JSON";
    assert_eq!(world.webhook(&signed(WEBHOOK_SECRET, NOON_S, body), body).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_webhook_told_is_found_by_the_daily_comparison() {
    let world = World::new().await;
    let case = paid_by_secret(&world).await;
    let job = payment::job(world.payments.clone());
    let outcome = (job.run)().await.unwrap();
    assert_eq!(outcome, "1 payments compared, 0 not ours, 0 not recorded");
    assert_eq!(world.types(case).await.last(), Some(&"PaymentAuthorized"));
}
