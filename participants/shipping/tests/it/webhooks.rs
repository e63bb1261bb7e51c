//! Webhooks are hints, and only carriers' own are taken. Where they are lost, parcels are read by themselves.

use serde_json::json;
use service_kit::config::Secret;
use service_kit::standard_webhooks::WebhookKey;

use crate::world::{SECRET, World};

/// 2026-06-01T12:00:00Z, which the clock shows.
const NOON_S: i64 = 1_780_315_200;
const HOUR_S: u64 = 3_600;

fn sign(secret: &str, second: i64, body: &str) -> String {
    WebhookKey::parse(&Secret::new(secret)).unwrap().sign("msg_1", second, body.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_come_twice_late_and_out_of_order_tell_each_thing_once() {
    let world = World::new().await;
    let job = world.labelled().await;
    let tracking = world.tracking(job).await;
    for status in ["HANDED_OVER", "IN_TRANSIT", "OUT_FOR_DELIVERY"] {
        world.scan(&tracking, Some(status)).await;
        world.pass(60);
    }
    let statuses = world.release_webhooks(true, 2).await;
    assert_eq!(statuses, [204; 6]);
    assert_eq!(world.count(job, "ShipmentHandedOver").await, 1);
    assert_eq!(world.count(job, "TrackingUpdated").await, 2);
    world.scan(&tracking, Some("DELIVERED")).await;
    world.scan(&tracking, Some("IN_TRANSIT")).await;
    world.release_webhooks(false, 2).await;
    assert_eq!(world.types(job).await.last(), Some(&"ShipmentDelivered"));
    assert_eq!(world.count(job, "ShipmentDelivered").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_others_made_is_refused() {
    let world = World::new().await;
    let job = world.labelled().await;
    let tracking = world.tracking(job).await;
    world.scan(&tracking, None).await;
    let body = json!({"type": "parcel.updated", "trackingNumber": tracking}).to_string();
    let send = async |second: i64, signature: &str, body: &str| {
        world.webhook("postal", ("msg_1", &second.to_string(), signature), body).await
    };
    assert_eq!(send(NOON_S, "", &body).await, 400);
    assert_eq!(send(NOON_S, &sign("whsec_b3RoZXI=", NOON_S, &body), &body).await, 400);
    assert_eq!(send(NOON_S - 301, &sign(SECRET, NOON_S - 301, &body), &body).await, 400);
    assert_eq!(send(NOON_S, &sign(SECRET, NOON_S, &body), "{}").await, 400);
    assert_eq!(world.state(job).await, "LABELLED");
    assert_eq!(send(NOON_S - 299, &sign(SECRET, NOON_S - 299, &body), &body).await, 204);
    assert_eq!(world.state(job).await, "IN_TRANSIT");
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_about_other_things_lead_to_nothing() {
    let world = World::new().await;
    let job = world.labelled().await;
    let tracking = world.tracking(job).await;
    world.scan(&tracking, None).await;
    let send = async |carrier: &str, body: &str| {
        let signature = sign(SECRET, NOON_S, body);
        world.webhook(carrier, ("msg_1", &NOON_S.to_string(), &signature), body).await
    };
    assert_eq!(send("postal", &json!({"type": "invoice.created"}).to_string()).await, 204);
    assert_eq!(send("postal", &json!({"trackingNumber": "nowhere"}).to_string()).await, 204);
    // Another carrier knows nothing of the parcel.
    assert_eq!(send("courier", &json!({"trackingNumber": tracking}).to_string()).await, 204);
    assert_eq!(send("postal", "no JSON").await, 400);
    assert_eq!(world.state(job).await, "LABELLED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_of_which_no_webhook_tells_is_read_by_itself() {
    let world = World::new().await;
    let job = world.labelled().await;
    let tracking = world.tracking(job).await;
    world.pass(6 * HOUR_S);
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.types(job).await.last(), Some(&"LabelBought"), "a look that shows nothing leaves no event");
    for _ in 0..2 {
        world.scan(&tracking, None).await;
    }
    world.pass(5 * HOUR_S);
    assert_eq!(world.wake().await, 0, "it is looked at ever more rarely");
    world.pass(HOUR_S);
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.state(job).await, "IN_TRANSIT");
    world.scan(&tracking, Some("LOST")).await;
    world.pass(6 * HOUR_S);
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.state(job).await, "LOST");
    world.pass(90 * 24 * HOUR_S);
    assert_eq!(world.wake().await, 0, "nothing is left to be followed");
}
