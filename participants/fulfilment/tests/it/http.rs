//! What the staff of a location report over HTTP.

use domain::FulfilmentId;
use serde_json::{Value, json};
use service_kit::auth::Role;

use crate::world::{World, fulfilment_of, hold, new_order, release, request};

/// A fulfilment that was asked for, and its path.
async fn asked(world: &World) -> (domain::OrderId, FulfilmentId, String) {
    let order = new_order();
    let id = fulfilment_of(order);
    world.ask_twice("shop", request(order)).await;
    world.wait_for_events(id, 1).await;
    (order, id, format!("/v1/fulfilments/{id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_accepts_packs_ships_and_delivers() {
    let world = World::new().await;
    let member = world.member();
    let (order, id, path) = asked(&world).await;
    let accepted = world.post(&format!("{path}/accept"), &Value::Null).await.assert(200);
    assert_eq!((&accepted.body["state"], &accepted.body["orderId"]), (&json!("ACCEPTED"), &json!(order)));
    assert_eq!((&accepted.headers["etag"], &accepted.body["released"]), (&"\"2\"".parse().unwrap(), &json!(false)));
    let picked = world.post(&format!("{path}/pick"), &Value::Null).await.assert(200);
    assert_eq!(picked.body["state"], "PICKED");
    world.post(&format!("{path}/pack"), &Value::Null).await.assert(200);
    let late = world.post(&format!("{path}/pick"), &Value::Null).await.assert(200);
    assert_eq!(late.body["state"], "PACKED", "what is packed was picked");
    let dispatch = json!({"carrier": "Die Post", "tracking": "99.00.1"});
    let early = world.post_as(Role::Clerk, "shop", "ship-1", &format!("{path}/ship"), &dispatch).await.assert(412);
    assert_eq!(early.body["code"], "fulfilment_not_released");
    world.ask_twice("shop", release(order)).await;
    world.wait_for_events(id, 5).await;
    world.ask_twice("shop", hold(order)).await;
    world.wait_for_events(id, 6).await;
    world.post(&format!("{path}/ship"), &dispatch).await.assert(412);
    world.ask_twice("shop", release(order)).await;
    world.wait_for_events(id, 7).await;
    let shipped = world.post_as(Role::Clerk, "shop", "ship-1", &format!("{path}/ship"), &dispatch).await.assert(200);
    assert_eq!((&shipped.body["state"], &shipped.body["version"]), (&json!("SHIPPED"), &json!(8)));
    let repeated = world.post_as(Role::Clerk, "shop", "ship-1", &format!("{path}/ship"), &dispatch).await.assert(200);
    assert_eq!((&repeated.headers["idempotent-replayed"], &repeated.body), (&"true".parse().unwrap(), &shipped.body));
    let unchanged = world.post(&format!("{path}/ship"), &dispatch).await.assert(200);
    assert_eq!(unchanged.body["eventIds"], json!([]));
    let other = json!({"carrier": "Die Post", "tracking": "99.00.2"});
    assert_eq!(world.post(&format!("{path}/ship"), &other).await.assert(409).body["code"], "fulfilment_state_conflict");
    world.post(&format!("{path}/deliver"), &Value::Null).await.assert(200);
    let view = world.get_as(Role::Clerk, "shop", &path).await.assert(200).body;
    let expected = json!({
        "id": id, "orderId": order, "version": 9, "state": "DELIVERED", "released": true, "location": "zrh-1",
        "lines": [{"sku": "tea", "quantity": 3}], "carrier": "Die Post", "tracking": "99.00.1"
    });
    assert_eq!(view, expected);
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_rejects_and_a_carrier_loses() {
    let world = World::new().await;
    let member = world.member();
    let (_, id, path) = asked(&world).await;
    let body = json!({"reason": "DAMAGED", "note": "water in the cellar"});
    let rejected = world.post(&format!("{path}/reject"), &body).await.assert(200);
    assert_eq!((&rejected.body["state"], world.events(id).await.len()), (&json!("REJECTED"), 2));
    world.post(&format!("{path}/accept"), &Value::Null).await.assert(409);
    let view = world.get_as(Role::Clerk, "shop", &path).await.assert(200).body;
    assert_eq!((&view["state"], &view["lines"]), (&json!("REJECTED"), &json!([])));

    let (order, id, path) = asked(&world).await;
    world.post(&format!("{path}/lost"), &Value::Null).await.assert(409);
    world.ask_twice("shop", release(order)).await;
    world.wait_for_events(id, 2).await;
    world.post(&format!("{path}/accept"), &Value::Null).await.assert(200);
    world.post(&format!("{path}/pack"), &Value::Null).await.assert(200);
    world.post(&format!("{path}/ship"), &json!({"carrier": "post", "tracking": "X1"})).await.assert(200);
    let lost = world.post(&format!("{path}/lost"), &Value::Null).await.assert(200);
    assert_eq!(lost.body["state"], "LOST");
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_of_the_tenant_report_and_values_are_checked() {
    let world = World::new().await;
    let member = world.member();
    let (_, id, path) = asked(&world).await;
    let accept = format!("{path}/accept");
    let nothing = Value::Null;
    assert_eq!(
        world.post_as(Role::Customer, "shop", "k-1", &accept, &nothing).await.assert(403).body["code"],
        "forbidden"
    );
    world.get_as(Role::Customer, "shop", &path).await.assert(403);
    for reply in [
        world.post_as(Role::Clerk, "rival", "k-2", &accept, &nothing).await,
        world.get_as(Role::Clerk, "rival", &path).await,
        world.post("/v1/fulfilments/0191f2c4-7d1e-7c3a-9b55-3f0f5a0c2b11/accept", &nothing).await,
        world.post("/v1/fulfilments/none/accept", &nothing).await,
    ] {
        assert_eq!(reply.assert(404).body["code"], "fulfilment_not_found");
    }
    let ship = format!("{path}/ship");
    for body in [
        json!({"carrier": "post"}),
        json!({"carrier": "", "tracking": "X1"}),
        json!({"carrier": "post", "tracking": " "}),
    ] {
        let reply = world.post(&ship, &body).await;
        assert!((400..=422).contains(&reply.status), "{body}: {} {}", reply.status, reply.body);
    }
    assert_eq!(world.events(id).await.len(), 1, "nothing was changed");
    member.stop().await;
}
