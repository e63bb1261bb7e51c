//! Labels: sold once for each key, voided until the parcel was handed over.

use carrier_simulator::{Fault, Faults, Operation, PlannedFault};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_key_buys_one_label_and_belongs_to_one_request() {
    let world = World::new(0);
    let (status, first) = world.buy("s-1", "").await;
    assert_eq!((status, &first["cost"]), (201, &json!({"amount": 580, "currency": "EUR"})));
    assert_eq!(world.buy("s-1", "").await, (201, first));
    assert_eq!(world.buy("s-1", "other").await, (422, json!({"code": "KEY_REUSED"})));
    assert_eq!(world.simulator.ledger().len(), 1);
}

#[tokio::test]
async fn a_label_can_be_printed_and_looked_up() {
    let world = World::new(0);
    let tracking = world.bought("s-1", "").await;
    let (_, page) = world.get(&format!("/postal/labels/{tracking}/print")).await;
    assert!(page.as_str().unwrap().contains("A &lt;B&gt;"), "{page}");
    let (_, found) = world.get("/postal/labels?reference=s-1").await;
    assert_eq!(found["labels"][0]["trackingNumber"], *tracking);
    assert_eq!(found["labels"][0]["labelUrl"], format!("http://carrier.example/postal/labels/{tracking}/print"));
    let (_, none) = world.get("/courier/labels?reference=s-1").await;
    assert_eq!(none["labels"], json!([]));
}

#[tokio::test]
async fn labels_are_listed_page_by_page() {
    let world = World::new(0);
    let all = [world.bought("s-1", "").await, world.bought("s-2", "").await, world.bought("s-3", "").await];
    let (_, first) = world.get("/postal/labels?since=1970-01-01T00:00:00Z&limit=2").await;
    assert_eq!((&first["hasMore"], &first["labels"][1]["trackingNumber"]), (&json!(true), &json!(all[1])));
    let (_, rest) = world.get(&format!("/postal/labels?limit=2&after={}", all[1])).await;
    assert_eq!((&rest["hasMore"], &rest["labels"][0]["trackingNumber"]), (&json!(false), &json!(all[2])));
    let (_, later) = world.get("/postal/labels?since=2100-01-01T00:00:00Z").await;
    assert_eq!(later["labels"], json!([]));
}

#[tokio::test]
async fn a_label_is_voided_until_its_parcel_was_handed_over() {
    let world = World::new(0);
    let [kept, gone] = [world.bought("s-1", "").await, world.bought("s-2", "").await];
    assert_eq!(world.void("v-1", &kept).await.0, 200);
    assert_eq!(world.void("v-1", &kept).await.0, 200);
    assert_eq!(world.control(&format!("parcels/{kept}/next"), &json!(null)).await.0, 422, "it is not carried");
    assert_eq!(world.control(&format!("parcels/{gone}/next"), &json!(null)).await.0, 204);
    assert_eq!(world.void("v-2", &gone).await, (409, json!({"code": "HANDED_OVER"})));
    assert_eq!(world.void("v-3", "nothing").await.0, 404);
    let voided: Vec<_> = world.simulator.ledger().iter().map(|label| label.voided).collect();
    assert_eq!(voided, [true, false]);
}

#[tokio::test]
async fn it_fails_as_planned() {
    let world = World::new(0);
    let plan = |faults: &[Fault]| {
        let planned = faults.iter().map(|fault| PlannedFault {
            operation: Some(Operation::Buy),
            carrier: None,
            key: None,
            fault: *fault,
        });
        world.simulator.set_faults(Faults { planned: planned.collect(), ..Faults::default() });
    };
    plan(&[Fault::Error, Fault::RateLimited, Fault::ErrorAfter]);
    assert_eq!(world.buy("s-1", "").await.0, 500);
    assert_eq!(world.buy("s-1", "").await.0, 429);
    assert!(world.simulator.ledger().is_empty());
    assert_eq!(world.buy("s-1", "").await.0, 500);
    assert_eq!(world.simulator.ledger().len(), 1);
    assert_eq!(world.buy("s-1", "").await.0, 201);
    plan(&[Fault::Refused]);
    assert_eq!(world.buy("s-2", "").await.0, 422);
    assert_eq!(world.buy("s-2", "").await.0, 422, "a refusal is for good under its key");
}
