//! The success case of every command.

use serde_json::json;
use uuid::Uuid;

use crate::world::{World, address, line};

#[tokio::test]
async fn an_order_goes_from_a_draft_to_its_cancellation() {
    let world = World::new().await;
    let created = world.post("/v1/orders", &json!({"customer": "c-1", "currency": "EUR"})).send().await.assert(201);
    let id = created.body["orderId"].as_str().unwrap().to_owned();
    let path = format!("/v1/orders/{id}");
    assert_eq!(created.header("location"), path);
    assert_eq!(created.header("etag"), "\"1\"");
    assert_eq!(created.header("order-consistency-token"), format!("order:{id}@1"));
    assert_eq!(created.body["state"], "DRAFT");
    assert_eq!(created.body["eventIds"].as_array().unwrap().len(), 1);
    assert_eq!(Uuid::parse_str(&id).unwrap().get_version_num(), 7);

    let added = world.post(&format!("{path}/lines"), &line()).send().await.assert(200);
    let line_id = added.body["lineId"].as_str().unwrap().to_owned();
    assert_eq!(added.body["total"], json!({"minor": 765, "currency": "EUR"}));
    let line_path = format!("{path}/lines/{line_id}");
    let changed = world.put(&line_path, &json!({"quantity": 4})).send().await.assert(200);
    assert_eq!((changed.header("etag"), &changed.body["total"]["minor"]), ("\"3\"", &json!(1020)));
    let second = world.post(&format!("{path}/lines"), &line()).send().await.assert(200);
    let second = second.body["lineId"].as_str().unwrap();
    world.delete(&format!("{path}/lines/{second}")).send().await.assert(200);
    world.put(&format!("{path}/address"), &address()).send().await.assert(200);

    let expected = json!({"expectedTotal": {"minor": 1020, "currency": "EUR"}});
    let placed = world.post(&format!("{path}/place"), &expected).send().await.assert(200);
    assert_eq!((&placed.body["state"], placed.header("etag")), (&json!("PLACED"), "\"7\""));
    assert!(placed.body["number"].as_str().unwrap().starts_with("SO-"));

    let cancel = json!({"reason": "STAFF", "note": "called by phone"});
    let cancelled = world.post(&format!("{path}/cancel"), &cancel).header("if-match", "\"7\"").send().await.assert(200);
    assert_eq!(cancelled.body["state"], "CANCELLED");
    let view = world.get(&path).send().await.assert(200);
    assert_eq!(view.header("etag"), "\"8\"");
    assert_eq!((&view.body["cancelReason"], &view.body["number"]), (&json!("STAFF"), &placed.body["number"]));
}

#[tokio::test]
async fn a_view_shows_every_command_answered_before() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    let view = world.get(&path).send().await.assert(200);
    assert_eq!(view.header("cache-control"), "private, no-store");
    assert_eq!(view.body["version"], 3);
    let first = &view.body["lines"][0];
    assert_eq!((&first["sku"], &first["unitPrice"]), (&json!("85123A"), &json!("2.5500")));
    assert_eq!(first["total"], json!({"minor": 765, "currency": "EUR"}));
    let shipping = &view.body["shippingAddress"];
    assert_eq!((&shipping["country"], &shipping["details"]["postalCode"]), (&json!("GB"), &json!("EX1 1EX")));
    assert_eq!(view.body["draftedAt"], "2026-06-01T12:00:00Z");
}

#[tokio::test]
async fn a_client_may_name_its_order_and_its_lines() {
    let world = World::new().await;
    let id = "01936f2a-7c00-7abc-8def-0123456789ab";
    let order = json!({"id": id, "currency": "EUR"});
    let created = world.post("/v1/orders", &order).send().await.assert(201);
    assert_eq!(created.body["orderId"], id);
    // The same draft under another key had been begun already.
    let again = world.post("/v1/orders", &order).send().await.assert(200);
    assert_eq!(again.body["eventIds"], json!([]));
    let other = json!({"id": id, "currency": "GBP"});
    let refused = world.post("/v1/orders", &other).send().await.assert_problem(409, "order_exists");
    assert_eq!(refused.body["currentVersion"], 1);

    let mut named = line();
    named["lineId"] = json!("0b7e1d9c-0000-4000-8000-000000000001");
    let lines = format!("/v1/orders/{id}/lines");
    assert_eq!(world.post(&lines, &named).send().await.assert(200).body["lineId"], named["lineId"]);
    assert_eq!(world.post(&lines, &named).send().await.assert(200).body["eventIds"], json!([]));
    named["quantity"] = json!(9);
    world.post(&lines, &named).send().await.assert_problem(409, "line_exists");
}

#[tokio::test]
async fn the_same_address_again_changes_nothing_though_every_seal_differs() {
    let world = World::new().await;
    let path = format!("{}/address", world.draft("c-1").await);
    let first = world.put(&path, &address()).send().await.assert(200);
    let again = world.post(&path, &address()).send().await.assert(200);
    assert_eq!(again.body["eventIds"], json!([]));
    assert_eq!(again.header("etag"), first.header("etag"));
    let mut moved = address();
    moved["line1"] = json!("2 Example Road");
    assert_eq!(world.put(&path, &moved).send().await.assert(200).body["version"], 3);
    moved["kind"] = json!("BILLING");
    assert_eq!(world.put(&path, &moved).send().await.assert(200).body["version"], 4);
}

#[tokio::test]
async fn a_discarded_draft_takes_no_more_commands() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    let discarded = world.delete(&path).send().await.assert(200);
    assert_eq!(discarded.body["state"], "CANCELLED");
    assert_eq!(world.delete(&path).send().await.assert(200).body["eventIds"], json!([]));
    let refused = world.post(&format!("{path}/place"), &json!({})).send().await;
    let refused = refused.assert_problem(409, "state_forbids_command");
    assert_eq!((&refused.body["currentVersion"], &refused.body["retryable"]), (&json!(4), &json!(false)));
    let placed = world.placed("c-1").await;
    world.delete(&placed).send().await.assert_problem(409, "state_forbids_command");
}

#[tokio::test]
async fn placement_says_what_is_missing() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let place = format!("{path}/place");
    world.post(&place, &json!({})).send().await.assert_problem(422, "no_lines");
    world.post(&format!("{path}/lines"), &line()).send().await.assert(200);
    world.post(&place, &json!({})).send().await.assert_problem(422, "shipping_address_missing");
    world.put(&format!("{path}/address"), &address()).send().await.assert(200);
    let other = json!({"expectedTotal": {"minor": 1, "currency": "EUR"}});
    world.post(&place, &other).send().await.assert_problem(422, "total_mismatch");
    let odd = json!({"expectedTotal": {"minor": 1, "currency": "eur"}});
    let refused = world.post(&place, &odd).send().await.assert_problem(422, "validation_failed");
    assert_eq!(refused.errors(), [("/expectedTotal/currency".to_owned(), "unknown_currency".to_owned())]);
    // Without a body, as `curl -X POST` sends it.
    world.call(axum::http::Method::POST, &place).send().await.assert(200);
}

#[tokio::test]
async fn events_carry_who_asked_and_what_belongs_together() {
    let world = World::new().await;
    world.draft("c-1").await;
    let row = world.orders.client().await.query_one("SELECT metadata::text, tenant FROM events", &[]).await.unwrap();
    let metadata: serde_json::Value = serde_json::from_str(row.get(0)).unwrap();
    assert_eq!(metadata["principal"], "staff");
    assert!(metadata["correlation_id"].is_string());
    assert_eq!(row.get::<_, String>(1), "shop");
}

#[tokio::test]
async fn nothing_personal_is_readable_in_the_database() {
    let world = World::new().await;
    world.placed("c-1").await;
    let client = world.orders.client().await;
    let stored = "SELECT string_agg(stored::text, '') FROM events stored";
    let answers = "SELECT string_agg(kept::text, '') FROM idempotency kept";
    for statement in [stored, answers] {
        let text: String = client.query_one(statement, &[]).await.unwrap().get(0);
        for word in ["A. Example", "Example Road", "Exampleton", " 1EX", "a@example.org"] {
            assert!(!text.contains(word), "{word} is in {text}");
        }
    }
}
