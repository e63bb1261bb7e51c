//! What staff do with an order once it is placed: hold it, release it, cancel pieces, write notes.

use serde_json::{Value, json};

use crate::world::World;

async fn line_of(world: &World, path: &str) -> Value {
    world.get(path).send().await.assert(200).body["lines"][0].clone()
}

#[tokio::test]
async fn an_order_is_held_and_released_by_kind() {
    let world = World::new().await;
    let path = world.placed("c-1").await;
    let hold = |kind: &str| json!({"hold": kind, "note": "wait"});
    let (to_hold, to_release) = (format!("{path}/hold"), format!("{path}/release-hold"));
    let stopped = world.post(&to_hold, &hold("MANUAL")).send().await.assert(200);
    assert_eq!((&stopped.body["version"], &stopped.body["state"]), (&json!(5), &json!("PLACED")));
    let again = world.post(&to_hold, &hold("MANUAL")).send().await.assert(200);
    assert_eq!((&again.body["version"], &again.body["eventIds"]), (&json!(5), &json!([])));
    let refused = world.post(&to_hold, &hold("FRAUD")).send().await;
    refused.assert_problem(403, "forbidden");
    world.post(&to_hold, &hold("FRAUD")).token(world.admin()).send().await.assert(200);
    let order = world.get(&path).send().await.assert(200);
    assert_eq!(order.body["holds"], json!(["MANUAL", "FRAUD"]));
    world.post(&to_release, &json!({"hold": "MANUAL"})).send().await.assert(200);
    assert_eq!(world.get(&path).send().await.assert(200).body["holds"], json!(["FRAUD"]));
    world.post(&to_release, &json!({"hold": "FRAUD"})).send().await.assert_problem(403, "forbidden");
    world.post(&to_hold, &json!({"hold": "BORED"})).send().await.assert_problem(400, "malformed_body");
    let own = world.customer("c-1");
    world.post(&to_hold, &hold("STOCK")).token(own.clone()).send().await.assert_problem(403, "forbidden");
    world.post(&to_release, &json!({"hold": "FRAUD"})).token(own).send().await.assert_problem(403, "forbidden");
    let draft = world.draft("c-1").await;
    let refused = world.post(&format!("{draft}/hold"), &hold("MANUAL")).send().await;
    refused.assert_problem(409, "state_forbids_command");
}

#[tokio::test]
async fn pieces_are_cancelled_up_to_a_number_in_all() {
    let world = World::new().await;
    let path = world.placed("c-1").await;
    let line = line_of(&world, &path).await;
    let none = json!({"open": 3, "reserved": 0, "backordered": 0, "inFulfilment": 0, "shipped": 0, "delivered": 0,
        "cancelled": 0});
    assert_eq!(line["quantities"], none);
    let cancel_lines = format!("{path}/cancel-lines");
    let body =
        |cancelled: u32| json!({"lines": [{"lineId": line["id"], "cancelled": cancelled}], "reason": "CUSTOMER"});
    let own = world.customer("c-1");
    world.post(&cancel_lines, &body(1)).token(own.clone()).send().await.assert(200);
    let again = world.post(&cancel_lines, &body(1)).send().await.assert(200);
    assert_eq!(again.body["eventIds"], json!([]));
    world.post(&cancel_lines, &body(2)).send().await.assert(200);
    let order = world.get(&path).send().await.assert(200);
    let pieces = &order.body["lines"][0]["quantities"];
    assert_eq!((&pieces["open"], &pieces["cancelled"]), (&json!(1), &json!(2)));
    let statuses = (&order.body["paymentStatus"], &order.body["fulfilmentStatus"]);
    assert_eq!(statuses, (&json!("PENDING"), &json!("UNFULFILLED")));
    world.post(&cancel_lines, &body(3)).send().await.assert_problem(409, "no_lines_left");
    world.post(&cancel_lines, &body(4)).send().await.assert_problem(409, "line_not_cancellable");
    let mut by_staff = body(2);
    by_staff["reason"] = json!("STAFF");
    world.post(&cancel_lines, &by_staff).token(own).send().await.assert_problem(403, "forbidden");
    let refused = world.post(&cancel_lines, &json!({"lines": [], "reason": "STAFF"})).send().await;
    refused.assert_problem(422, "validation_failed");
    let refused = world.post(&cancel_lines, &body(0)).send().await.assert_problem(422, "validation_failed");
    assert_eq!(refused.body["errors"][0]["pointer"], "/lines/0/cancelled");
}

#[tokio::test]
async fn notes_are_added_whatever_the_state_and_never_twice_by_one_key() {
    let world = World::new().await;
    let path = world.placed("c-1").await;
    let notes = format!("{path}/notes");
    let body = json!({"note": "call first"});
    let added = world.post(&notes, &body).key("n").send().await.assert(200);
    let repeated = world.post(&notes, &body).key("n").send().await.assert(200);
    assert_eq!(added.body, repeated.body);
    let cancel = world.post(&format!("{path}/cancel"), &json!({"reason": "STAFF"})).header("if-match", "*");
    cancel.send().await.assert(200);
    let late = world.post(&notes, &json!({"note": "was a duplicate"})).send().await.assert(200);
    assert_eq!((&late.body["version"], &late.body["state"]), (&json!(7), &json!("CANCELLED")));
    world.post(&notes, &json!({"note": ""})).send().await.assert_problem(422, "validation_failed");
    world.post(&notes, &body).token(world.customer("c-1")).send().await.assert_problem(403, "forbidden");
}

#[tokio::test]
async fn a_dry_run_of_each_tells_what_it_would_store() {
    let world = World::new().await;
    let path = world.placed("c-1").await;
    let line = line_of(&world, &path).await;
    let before = world.events().await;
    let lines = json!({"lines": [{"lineId": line["id"], "cancelled": 1}], "reason": "STAFF"});
    for (command, body, event) in [
        ("hold", json!({"hold": "STOCK"}), Some("OrderHeld")),
        ("release-hold", json!({"hold": "STOCK"}), None),
        ("cancel-lines", lines, Some("LinesCancelled")),
        ("add-note", json!({"note": "call first"}), Some("NoteAdded")),
    ] {
        let preview = world.post(&format!("{path}/validate/{command}"), &body).no_key().send().await.assert(200);
        let events: Vec<_> = preview.body["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
        assert_eq!(events, event.iter().collect::<Vec<_>>(), "{command}");
    }
    assert_eq!(world.events().await, before);
}
