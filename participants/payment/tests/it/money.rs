//! Captures, voids, refunds and disputes.

use domain::payment::{PaymentEvent, RequestRefusalReason};
use payment::payment::Asked;
use payment_simulator::EntryKind;
use serde_json::json;

use crate::world::{AMOUNT, World, eur, new_case, refund, request};

fn refusal(events: &[PaymentEvent]) -> RequestRefusalReason {
    match events {
        [PaymentEvent::RequestRefused(refused)] => refused.reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_captured_and_the_rest_given_back() {
    let world = World::new().await;
    let case = world.captured(9_990).await;
    let view = world.get(&case.own_path()).await.assert(200).body;
    assert_eq!((&view["status"], &view["capturable"]["minor"]), (&json!("PARTIALLY_CAPTURED"), &json!(0)));
    let more = world.ask(case, &Asked::Capture { amount: eur(AMOUNT) }).await;
    assert_eq!(refusal(&more), RequestRefusalReason::MoreThanAuthorized);
    let again = world.ask(case, &Asked::Capture { amount: eur(9_990) }).await;
    assert!(matches!(&again[..], [PaymentEvent::PaymentCaptured(event)] if event.amount == eur(0)), "{again:?}");
    let ledger = [(EntryKind::Authorized, AMOUNT), (EntryKind::Captured, 9_990), (EntryKind::Released, 3_000)];
    assert_eq!(world.ledger(), ledger);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_authorised_is_voided() {
    let world = World::new().await;
    let case = world.authorized().await;
    let view = world.post(&format!("{}/void", case.own_path()), &json!({})).await.assert(200).body;
    assert_eq!(view["status"], "VOIDED");
    assert_eq!(world.ledger().last(), Some(&(EntryKind::Released, AMOUNT)));
    assert_eq!(refusal(&world.ask(case, &Asked::Capture { amount: eur(1) }).await), RequestRefusalReason::Voided);
    let again = world.ask(case, &Asked::Void).await;
    assert!(matches!(&again[..], [PaymentEvent::PaymentVoided(_)]), "{again:?}");
    let paid = world.pay(case, "pm_card_visa").await.assert(409).body;
    assert_eq!(paid["code"], "payment_request_refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_of_nothing_is_answered_and_refuses_what_comes_later() {
    let world = World::new().await;
    let case = new_case();
    let voided = world.ask(case, &Asked::Void).await;
    assert!(matches!(&voided[..], [PaymentEvent::PaymentVoided(_)]), "{voided:?}");
    assert_eq!(refusal(&world.ask(case, &request()).await), RequestRefusalReason::Voided);
    let listed = reqwest::Client::new().get(format!("{}/v1/payment_intents", world.simulator_url));
    let listed: serde_json::Value = listed.bearer_auth("sk_test_1").send().await.unwrap().json().await.unwrap();
    assert_eq!(listed["data"], json!([]), "the provider has heard of nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_opened_and_never_paid_is_cancelled_at_the_provider() {
    let world = World::new().await;
    let case = world.opened().await;
    world.ask(case, &Asked::Void).await;
    assert_eq!(world.types(case).await[2..], ["VoidStarted", "PaymentVoided"]);
    assert_eq!(world.ledger(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn captured_money_is_given_back_in_parts_and_never_beyond() {
    let world = World::new().await;
    let case = world.captured(AMOUNT).await;
    assert_eq!(refusal(&world.ask(case, &Asked::Void).await), RequestRefusalReason::Captured);
    world.ask(case, &refund(990)).await;
    world.ask(case, &refund(990)).await;
    let path = format!("{}/refund", case.own_path());
    let view = world.post(&path, &json!({"reason": "late"})).await.assert(200).body;
    assert_eq!(view["refunded"]["minor"], AMOUNT);
    let beyond = json!({"reason": "late", "amount": {"minor": AMOUNT + 1, "currency": "EUR"}});
    assert_eq!(world.post(&path, &beyond).await.assert(409).body["code"], "payment_request_refused");
    let refunds: Vec<_> = world.ledger().into_iter().filter(|(kind, _)| *kind == EntryKind::Refunded).collect();
    assert_eq!(refunds, [(EntryKind::Refunded, 990), (EntryKind::Refunded, AMOUNT - 990)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_is_recorded_and_bounds_what_is_refunded() {
    let world = World::new().await;
    let case = world.opened().await;
    world.pay(case, "pm_card_createDispute").await.assert(201);
    world.ask(case, &Asked::Capture { amount: eur(AMOUNT) }).await;
    world.release_webhooks(false, 1).await;
    let view = world.get(&case.own_path()).await.assert(200).body;
    assert_eq!((&view["captured"]["minor"], &view["chargedBack"]["minor"]), (&json!(AMOUNT), &json!(AMOUNT)));
    assert_eq!(refusal(&world.ask(case, &refund(1)).await), RequestRefusalReason::MoreThanCaptured);
}
