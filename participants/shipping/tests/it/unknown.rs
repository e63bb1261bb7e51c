//! Effects whose outcome is not known: the carrier is told again under the same key, and there is one label.

use carrier_simulator::{Fault, Operation};
use domain::shipment::ShipmentEvent;
use service_kit::poll::wait_until;

use crate::events::{Job, held, packed, released};
use crate::world::{LOOK, PATIENCE, World, subject};

#[tokio::test(flavor = "multi_thread")]
async fn a_success_after_the_time_out_is_found_under_its_key() {
    let world = World::new().await;
    let job = world.planned().await;
    world.plan(&[(Operation::Buy, Fault::SilentAfter)]);
    world.announce(job, &packed(job, domain::Timestamp::EPOCH)).await;
    world.publish(job, &released(job, domain::Timestamp::EPOCH)).await;
    wait_until(PATIENCE, LOOK, async || world.in_force().len() == 1).await.unwrap();
    world.has_heard().await;
    // The repetition of the message has told it again already.
    assert_eq!(world.state(job).await, "LABELLED");
    assert_eq!(world.in_force(), ["postal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrived_is_told_again_ever_later() {
    let world = World::new().await;
    let job = world.planned().await;
    // The message, its repetition, and the timer.
    world.plan(&[
        (Operation::Buy, Fault::Error),
        (Operation::Buy, Fault::RateLimited),
        (Operation::Buy, Fault::Silent),
    ]);
    world.is_ready(job).await;
    assert_eq!(world.state(job).await, "LABELLING");
    assert_eq!(world.wake_after_a_pause().await, 1);
    let events = world.events(job).await;
    let Some(ShipmentEvent::EffectDelayed(delayed)) = events.last() else { panic!("{events:?}") };
    assert_eq!(delayed.tries, 1);
    world.pass(10);
    assert_eq!(world.wake_after_a_pause().await, 1);
    assert_eq!(world.state(job).await, "LABELLED");
    assert_eq!(world.simulator.ledger().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_between_effect_and_record_leaves_one_label() {
    let mut world = World::new().await;
    let job = world.planned().await;
    world.announce(job, &packed(job, domain::Timestamp::EPOCH)).await;
    world.hand_over_to_patient_member().await;
    world.plan(&[(Operation::Buy, Fault::SilentAfter)]);
    world.publish(job, &released(job, domain::Timestamp::EPOCH)).await;
    wait_until(PATIENCE, LOOK, async || world.in_force().len() == 1).await.unwrap();
    world.is_killed().await;
    assert_eq!(world.types(job).await.last(), Some(&"LabelRequested"));
    assert_eq!(world.wake_after_a_pause().await, 1);
    assert_eq!(world.types(job).await.last(), Some(&"LabelBought"));
    assert_eq!(world.simulator.ledger().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_before_the_effect_leaves_it_to_the_timer() {
    let mut world = World::new().await;
    let job = world.planned().await;
    world.announce(job, &packed(job, domain::Timestamp::EPOCH)).await;
    world.hand_over_to_patient_member().await;
    world.plan(&[(Operation::Buy, Fault::Silent)]);
    world.publish(job, &released(job, domain::Timestamp::EPOCH)).await;
    wait_until(PATIENCE, LOOK, async || world.faults_left().await == 0).await.unwrap();
    world.is_killed().await;
    assert_eq!(world.types(job).await.last(), Some(&"LabelRequested"));
    assert!(world.simulator.ledger().is_empty());
    assert_eq!(world.wake_after_a_pause().await, 1);
    assert_eq!(world.types(job).await.last(), Some(&"LabelBought"));
    assert_eq!(world.simulator.ledger().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_without_an_answer_is_told_again_under_its_key() {
    let world = World::new().await;
    let job = world.labelled().await;
    world.plan(&[(Operation::Void, Fault::SilentAfter), (Operation::Void, Fault::ErrorAfter)]);
    world.announce(job, &held(job, domain::Timestamp::EPOCH)).await;
    assert_eq!(world.state(job).await, "VOIDING");
    assert_eq!(world.wake_after_a_pause().await, 1);
    assert_eq!(world.types(job).await.last(), Some(&"LabelVoided"));
    assert!(world.in_force().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_was_bought_before_the_recipient_was_erased_is_not_bought_again_and_not_lost() {
    let world = World::new().await;
    let job = world.planned().await;
    world.plan(&[(Operation::Buy, Fault::SilentAfter), (Operation::Buy, Fault::Silent)]);
    world.is_ready(job).await;
    assert_eq!(world.state(job).await, "LABELLING");
    world.keys.destroy(&crate::events::tenant(), &subject(job)).await.unwrap();
    assert_eq!(world.wake_after_a_pause().await, 1);
    assert_eq!(world.state(job).await, "LABELLED");
    assert_eq!(world.in_force(), ["postal"]);
}

/// A shipment whose label was sold without an answer, with its parcel's tracking number.
async fn sold_without_an_answer(world: &World) -> (Job, String) {
    let job = world.planned().await;
    world.plan(&[(Operation::Buy, Fault::SilentAfter), (Operation::Buy, Fault::Silent)]);
    world.is_ready(job).await;
    assert_eq!(world.state(job).await, "LABELLING");
    let sold = world.simulator.ledger();
    assert_eq!(sold.len(), 1);
    (job, sold[0].tracking_number.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_about_a_parcel_whose_sale_had_no_answer_is_not_lost() {
    let world = World::new().await;
    let (job, tracking) = sold_without_an_answer(&world).await;
    world.plan(&[(Operation::Buy, Fault::Error)]);
    world.scan(&tracking, Some("HANDED_OVER")).await;
    assert_eq!(world.release_webhooks(false, 1).await, [503], "the carrier sends it again");
    world.scan(&tracking, Some("DELIVERED")).await;
    assert_eq!(world.release_webhooks(false, 1).await, [204]);
    let types = world.types(job).await;
    assert_eq!(types[types.len() - 3..], ["LabelBought", "ShipmentHandedOver", "ShipmentDelivered"]);
    assert_eq!(world.simulator.ledger().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_whose_sale_becomes_known_late_is_read_at_once() {
    let world = World::new().await;
    let (job, tracking) = sold_without_an_answer(&world).await;
    world.scan(&tracking, Some("DELIVERED")).await;
    assert_eq!(world.wake_after_a_pause().await, 1);
    assert_eq!(world.types(job).await.last(), Some(&"ShipmentDelivered"));
}
