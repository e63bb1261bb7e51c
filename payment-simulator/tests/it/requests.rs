//! Keys, tokens and faults.

use std::future::Future;

use payment_simulator::{Fault, Faults, Operation, PlannedFault, Rates};

use crate::world::World;

const NEW: &str = "amount=100&currency=eur&capture_method=manual&metadata[payment_id]=p-1";

#[tokio::test]
async fn a_key_has_one_effect() {
    let world = World::new();
    let create = |body: &'static str| world.send("POST", "/v1/payment_intents", Some("k-1"), "sk_test_1", body);
    let (first, again) = (create(NEW).await, create(NEW).await);
    assert_eq!(first, again);
    let (status, error) = create("amount=200&currency=eur").await;
    assert_eq!((status, error["error"]["type"].as_str()), (400, Some("idempotency_error")));
    let (_, page) = world.get("/v1/payment_intents").await;
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_decline_is_the_answer_to_its_key_too() {
    let world = World::new();
    let id = world.payment().await;
    let path = format!("/v1/payment_intents/{id}/confirm");
    let body = "payment_method=pm_card_chargeDeclined";
    let first = world.send("POST", &path, Some("k-2"), "sk_test_1", body).await;
    assert_eq!((first.0, &first), (402, &world.send("POST", &path, Some("k-2"), "sk_test_1", body).await));
    assert_eq!(world.booked().len(), 1);
}

#[tokio::test]
async fn a_customer_confirms_with_the_payments_secret_and_does_nothing_else() {
    let world = World::new();
    let (_, intent) = world.post("/v1/payment_intents", NEW).await;
    let (id, secret) = (intent["id"].as_str().unwrap(), intent["client_secret"].as_str().unwrap());
    let ask = async |verb: &str, secret: &str| {
        let body = format!("payment_method=pm_card_visa&client_secret={secret}");
        world.send("POST", &format!("/v1/payment_intents/{id}/{verb}"), None, "pk_test_1", &body).await.0
    };
    assert_eq!(ask("confirm", "other").await, 401);
    assert_eq!(ask("capture", secret).await, 401);
    assert_eq!(ask("confirm", secret).await, 200);
    assert_eq!(world.send("GET", "/v1/payment_intents", None, "nonsense", "").await.0, 401);
}

#[tokio::test]
async fn faults_are_planned_and_a_failure_leaves_the_effect_or_none() {
    let planned = |operation, fault| PlannedFault { operation: Some(operation), payment: None, fault };
    let world = World::new();
    let faults = Faults {
        planned: vec![planned(Operation::Create, Fault::Error), planned(Operation::Capture, Fault::ErrorAfter)],
        ..Faults::default()
    };
    let body = serde_json::to_string(&faults).unwrap();
    assert_eq!(world.send("PUT", "/_simulator/faults", None, "", &body).await.0, 204);
    assert_eq!(world.post("/v1/payment_intents", NEW).await.0, 500);
    let id = world.payment().await;
    world.confirm(&id, "pm_card_visa").await;
    assert_eq!(world.post(&format!("/v1/payment_intents/{id}/capture"), "").await.0, 500);
    let (_, ledger) = world.get("/_simulator/ledger").await;
    assert_eq!(ledger["entries"][1]["kind"], "CAPTURED");
    let (_, shown) = world.get("/_simulator/faults").await;
    assert_eq!(shown["planned"], serde_json::json!([]));
}

#[tokio::test]
async fn a_silent_request_is_never_answered_and_may_have_had_its_effect() {
    for (fault, effects) in [(Fault::Silent, 0), (Fault::SilentAfter, 1)] {
        let planned = vec![PlannedFault { operation: None, payment: None, fault }];
        let world = World::with(Faults { planned, ..Faults::default() });
        let mut asking = Box::pin(world.post("/v1/payment_intents", NEW));
        let waker = std::task::Waker::noop();
        assert!(asking.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
        drop(asking);
        let (_, page) = world.get("/v1/payment_intents").await;
        assert_eq!(page["data"].as_array().unwrap().len(), effects, "{fault:?}");
    }
}

#[tokio::test]
async fn requests_fail_by_chance_too() {
    let world = World::with(Faults { rates: Rates { rate_limited: 1.0, ..Rates::default() }, ..Faults::default() });
    let (status, error) = world.post("/v1/payment_intents", NEW).await;
    assert_eq!((status, error["error"]["code"].as_str()), (429, Some("rate_limit")));
}
