//! Timelines and the past.

use serde_json::json;

use super::world::{World, id, placed};

#[tokio::test]
async fn a_timeline_tells_what_happened() {
    let world = World::new().await;
    world.apply(&placed(1, "c1").cancelled().records()).await;
    let query = "{ order(number: \"1001\") { timeline(first: 4) { totalCount pageInfo { hasNextPage } nodes { version type \
                 description traceId correlationId position body } } } }";
    let timeline = world.data(&world.staff(), query).await["order"]["timeline"].take();
    assert_eq!((&timeline["totalCount"], &timeline["pageInfo"]["hasNextPage"]), (&json!(5), &json!(true)));
    let descriptions: Vec<&str> =
        timeline["nodes"].as_array().unwrap().iter().map(|node| node["description"].as_str().unwrap()).collect();
    let expected = [
        "Draft begun in GBP",
        "Added 2 × A at 1.5000 GBP",
        "Added 1 × B at 0.0100 GBP",
        "Placed as 1001 with 2 lines for 3.01 GBP",
    ];
    assert_eq!(descriptions, expected);
    let placing = &timeline["nodes"][3];
    assert_eq!(placing["traceId"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(placing["position"], "0.103");
    assert_eq!(placing["body"]["shipping_address"], json!({"country": "DE", "details": {"sealed": true}}));
}

#[tokio::test]
async fn an_order_can_be_seen_as_it_was() {
    let world = World::new().await;
    world.apply(&placed(1, "c1").cancelled().records()).await;
    let staff = world.staff();
    let query = |point: &str| {
        format!(
            "{{ order(id: \"{}\", asOf: {{{point}}}) {{ version state totals {{ total {{ minor }} }} allowedCommands \
             lines {{ totalCount nodes {{ sku }} }} timeline {{ totalCount nodes {{ version }} }} }} }}",
            id(1)
        )
    };
    let two = json!({"version": 2, "state": "DRAFT", "totals": {"total": {"minor": 300}}, "allowedCommands": [],
        "lines": {"totalCount": 1, "nodes": [{"sku": "A"}]},
        "timeline": {"totalCount": 2, "nodes": [{"version": 1}, {"version": 2}]}});
    for point in ["version: 2", "position: \"0.101\"", "time: \"2026-01-01T00:00:01.5Z\""] {
        assert_eq!(world.data(&staff, &query(point)).await["order"], two, "{point}");
    }
    assert_eq!(world.data(&staff, &query("version: 4")).await["order"]["state"], "PLACED");
    for point in [
        "version: 0",
        "version: 6",
        "position: \"0.99\"",
        "position: \"1.500\"",
        "time: \"2025-01-01T00:00:00Z\"",
        "time: \"9000-01-01T00:00:00Z\"",
    ] {
        assert_eq!(world.ask(&staff, &query(point)).await.code(), "AS_OF_OUT_OF_RANGE", "{point}");
    }
    assert_eq!(world.ask(&staff, &query("position: \"x\"")).await.code(), "BAD_USER_INPUT");
    assert_eq!(world.ask(&staff, &query("version: 1, position: \"0.1\"")).await.code(), "BAD_USER_INPUT");
}
