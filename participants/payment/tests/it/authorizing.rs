//! From an order's request to an authorisation, or not.

use std::time::Duration;

use domain::payment::PaymentEvent;
use payment_simulator::EntryKind;
use serde_json::json;

use crate::world::{AMOUNT, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_opened_authorised_and_captured() {
    let world = World::new().await;
    let case = world.opened().await;
    assert_eq!(world.ledger(), []);
    let view = world.pay(case, "pm_card_visa").await.assert(201).body;
    assert_eq!((&view["status"], &view["capturable"]["minor"]), (&json!("AUTHORIZED"), &json!(AMOUNT)));
    assert_eq!(view["expiresAt"], "2026-06-08T12:00:00Z");
    let view = world.post(&format!("{}/capture", case.own_path()), &json!({})).await.assert(200).body;
    assert_eq!((&view["status"], &view["captured"]["minor"]), (&json!("CAPTURED"), &json!(AMOUNT)));
    assert_eq!(world.ledger(), [(EntryKind::Authorized, AMOUNT), (EntryKind::Captured, AMOUNT)]);
    let types = [
        "PaymentRequested",
        "PaymentOpened",
        "PaymentMethodAttached",
        "AuthorizationStarted",
        "PaymentAuthorized",
        "CaptureStarted",
        "PaymentCaptured",
    ];
    assert_eq!(world.types(case).await, types);
    // Every key is another one, and follows from the payment.
    let keys: Vec<_> = world.simulator.ledger().into_iter().map(|entry| entry.idempotency_key.unwrap()).collect();
    assert_eq!(keys, [format!("{}-2", case.id), format!("{}-3", case.id)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_decline_is_told_by_its_code_and_another_method_may_follow() {
    let world = World::new().await;
    let case = world.opened().await;
    let methods = [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "stolen_card"),
        ("pm_card_chargeDeclinedFraudulent", "fraudulent"),
        ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_velocity_exceeded"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error"),
        ("pm_card_unknown", "resource_missing"),
    ];
    for ((method, code), attempts) in methods.into_iter().zip(1..) {
        let view = world.pay(case, method).await.assert(201).body;
        assert_eq!((&view["status"], &view["declines"]), (&json!("PENDING"), &json!(attempts)), "{method}");
        let Some(PaymentEvent::PaymentDeclined(declined)) = world.events(case).await.pop() else { panic!("{method}") };
        assert_eq!((declined.code.as_str(), declined.attempts), (code, attempts), "{method}");
    }
    let view = world.pay(case, "pm_card_mastercard").await.assert(201).body;
    assert_eq!(view["status"], "AUTHORIZED");
    assert_eq!(world.booked(EntryKind::Authorized), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_authenticates_and_the_webhook_says_so() {
    let world = World::new().await;
    let case = world.opened().await;
    let view = world.pay(case, "pm_card_threeDSecure2Required").await.assert(201).body;
    assert_eq!((&view["status"], &view["expiresAt"]), (&json!("REQUIRES_ACTION"), &json!("2026-06-01T12:15:00Z")));
    assert!(view["clientSecret"].as_str().unwrap().starts_with(&world.reference(case).await));
    world.control(&format!("actions/{}/complete", world.reference(case).await), &json!({})).await;
    assert_eq!(world.get(&case.own_path()).await.body["status"], "REQUIRES_ACTION");
    world.release_webhooks(false, 1).await;
    assert_eq!(world.get(&case.own_path()).await.body["status"], "AUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_does_not_authenticate_has_not_paid() {
    let world = World::new().await;
    let case = world.opened().await;
    world.pay(case, "pm_card_threeDSecure2Required").await.assert(201);
    world.control(&format!("actions/{}/fail", world.reference(case).await), &json!({})).await;
    world.clock.advance(Duration::from_mins(15));
    assert_eq!(world.wake().await, 1);
    let events = world.events(case).await;
    let Some(PaymentEvent::PaymentDeclined(declined)) = events.last() else { panic!("{events:?}") };
    assert_eq!(declined.code.as_str(), "payment_intent_authentication_failure");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_to_authenticate_ends_and_a_late_success_is_recorded_all_the_same() {
    let world = World::new().await;
    let case = world.opened().await;
    world.pay(case, "pm_card_threeDSecure2Required").await.assert(201);
    world.clock.advance(Duration::from_secs(899));
    assert_eq!(world.wake().await, 0);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.wake().await, 1);
    let events = world.events(case).await;
    let Some(PaymentEvent::PaymentDeclined(declined)) = events.last() else { panic!("{events:?}") };
    assert_eq!(declined.code.as_str(), "action_expired");
    world.control(&format!("actions/{}/complete", world.reference(case).await), &json!({})).await;
    world.release_webhooks(false, 1).await;
    assert_eq!(world.types(case).await.last(), Some(&"PaymentAuthorized"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorisation_that_nobody_captures_expires() {
    let world = World::new().await;
    let case = world.authorized().await;
    world.clock.advance(Duration::from_hours(7 * 24));
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.types(case).await.last(), Some(&"AuthorizationExpired"));
    assert_eq!(world.get(&case.own_path()).await.body["status"], "EXPIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_that_the_provider_does_not_take_fails_for_good() {
    let world = World::new().await;
    let case = crate::world::new_case();
    let tiny = payment::payment::Asked::Request { customer: None, amount: crate::world::eur(1) };
    world.ask(case, &tiny).await;
    let events = world.events(case).await;
    let Some(PaymentEvent::PaymentFailed(failed)) = events.last() else { panic!("{events:?}") };
    assert_eq!(failed.code.as_str(), "amount_too_small");
}
