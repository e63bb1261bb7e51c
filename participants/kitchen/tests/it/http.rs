//! Kitchens by HTTP.

use serde_json::{Value, json};
use service_kit::auth::Role;

use crate::world::{Job, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_location_becomes_a_kitchen_once_and_can_be_read() {
    let world = World::new().await;
    world.get("/v1/kitchens/zrh-k").await.assert(404);
    world.post("staff", &json!({"onShift": 2})).await.assert(404);
    let stations = json!({"stations": [{"name": "stove", "capacity": 2}]});
    let first = world.post_as(Role::Clerk, "shop", "k-1", "stations", &stations).await.assert(200);
    let again = world.post_as(Role::Clerk, "shop", "k-1", "stations", &stations).await.assert(200);
    assert_eq!(first.body, again.body);
    assert_eq!(world.post("stations", &stations).await.assert(200).body["eventIds"], json!([]));
    let menu = json!({"sku": "soup", "station": "stove", "course": 1, "preparationS": 240});
    world.post("menu", &menu).await.assert(200);
    let view = world.get("/v1/kitchens/zrh-k").await.assert(200).body;
    assert_eq!(
        (&view["mode"], &view["menu"][0]["sku"], &view["version"]),
        (&json!("NORMAL"), &json!("soup"), &json!(2))
    );
    assert_eq!(world.post("rush", &Value::Null).await.assert(200).body["mode"], "RUSH");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_cook_item_by_item_and_never_more_than_there_is_room_for() {
    let world = World::with_kitchen().await;
    let [first, second] = [Job::new(), Job::new()];
    let both = [first, second].map(|job| world.requested(job, &[("soup", 1), ("pie", 1)]));
    world.announce(both.to_vec()).await;
    let item = |job: Job, item: u32, step: &str| format!("tickets/{}/items/{item}/{step}", job.fulfilment);
    let early = world.post(&item(first, 2, "start"), &Value::Null).await.assert(412);
    assert_eq!(early.body["code"], "kitchen_not_now");
    for job in [first, second] {
        world.post(&item(job, 1, "start"), &Value::Null).await.assert(200);
        world.post(&item(job, 1, "start"), &Value::Null).await.assert(200);
        world.post(&item(job, 1, "done"), &Value::Null).await.assert(200);
    }
    world.post(&item(first, 2, "start"), &Value::Null).await.assert(200);
    world.post(&item(second, 2, "start"), &Value::Null).await.assert(412);
    let view = world.get("/v1/kitchens/zrh-k").await.assert(200).body;
    assert_eq!((&view["stations"][0]["name"], &view["stations"][0]["inHand"]), (&json!("oven"), &json!(1)));
    world.post(&item(first, 2, "done"), &Value::Null).await.assert(200);
    world.post(&item(first, 2, "done"), &Value::Null).await.assert(404);
    let path = format!("/v1/kitchens/zrh-k/tickets/{}", first.fulfilment);
    assert_eq!(world.get(&path).await.assert(200).body["state"], "READY");
    assert_eq!(world.ticket_types(first).await, ["TicketAccepted", "TicketStarted", "TicketReady"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_of_the_tenant_come_in_and_values_are_checked() {
    let world = World::with_kitchen().await;
    let staff = json!({"onShift": 3});
    world.post_as(Role::Customer, "shop", "k-1", "staff", &staff).await.assert(403);
    world.post_as(Role::Clerk, "rival", "k-2", "staff", &staff).await.assert(404);
    world.get_as(Role::Customer, "shop", "/v1/kitchens/zrh-k").await.assert(403);
    world.get_as(Role::Clerk, "rival", "/v1/kitchens/zrh-k").await.assert(404);
    for (what, body) in [
        ("staff", json!({"onShift": 1_001})),
        ("stations", json!({"stations": []})),
        ("stations", json!({"stations": [{"name": "stove", "capacity": 0}]})),
        ("menu", json!({"sku": "soup", "station": "grill", "course": 1, "preparationS": 1})),
        ("menu", json!({"sku": "soup", "station": "stove", "course": 21, "preparationS": 1})),
        ("sold-out", json!({"sku": "cake", "soldOut": true})),
    ] {
        world.post(what, &body).await.assert(422);
    }
    let in_use = world.post("stations", &json!({"stations": [{"name": "stove", "capacity": 2}]})).await.assert(409);
    assert_eq!(in_use.body["code"], "kitchen_station_in_use");
    world.get("/v1/kitchens/zrh-k/tickets/none").await.assert(404);
    assert_eq!(world.kitchen_events().await.len(), 4, "nothing was changed");
}
