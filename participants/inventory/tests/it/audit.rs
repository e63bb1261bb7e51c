//! The audit of stock and reservations: silent on what is right, and naming what was changed by hand.

use event_store::audit::Histories;
use inventory::audit::check;
use inventory::reservation::{Asked, AskedBy};
use serde_json::json;
use service_kit::audit::{Findings, Invariant};
use tokio_postgres::IsolationLevel;

use crate::world::{World, asked_by, is_granted, lines, reservation_id, reserve};

/// Stock that was received, counted, reserved, shipped, given back, backordered and found short.
async fn traded() -> World {
    let world = World::new().await;
    world.receive("tea", 10).await;
    world.receive("mug", 3).await;
    let settings = json!({"location": "zrh-1", "sku": "mug", "allowsBackorder": true, "safetyStock": 1});
    world.post("/v1/stock/items", &settings).await;
    let by = asked_by("shop");
    let again = || AskedBy { request: asked_by("shop").request, ..by.clone() };
    let id = reservation_id();
    let in_a_minute = world.in_seconds(60);
    assert!(is_granted(&world.inventory.answer(id, &reserve(&[("tea", 4)], in_a_minute), &by).await));
    world.inventory.answer(id, &Asked::Ship { lines: lines(&[("tea", 1)]) }, &again()).await.unwrap();
    let back = (reservation_id(), asked_by("shop"));
    assert!(is_granted(&world.inventory.answer(back.0, &reserve(&[("tea", 2)], in_a_minute), &back.1).await));
    let undo = AskedBy { request: asked_by("shop").request, ..back.1 };
    world.inventory.answer(back.0, &Asked::Release, &undo).await.unwrap();
    // Fewer than are set aside.
    let count = json!({"location": "zrh-1", "sku": "tea", "counted": 2});
    world.post("/v1/stock/counts", &count).await.assert(200);
    world
}

/// Invariant, code and version of each finding, in the order in which they were found.
async fn found(world: &World) -> Vec<(Invariant, &'static str, Option<i64>)> {
    let mut client = world.database.client().await;
    let log = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let log = log.start().await.unwrap();
    let mut findings = Findings::default();
    let examined = check(&log, &mut findings).await.unwrap();
    assert_eq!((examined[0].what, examined[0].count), ("stock items", 2));
    findings.listed.iter().map(|finding| (finding.invariant, finding.code, finding.version)).collect()
}

/// Changes a number in the body of the last event of a type. No release does so.
async fn corrupt(world: &World, event: &str, path: &str, value: i64) {
    let update = "UPDATE events SET payload = jsonb_set(payload::jsonb, $2::text::text[], to_jsonb($3::bigint))::json \
         WHERE (aggregate_id, sequence) = (SELECT aggregate_id, sequence FROM events WHERE event_type = $1 \
         ORDER BY recorded_at DESC, sequence DESC LIMIT 1)";
    let path = format!("{{{event},{path}}}");
    let changed = world.database.client().await.execute(update, &[&event, &path, &value]).await.unwrap();
    assert_eq!(changed, 1, "{event}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_traded_adds_up() {
    let world = traded().await;
    let mut client = world.database.client().await;
    let log = client.transaction().await.unwrap();
    let mut histories = Histories::open(&log, "stock").await.unwrap();
    let types: Vec<_> = histories.page().await.unwrap().into_iter().map(|(_, row)| row.event_type).collect();
    for event in ["StockReserved", "StockShipped", "StockReleased", "StockCounted", "StockShortage"] {
        assert!(types.iter().any(|known| known == event), "{types:?}");
    }
    assert_eq!(found(&world).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_level_that_its_events_do_not_add_up_to_is_found() {
    let world = traded().await;
    corrupt(&world, "StockShipped", "level,on_hand", 8).await;
    let [(invariant, code, version), next] = found(&world).await[..] else { panic!() };
    assert_eq!((invariant, code), (Invariant::I8, "level_differs"));
    // The event after it starts from what is recorded, and has the real quantity.
    assert_eq!(next, (Invariant::I8, "level_differs", version.map(|version| version + 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn reserved_pieces_that_no_reservation_holds_are_found() {
    let world = traded().await;
    let forget = "DELETE FROM events WHERE event_type = 'ReservationShipped'";
    world.database.client().await.batch_execute(forget).await.unwrap();
    assert_eq!(found(&world).await, [(Invariant::I8, "reserved_differs", None)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_beyond_what_was_available_is_found() {
    let world = traded().await;
    // The last grant was of two pieces; six were available.
    corrupt(&world, "StockReserved", "quantity", 8).await;
    let codes: Vec<_> = found(&world).await.into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes, ["level_differs", "reserved_beyond_available"]);
    corrupt(&world, "StockReserved", "backordered", 5).await;
    let codes: Vec<_> = found(&world).await.into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes, ["level_differs", "backorder_not_allowed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn quantities_below_zero_are_found() {
    let world = traded().await;
    corrupt(&world, "StockAdjusted", "by", -3).await;
    let codes: Vec<_> = found(&world).await.into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes, ["level_below_zero"]);
    corrupt(&world, "StockCounted", "level,on_hand", -1).await;
    let codes: Vec<_> = found(&world).await.into_iter().map(|(_, code, _)| code).collect();
    assert!(codes.contains(&"not_followed"), "{codes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_on_stock_that_is_not_there_is_found() {
    let world = traded().await;
    let forget = "DELETE FROM events WHERE aggregate_type = 'stock' \
         AND aggregate_id IN (SELECT aggregate_id FROM events WHERE event_type = 'StockReserved')";
    world.database.client().await.batch_execute(forget).await.unwrap();
    let mut client = world.database.client().await;
    let mut findings = Findings::default();
    check(&client.transaction().await.unwrap(), &mut findings).await.unwrap();
    let codes: Vec<_> = findings.listed.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["reserved_of_nothing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daily_comparison_says_what_differs() {
    let world = traded().await;
    let daily = inventory::job(world.store.clone());
    let events = "SELECT count(*) FROM events WHERE aggregate_type = 'stock'";
    let events: i64 = world.database.client().await.query_one(events, &[]).await.unwrap().get(0);
    let compared = format!("2 stock items, {events} events of stock, 2 reservations compared");
    assert_eq!((daily.run)().await.unwrap(), format!("{compared}, 0 differences"));
    corrupt(&world, "StockCounted", "level,reserved", 1).await;
    let outcome = (daily.run)().await.unwrap();
    assert!(outcome.starts_with(&compared) && !outcome.ends_with(" 0 differences"), "{outcome}");
}
