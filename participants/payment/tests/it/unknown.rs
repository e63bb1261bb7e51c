//! Effects whose outcome is not known: the provider is asked before it is told again, and each effect happens once.

use std::sync::Arc;
use std::time::Duration;

use domain::payment::{FIRST_PAUSE_S, PaymentEvent};
use payment::payment::Asked;
use payment_simulator::{EntryKind, Fault, Operation};
use serde_json::json;
use service_kit::poll::wait_until;

use crate::world::{AMOUNT, LOOK, PATIENCE, World, asked_by, eur, new_case, refund, request};

fn pause() -> Duration {
    Duration::from_secs(FIRST_PAUSE_S.unsigned_abs())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_after_the_time_out_is_found_by_asking() {
    let world = World::new().await;
    let case = world.opened().await;
    world.plan(&[(Operation::Confirm, Fault::SilentAfter)]);
    let view = world.pay(case, "pm_card_visa").await.assert(202).body;
    assert_eq!((&view["status"], &view["inProgress"]), (&json!("PENDING"), &json!(true)));
    world.clock.advance(pause());
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.types(case).await.last(), Some(&"PaymentAuthorized"));
    assert_eq!(world.ledger(), [(EntryKind::Authorized, AMOUNT)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrived_is_told_again_under_its_key() {
    let world = World::new().await;
    let case = world.authorized().await;
    world.plan(&[(Operation::Capture, Fault::Silent), (Operation::Capture, Fault::Error)]);
    world.ask(case, &Asked::Capture { amount: eur(AMOUNT) }).await;
    world.clock.advance(pause());
    assert_eq!(world.wake().await, 1);
    let events = world.events(case).await;
    let Some(PaymentEvent::EffectDelayed(delayed)) = events.last() else { panic!("{events:?}") };
    assert_eq!(delayed.tries, 1);
    world.clock.advance(2 * pause());
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.types(case).await.last(), Some(&"PaymentCaptured"));
    assert_eq!(world.booked(EntryKind::Captured), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_after_the_effect_is_seen_to_be_a_success() {
    let world = World::new().await;
    let case = world.authorized().await;
    world.plan(&[(Operation::Capture, Fault::ErrorAfter)]);
    world.ask(case, &Asked::Capture { amount: eur(AMOUNT) }).await;
    assert_eq!(world.types(case).await.last(), Some(&"CaptureStarted"));
    world.clock.advance(pause());
    world.wake().await;
    assert_eq!(world.types(case).await.last(), Some(&"PaymentCaptured"));
    assert_eq!(world.booked(EntryKind::Captured), 1);
    world.plan(&[(Operation::Refund, Fault::SilentAfter)]);
    world.ask(case, &refund(990)).await;
    world.clock.advance(pause());
    world.wake().await;
    assert_eq!(world.types(case).await.last(), Some(&"PaymentRefunded"));
    assert_eq!(world.booked(EntryKind::Refunded), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_no_refusal() {
    let world = World::new().await;
    let case = new_case();
    world.plan(&[(Operation::Create, Fault::RateLimited)]);
    world.ask(case, &request()).await;
    assert_eq!(world.types(case).await, ["PaymentRequested"]);
    world.clock.advance(pause());
    world.wake().await;
    assert_eq!(world.types(case).await, ["PaymentRequested", "PaymentOpened"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_between_effect_and_record_leaves_one_capture() {
    let world = World::new().await;
    let case = world.authorized().await;
    world.plan(&[(Operation::Capture, Fault::SilentAfter)]);
    let dying = world.twin().await;
    let process = tokio::spawn(async move {
        let events = dying.answer(case.id, &Asked::Capture { amount: eur(AMOUNT) }, &asked_by(case.order)).await;
        dying.tell_started(case.id, &events.unwrap()).await
    });
    world.wait_until_booked(EntryKind::Captured).await;
    process.abort();
    assert!(process.await.unwrap_err().is_cancelled());
    assert_eq!(world.types(case).await.last(), Some(&"CaptureStarted"));
    world.clock.advance(pause());
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.types(case).await.last(), Some(&"PaymentCaptured"));
    assert_eq!(world.booked(EntryKind::Captured), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_before_the_effect_leaves_it_to_the_timer() {
    let world = World::new().await;
    let case = new_case();
    world.payments.answer(case.id, &request(), &asked_by(case.order)).await.unwrap();
    world.clock.advance(pause());
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.types(case).await, ["PaymentRequested", "PaymentOpened"]);
    world.payments.answer(case.id, &Asked::Void, &asked_by(case.order)).await.unwrap();
    world.clock.advance(pause());
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.types(case).await.last(), Some(&"PaymentVoided"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_voided_while_it_was_being_opened_is_cancelled_at_the_provider() {
    let world = World::new().await;
    let case = new_case();
    let by = asked_by(case.order);
    let requested = world.payments.answer(case.id, &request(), &by).await.unwrap();
    world.payments.answer(case.id, &Asked::Void, &asked_by(case.order)).await.unwrap();
    // The opening had been told just before.
    let reference = {
        let url = format!("{}/v1/payment_intents", world.simulator_url);
        let key = format!("{}-1", case.id);
        let form = format!(
            "amount={AMOUNT}&currency=eur&capture_method=manual&metadata[payment_id]={}&metadata[order_id]={}",
            case.id, case.order
        );
        let request = reqwest::Client::new().post(url).bearer_auth("sk_test_1").header("idempotency-key", key);
        let made: serde_json::Value = request.body(form).send().await.unwrap().json().await.unwrap();
        made["id"].as_str().unwrap().to_owned()
    };
    world.payments.tell_started(case.id, &requested).await.unwrap();
    assert_eq!(world.types(case).await, ["PaymentRequested", "PaymentVoided"]);
    // The provider's own report of it is taken, and what it shows is cancelled.
    let events = world.release_webhooks(false, 1).await;
    assert_eq!(events, [204]);
    assert_eq!(
        world.types(case).await,
        ["PaymentRequested", "PaymentVoided", "PaymentOpened", "VoidStarted", "PaymentVoided"]
    );
    assert_eq!(world.reference(case).await, reference);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_captures_at_once_has_its_effect() {
    let world = World::new().await;
    let case = world.authorized().await;
    let twin = world.twin().await;
    let ask = |payments: Arc<payment::Payments>| async move {
        let asked = Asked::Capture { amount: eur(AMOUNT) };
        let events = payments.answer(case.id, &asked, &asked_by(case.order)).await.unwrap();
        payments.tell_started(case.id, &events).await.unwrap();
    };
    futures::future::join(ask(Arc::clone(&world.payments)), ask(twin)).await;
    assert_eq!(world.booked(EntryKind::Captured), 1);
    assert_eq!(world.get(&case.own_path()).await.body["status"], "CAPTURED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_gets_a_rest() {
    let world = World::new().await;
    let mut options =
        service_kit::outside::OutsideOptions::new(&world.simulator_url, service_kit::config::Secret::new("sk_test_1"));
    (options.breaker.failing_of, options.breaker.rest_ms) = (4, 300);
    let provider = payment::provider::stripe::Stripe::new(options);
    let reference = domain::ProviderReference::try_new("pi_none").unwrap();
    let read = || payment::provider::PaymentProvider::read(&provider, &reference);
    world.plan(&[(Operation::Retrieve, Fault::Error); 100]);
    for _ in 0..20 {
        assert!(read().await.is_err());
    }
    let left = world.simulator_faults().await;
    assert!(left > 90, "it was asked {} times although it fails", 100 - left);
    world.plan(&[]);
    let is_asked = async || matches!(read().await, Err(payment::provider::ProviderError::Refused { .. }));
    wait_until(PATIENCE, LOOK, is_asked).await.unwrap();
}
