//! What becomes of payments.

use std::time::Duration;

use payment_simulator::METHODS;

use crate::world::World;

fn booked(entries: &[(&str, i64)]) -> Vec<(String, i64)> {
    entries.iter().map(|(kind, amount)| ((*kind).to_owned(), *amount)).collect()
}

#[tokio::test]
async fn a_payment_is_authorised_and_captured_in_part() {
    let world = World::new();
    let id = world.payment().await;
    let (status, intent) = world.confirm(&id, "pm_card_visa").await;
    assert_eq!(
        (status, &intent["status"], &intent["amount_capturable"]),
        (200, &"requires_capture".into(), &100.into())
    );
    let path = format!("/v1/payment_intents/{id}/capture");
    let (status, error) = world.post(&path, "amount_to_capture=101").await;
    assert_eq!((status, error["error"]["code"].as_str()), (400, Some("amount_too_large")));
    let (status, intent) = world.post(&path, "amount_to_capture=60&expand[]=latest_charge").await;
    assert_eq!((status, &intent["status"], &intent["amount_received"]), (200, &"succeeded".into(), &60.into()));
    assert_eq!(intent["latest_charge"]["amount_captured"], 60);
    let (status, error) = world.post(&path, "").await;
    assert_eq!((status, error["error"]["code"].as_str()), (400, Some("payment_intent_unexpected_state")));
    assert_eq!(world.booked(), booked(&[("Authorized", 100), ("Captured", 60), ("Released", 40)]));
}

#[tokio::test]
async fn every_method_gives_what_its_name_says() {
    for method in METHODS {
        let world = World::new();
        let id = world.payment().await;
        let (status, answer) = world.confirm(&id, method).await;
        let is_declined = method.contains("chargeDeclined") || method.contains("CustomerFail");
        if is_declined {
            let (_, intent) = world.get(&format!("/v1/payment_intents/{id}")).await;
            assert_eq!((status, answer["error"]["type"].as_str()), (402, Some("card_error")), "{method}");
            assert_eq!(answer["error"]["payment_intent"]["id"], *id);
            assert_eq!(intent["last_payment_error"]["code"], answer["error"]["code"], "{method}");
            assert_eq!(intent["status"], "requires_payment_method");
        } else {
            let needs_action = method.contains("Required");
            let expected = if needs_action { "requires_action" } else { "requires_capture" };
            assert_eq!((status, answer["status"].as_str()), (200, Some(expected)), "{method}");
        }
    }
    let world = World::new();
    let id = world.payment().await;
    assert_eq!(world.confirm(&id, "pm_card_unknown").await.0, 404);
}

#[tokio::test]
async fn a_customer_authenticates_or_does_not() {
    let world = World::new();
    let id = world.payment().await;
    world.confirm(&id, "pm_card_threeDSecure2Required").await;
    let (status, failed) = world.post(&format!("/_simulator/actions/{id}/fail"), "").await;
    assert_eq!((status, &failed["status"]), (200, &"requires_payment_method".into()));
    assert_eq!(failed["last_payment_error"]["code"], "payment_intent_authentication_failure");
    world.confirm(&id, "pm_card_threeDSecure2Required").await;
    let (status, done) = world.post(&format!("/_simulator/actions/{id}/complete"), "").await;
    assert_eq!((status, &done["status"]), (200, &"requires_capture".into()));
    assert_eq!(world.post(&format!("/_simulator/actions/{id}/complete"), "").await.0, 400);
}

#[tokio::test]
async fn what_is_not_captured_is_cancelled_by_hand_or_in_the_end_by_itself() {
    let world = World::new();
    let [first, second] = [world.payment().await, world.payment().await];
    world.confirm(&first, "pm_card_visa").await;
    world.confirm(&second, "pm_card_visa").await;
    let (status, intent) = world.post(&format!("/v1/payment_intents/{first}/cancel"), "").await;
    assert_eq!((status, &intent["status"]), (200, &"canceled".into()));
    world.clock.advance(Duration::from_hours(7 * 24));
    let (_, intent) = world.get(&format!("/v1/payment_intents/{second}")).await;
    assert_eq!((&intent["status"], &intent["cancellation_reason"]), (&"canceled".into(), &"automatic".into()));
    assert_eq!(world.confirm(&first, "pm_card_visa").await.0, 400);
}

#[tokio::test]
async fn captured_money_is_given_back_or_charged_back() {
    let world = World::new();
    let id = world.payment().await;
    world.confirm(&id, "pm_card_visa").await;
    assert_eq!(world.post("/v1/refunds", &format!("payment_intent={id}&amount=10")).await.0, 400);
    world.post(&format!("/v1/payment_intents/{id}/capture"), "").await;
    assert_eq!(world.post("/v1/refunds", &format!("payment_intent={id}&amount=30")).await.0, 200);
    assert_eq!(world.post("/v1/refunds", &format!("payment_intent={id}&amount=71")).await.0, 400);
    assert_eq!(world.post("/v1/refunds", &format!("payment_intent={id}")).await.0, 200);
    let (status, error) = world.post("/v1/refunds", &format!("payment_intent={id}")).await;
    assert_eq!((status, error["error"]["code"].as_str()), (400, Some("charge_already_refunded")));
    let (_, refunds) = world.get(&format!("/v1/refunds?payment_intent={id}")).await;
    assert_eq!(refunds["data"].as_array().unwrap().len(), 2);
    let disputed = world.payment().await;
    world.confirm(&disputed, "pm_card_createDispute").await;
    world.post(&format!("/v1/payment_intents/{disputed}/capture"), "").await;
    let (_, list) = world.get(&format!("/v1/disputes?payment_intent={disputed}")).await;
    assert_eq!(list["data"][0]["amount"], 100);
    let (_, error) = world.post("/v1/refunds", &format!("payment_intent={disputed}")).await;
    assert_eq!(error["error"]["code"], "charge_disputed");
}

#[tokio::test]
async fn a_list_has_pages_the_newest_first() {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.payment().await);
        world.clock.advance(Duration::from_secs(1));
    }
    let id_of = |page: &serde_json::Value, index: usize| page["data"][index]["id"].as_str().unwrap().to_owned();
    let (_, page) = world.get("/v1/payment_intents?limit=2").await;
    assert_eq!((id_of(&page, 0), id_of(&page, 1), &page["has_more"]), (ids[4].clone(), ids[3].clone(), &true.into()));
    let (_, page) = world.get(&format!("/v1/payment_intents?limit=3&starting_after={}", ids[3])).await;
    assert_eq!((id_of(&page, 2), &page["has_more"]), (ids[0].clone(), &false.into()));
    let (_, made) = world.get(&format!("/v1/payment_intents/{}", ids[3])).await;
    let (_, page) = world.get(&format!("/v1/payment_intents?created[gte]={}", made["created"])).await;
    assert_eq!(page["data"].as_array().unwrap().len(), 2);
}
