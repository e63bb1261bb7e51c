//! Labels: bought once, of the first carrier that takes the parcel, and followed to the door.

use carrier_simulator::{Fault, Operation};
use domain::shipment::ShipmentEvent;
use serde_json::json;

use crate::events::{packed, released, requested};
use crate::world::{World, subject};

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_is_labelled_once_and_followed_to_the_door() {
    let world = World::new().await;
    let job = world.planned().await;
    world.announce(job, &packed(job, domain::Timestamp::EPOCH)).await;
    assert_eq!(world.state(job).await, "PLANNED", "nothing is bought before the release");
    assert!(world.in_force().is_empty());
    world.announce(job, &released(job, domain::Timestamp::EPOCH)).await;
    assert_eq!(world.in_force(), ["postal"]);
    let view = world.get(&job.path()).await.assert(200).body;
    assert_eq!(view["label"]["carrier"], "postal");
    assert_eq!(view["label"]["cost"], "5.80", "{view}");
    let page = reqwest::get(view["label"]["url"].as_str().unwrap()).await.unwrap().text().await.unwrap();
    assert!(page.contains("Langstrasse 1") && page.contains("8004 Zürich"), "{page}");
    let tracking = world.tracking(job).await;
    for _ in 0..4 {
        world.scan(&tracking, None).await;
    }
    assert!(world.release_webhooks(false, 1).await.iter().all(|status| *status == 204));
    assert_eq!(world.state(job).await, "DELIVERED");
    assert_eq!(
        world.types(job).await,
        [
            "ShipmentPlanned",
            "ShipmentPacked",
            "ShipmentReleased",
            "LabelRequested",
            "LabelBought",
            "ShipmentHandedOver",
            "TrackingUpdated",
            "TrackingUpdated",
            "ShipmentDelivered"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_carrier_is_asked_where_the_first_refuses() {
    let world = World::new().await;
    let job = world.planned().await;
    world.plan(&[(Operation::Buy, Fault::Refused)]);
    world.is_ready(job).await;
    assert_eq!(world.in_force(), ["courier"]);
    assert_eq!(world.count(job, "LabelRefused").await, 1);
    assert_eq!(world.state(job).await, "LABELLED");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_refuse_people_are_left_and_may_have_the_carriers_asked_again() {
    let world = World::new().await;
    let job = world.planned_for("REFUSED").await;
    world.is_ready(job).await;
    let view = world.get(&job.path()).await.assert(200).body;
    assert_eq!((&view["state"], &view["refusal"]), (&json!("FAILED"), &json!("ADDRESS_REFUSED")));
    assert_eq!(world.count(job, "LabelRefused").await, 2);
    world.post(&format!("{}/retry", job.path())).await.assert(200);
    assert_eq!(world.count(job, "LabelRequested").await, 4, "both were asked again");
    assert_eq!(world.state(job).await, "FAILED");
    assert!(world.in_force().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_that_ships_by_hand_has_no_shipments() {
    let world = World::by_hand().await;
    let job = world.planned().await;
    world.is_ready(job).await;
    world.get(&job.path()).await.assert(404);
    assert!(world.types(job).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_label_is_bought_for_somebody_who_was_erased() {
    let world = World::new().await;
    let job = world.planned().await;
    world.keys.destroy(&crate::events::tenant(), &subject(job)).await.unwrap();
    world.is_ready(job).await;
    let events = world.events(job).await;
    let Some(ShipmentEvent::ShipmentFailed(failed)) = events.last() else { panic!("{events:?}") };
    assert_eq!(failed.reason.as_str(), "recipient_erased");
    assert!(world.simulator.ledger().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_comes_late_is_waited_for() {
    let world = World::new().await;
    let job = crate::events::Job::new();
    world.announce(job, &requested(job, domain::Timestamp::EPOCH)).await;
    world.is_ready(job).await;
    assert_eq!(world.state(job).await, "LABELLING");
    world.places(job).await;
    assert_eq!(world.wake_after_a_pause().await, 1);
    assert_eq!(world.state(job).await, "LABELLED");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_is_kept_sealed_alone() {
    let world = World::new().await;
    let job = world.labelled().await;
    let client = world.database.client().await;
    let row = client.query_one("SELECT to_jsonb(a)::text FROM shipping_addresses a", &[]).await.unwrap();
    let kept: String = row.get(0);
    assert!(!kept.contains("Recipient") && !kept.contains("Langstrasse"), "{kept}");
    let sql = "SELECT string_agg(payload::text, ' ') FROM events WHERE aggregate_id = $1";
    let row = client.query_one(sql, &[&job.id.to_string()]).await.unwrap();
    let stored: String = row.get(0);
    assert!(!stored.contains("Recipient") && !stored.contains("Langstrasse"), "{stored}");
}
