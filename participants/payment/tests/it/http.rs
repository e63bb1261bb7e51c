//! Payments over HTTP: whose they are, what is asked again, and what never comes here.

use domain::PaymentId;
use payment_simulator::EntryKind;
use serde_json::json;

use crate::world::{AMOUNT, Case, World, new_case, request};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_pays_an_order_of_their_own_and_sees_it() {
    let world = World::new().await;
    let case = world.opened().await;
    let view = world.post_as("c-1", &case.path(), &json!({"paymentMethod": "pm_card_visa"})).await.assert(201).body;
    assert_eq!((&view["status"], &view["id"]), (&json!("AUTHORIZED"), &json!(case.id.to_string())));
    assert!(view.get("clientSecret").is_none(), "there is nothing left to be paid");
    let list = world.get_as("c-1", &case.path()).await.assert(200).body;
    assert_eq!(list["payments"][0]["amount"], json!({"minor": AMOUNT, "currency": "EUR"}));
    assert_eq!(world.get_as("c-1", &case.own_path()).await.assert(200).body["status"], "AUTHORIZED");
    let captured = world.post_as("c-1", &format!("{}/capture", case.own_path()), &json!({})).await;
    assert_eq!(captured.assert(403).body["code"], "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebody_elses_is_as_what_is_not_there() {
    let world = World::new().await;
    let (case, absent) = (world.opened().await, new_case());
    for path in [case.path(), case.own_path()] {
        let theirs = world.get_as("c-2", &path).await.assert(404).body;
        let path = path.replace(&case.order.to_string(), &absent.order.to_string());
        let none = world.get_as("c-2", &path).await.assert(404).body;
        assert_eq!((&theirs["code"], &theirs["detail"]), (&none["code"], &none["detail"]));
    }
    let body = json!({"paymentMethod": "pm_card_visa"});
    let theirs = world.post_as("c-2", &case.path(), &body).await.assert(409).body;
    let none = world.post_as("c-2", &absent.path(), &body).await.assert(409).body;
    assert_eq!((&theirs["code"], &theirs["detail"]), (&none["code"], &none["detail"]));
    assert_eq!(none["code"], "payment_not_ready");
    // A payment under the path of another order is none of it.
    let misplaced = format!("{}/{}", absent.path(), case.id);
    assert_eq!(world.get(&misplaced).await.assert(404).body["code"], "payment_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_is_early_waits_for_the_payment() {
    let world = World::new().await;
    let case = new_case();
    let body = json!({"paymentMethod": "pm_card_visa"});
    let path = case.path();
    let paying = world.post_as("c-1", &path, &body);
    let request = request();
    let asking = world.ask(case, &request);
    let (paid, _) = futures::future::join(paying, asking).await;
    assert_eq!(paid.assert(201).body["status"], "AUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_pays_the_newest_payment_of_the_order_also_while_an_earlier_one_is_open() {
    // So it is where somebody has skipped the step of the first one.
    let world = World::new().await;
    let first = world.opened().await;
    let second = Case { id: PaymentId::of(first.order, 2), ..first };
    world.ask(second, &request()).await;
    let view = world.pay(second, "pm_card_visa").await.assert(201).body;
    assert_eq!((&view["id"], &view["status"]), (&json!(second.id.to_string()), &json!("AUTHORIZED")));
    assert_eq!(world.types(first).await, ["PaymentRequested", "PaymentOpened"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_payment_and_has_no_second_effect() {
    let world = World::new().await;
    let case = world.opened().await;
    let body = json!({"paymentMethod": "pm_card_visa"});
    for _ in 0..2 {
        world.post_keyed("k-1", &case.path(), &body).await.assert(201);
    }
    let capture = format!("{}/capture", case.own_path());
    for _ in 0..2 {
        world.post_keyed("k-2", &capture, &json!({})).await.assert(200);
    }
    let other = json!({"amount": {"minor": 1, "currency": "EUR"}});
    assert_eq!(world.post_keyed("k-2", &capture, &other).await.assert(422).body["code"], "idempotency_key_reused");
    assert_eq!((world.booked(EntryKind::Authorized), world.booked(EntryKind::Captured)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn card_data_does_not_come_further_than_the_edge() {
    let world = World::new().await;
    let case = world.opened().await;
    let refused = world.pay(case, "4242424242424242").await.assert(422).body;
    assert_eq!(refused["errors"][0]["code"], "not_a_payment_method");
    assert!(!refused.to_string().contains("4242"), "{refused}");
    let unknown = world.post(&case.path(), &json!({"card": {"number": "4242424242424242"}})).await.assert(400).body;
    assert!(!unknown.to_string().contains("4242"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_is_checked_and_a_stale_version_is_refused() {
    let world = World::new().await;
    let case = world.authorized().await;
    let capture = format!("{}/capture", case.own_path());
    let wrong = json!({"amount": {"minor": 0, "currency": "EURO"}});
    let refused = world.post(&capture, &wrong).await.assert(422).body;
    let codes: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect();
    assert_eq!(codes, [json!("unknown_currency"), json!("amount_not_positive")]);
    let yen = json!({"amount": {"minor": 5, "currency": "JPY"}});
    assert_eq!(world.post(&capture, &yen).await.assert(409).body["code"], "payment_request_refused");
    assert_eq!(world.types(case).await.len(), 5, "what is told at once leaves no event");
}
