//! Dry runs.

use serde_json::json;

use crate::world::{World, address, line};

#[tokio::test]
async fn a_dry_run_tells_what_would_be_stored_and_stores_nothing() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    let before = world.events().await;
    let commands = [
        ("add-line", line(), "LineAdded"),
        ("place", json!({}), "OrderPlaced"),
        ("cancel", json!({"reason": "STAFF"}), "OrderCancelled"),
        ("discard", json!({}), "OrderCancelled"),
    ];
    for (command, body, event) in commands {
        let preview = world.post(&format!("{path}/validate/{command}"), &body).no_key().send().await.assert(200);
        assert_eq!(preview.header("etag"), "\"3\"", "{command}");
        assert_eq!((&preview.body["version"], &preview.body["events"][0]["type"]), (&json!(3), &json!(event)));
        assert_eq!(preview.body["events"][0]["body"]["version"], 4);
    }
    let same = world.post(&format!("{path}/validate/set-address"), &address()).send().await.assert(200);
    assert_eq!(same.body["events"], json!([]));
    let mut moved = address();
    moved["city"] = json!("Elsewhere");
    let moved = world.post(&format!("{path}/validate/set-address"), &moved).send().await.assert(200);
    let sealed = &moved.body["events"][0]["body"]["address"];
    assert_eq!((&sealed["details"]["data"], &sealed["contact"]["data"]), (&json!(""), &json!("")));
    assert_eq!(world.events().await, before);
}

#[tokio::test]
async fn a_dry_run_meets_the_commands_own_refusals() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let validate = |command: &str| format!("{path}/validate/{command}");
    world.post(&validate("place"), &json!({})).send().await.assert_problem(422, "no_lines");
    let change = json!({"lineId": "0b7e1d9c-0000-4000-8000-000000000001", "quantity": 0});
    world.post(&validate("change-line-quantity"), &change).send().await.assert_problem(422, "validation_failed");
    let change = json!({"lineId": "0b7e1d9c-0000-4000-8000-000000000001", "quantity": 1});
    world.post(&validate("change-line-quantity"), &change).send().await.assert_problem(404, "line_not_found");
    let removal = json!({"lineId": "0b7e1d9c-0000-4000-8000-000000000001"});
    assert_eq!(world.post(&validate("remove-line"), &removal).send().await.assert(200).body["events"], json!([]));
    world.post(&validate("explode"), &json!({})).send().await.assert_problem(404, "command_unknown");
    let stale = world.post(&validate("place"), &json!({})).header("if-match", "\"9\"");
    stale.send().await.assert_problem(412, "version_stale");
    let absent = "/v1/orders/01936f2a-7c00-7abc-8def-0123456789ab/validate/create";
    let creation = world.post(absent, &json!({"currency": "EUR"})).send().await.assert(200);
    assert_eq!((&creation.body["version"], &creation.body["events"][0]["type"]), (&json!(0), &json!("OrderDrafted")));
    assert_eq!(world.events().await, 1);
}
