//! What must not leave has no label: holds, cancellations and people who send it themselves void the one that was bought.

use crate::events::{cancelled, held, released, shipped_by_hand};
use crate::world::World;
use domain::Timestamp;
use domain::shipment::ShipmentEvent;

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_voids_the_label_and_a_release_buys_another() {
    let world = World::new().await;
    let job = world.labelled().await;
    let first = world.tracking(job).await;
    world.announce(job, &held(job, Timestamp::EPOCH)).await;
    assert_eq!(world.state(job).await, "PLANNED");
    assert!(world.in_force().is_empty());
    world.announce(job, &released(job, Timestamp::EPOCH)).await;
    assert_eq!(world.state(job).await, "LABELLED");
    assert_ne!(world.tracking(job).await, first);
    assert_eq!(world.in_force(), ["postal"]);
    assert_eq!(world.simulator.ledger().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_and_a_shipment_by_hand_leave_no_label() {
    let world = World::new().await;
    let [given_up, carried] = [world.labelled().await, world.labelled().await];
    world.announce(given_up, &cancelled(given_up, Timestamp::EPOCH)).await;
    world.announce(carried, &shipped_by_hand(carried, Timestamp::EPOCH)).await;
    assert_eq!((&*world.state(given_up).await, &*world.state(carried).await), ("CANCELLED", "BY_HAND"));
    assert!(world.in_force().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_over_before_the_hold_is_recorded_and_followed() {
    let world = World::new().await;
    let job = world.labelled().await;
    let tracking = world.tracking(job).await;
    world.scan(&tracking, None).await;
    // No webhook has told of it yet.
    world.announce(job, &held(job, Timestamp::EPOCH)).await;
    let events = world.events(job).await;
    let Some(ShipmentEvent::ShipmentHandedOver(event)) = events.last() else { panic!("{events:?}") };
    assert!(!event.released, "it left although it was held");
    assert_eq!(world.in_force(), ["postal"]);
    world.scan(&tracking, Some("DELIVERED")).await;
    world.release_webhooks(false, 1).await;
    assert_eq!(world.state(job).await, "DELIVERED");
}
