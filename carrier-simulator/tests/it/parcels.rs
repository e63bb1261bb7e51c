//! Parcels: carried by the clock, to the end that was chosen for them.

use serde_json::json;

use crate::world::World;

const HOUR: u64 = 3_600;

#[tokio::test]
async fn a_parcel_is_carried_by_the_clock_times_the_speed() {
    let world = World::new(60);
    let tracking = world.bought("s-1", "").await;
    assert_eq!(world.statuses(&tracking).await, ["LABEL_CREATED"]);
    world.pass(HOUR / 60);
    assert_eq!(world.statuses(&tracking).await, ["LABEL_CREATED", "HANDED_OVER"]);
    world.pass(24 * HOUR / 60);
    let statuses = world.statuses(&tracking).await;
    assert_eq!(statuses[1..], ["HANDED_OVER", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"]);
    let (_, parcel) = world.get(&format!("/postal/parcels/{tracking}")).await;
    assert_eq!(parcel["events"][4]["occurredAt"], "1970-01-01T00:24:00Z", "when it was due: {parcel}");
}

#[tokio::test]
async fn what_becomes_of_a_parcel_is_chosen_by_its_address() {
    let world = World::new(0);
    let skip = async || world.control("clock", &json!({"byS": 72 * HOUR})).await;
    for (line2, end) in [("LOST", "LOST"), ("RETURNED", "RETURNED"), ("DELAYED", "DELIVERED"), ("", "DELIVERED")] {
        let tracking = world.bought(&format!("s-{line2}"), line2).await;
        assert_eq!(skip().await.0, 204);
        let statuses = world.statuses(&tracking).await;
        assert_eq!(statuses.last().unwrap(), end, "{statuses:?}");
    }
    assert_eq!(world.buy("s-refused", "REFUSED").await, (422, json!({"code": "ADDRESS_REFUSED"})));
}

#[tokio::test]
async fn a_delay_has_a_new_expected_day() {
    let world = World::new(0);
    let tracking = world.bought("s-1", "DELAYED").await;
    for _ in 0..3 {
        world.control(&format!("parcels/{tracking}/next"), &json!(null)).await;
    }
    let (_, parcel) = world.get(&format!("/postal/parcels/{tracking}")).await;
    assert_eq!(parcel["events"][3]["status"], "EXCEPTION");
    assert_eq!(parcel["events"][3]["expectedAt"], "1970-01-02T04:00:00Z", "{parcel}");
}

#[tokio::test]
async fn at_speed_0_parcels_move_only_when_they_are_told_to() {
    let world = World::new(0);
    let tracking = world.bought("s-1", "").await;
    world.pass(100 * HOUR);
    assert_eq!(world.statuses(&tracking).await, ["LABEL_CREATED"]);
    world.control(&format!("parcels/{tracking}/scans/LOST"), &json!(null)).await;
    assert_eq!(world.statuses(&tracking).await, ["LABEL_CREATED", "LOST"]);
}
