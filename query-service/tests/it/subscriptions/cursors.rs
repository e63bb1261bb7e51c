//! Where a subscription begins, and who may begin one.

use query_service::Limits;
use serde_json::json;

use super::server::Events;
use super::{CHANGES, change_of, code, long_history, variables};
use crate::world::{World, id, placed, tenant};

/// The cursor of an event, as the order's timeline has it.
pub async fn of_event(world: &World, n: u128, version: i64) -> String {
    let query =
        format!("{{ order(id: \"{}\") {{ timeline(first: {version}) {{ pageInfo {{ endCursor }} }} }} }}", id(n));
    let found = world.data(&world.staff(), &query).await;
    found["order"]["timeline"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned()
}

async fn refusal(world: &World, token: &str, n: u128, from: Option<&str>) -> serde_json::Value {
    Events::open(&world.router, token, CHANGES, variables(n, from)).await.failure().await
}

#[tokio::test]
async fn somebody_elses_order_is_answered_like_one_that_does_not_exist() {
    let world = World::new().await;
    world.apply(&[placed(1, "mine").records(), placed(2, "theirs").records()].concat()).await;
    let me = world.customer("mine");
    let elsewhere = domain::TenantId::try_new("elsewhere").unwrap();
    let stranger = world.issuer.token(service_kit::auth::Role::Admin, &elsewhere, None);
    let absent = refusal(&world, &me, 99, None).await;
    assert_eq!(code(&absent), "NOT_FOUND");
    assert_eq!(refusal(&world, &me, 2, None).await, absent);
    assert_eq!(refusal(&world, &stranger, 1, None).await, absent);
    // Nor does a cursor that somebody passed on open it.
    let cursor = of_event(&world, 2, 1).await;
    assert_eq!(refusal(&world, &me, 2, Some(&cursor)).await, absent);
}

#[tokio::test]
async fn a_cursor_that_is_not_of_this_order_is_refused() {
    let world = World::new().await;
    world.apply(&[placed(1, "c1").records(), placed(2, "c1").records()].concat()).await;
    let staff = world.staff();
    let cursor = of_event(&world, 1, 2).await;
    let tampered = cursor.replace(&cursor[40..42], if &cursor[40..42] == "AA" { "BB" } else { "AA" });
    for wrong in [tampered.as_str(), of_event(&world, 2, 2).await.as_str(), "", "nonsense", &"A".repeat(5_000)] {
        assert_eq!(code(&refusal(&world, &staff, 1, Some(wrong)).await), "BAD_CURSOR", "{wrong:.80}");
    }
    let mut events = Events::open(&world.router, &staff, CHANGES, variables(1, Some(&cursor))).await;
    let (version, _, next) = change_of(&events.result().await);
    assert_eq!(version, 3);
    // A change's cursor and its event's are the same.
    assert_eq!(next, of_event(&world, 1, 3).await);
}

#[tokio::test]
async fn a_cursor_ahead_of_the_log_is_waited_for_and_then_refused() {
    let world = World::with(Limits { consistency_wait_ms_max: 2_000, ..Limits::default() }).await;
    let history = placed(1, "c1").cancelled().records();
    world.apply(&history).await;
    let (staff, cursor) = (world.staff(), of_event(&world, 1, 4).await);
    // As if the read models had been restored from an older copy.
    let client = world.read.client().await;
    let older = "TRUNCATE order_summary_g1.order_summary, order_lines_g1.order_lines, order_timeline_g1.order_timeline,
                 customer_summary_g1.customer_summary, sku_sales_g1.sku_sales, order_counts_g1.order_counts";
    client.batch_execute(older).await.unwrap();
    world.apply(&history[..2]).await;
    assert_eq!(code(&refusal(&world, &staff, 1, Some(&cursor)).await), "CURSOR_AHEAD");
    let mut events = Events::open(&world.router, &staff, CHANGES, variables(1, Some(&cursor))).await;
    let (result, ()) = tokio::join!(events.result(), world.apply(&history[2..]));
    assert_eq!(change_of(&result).0, 5);
}

#[tokio::test]
async fn a_subscription_waits_for_an_order_that_was_just_made() {
    let world = World::new().await;
    let history = long_history(1, "c1", 100).records();
    let query = "subscription ($id: ID!, $seen: ConsistencyToken) {
        orderChanged(id: $id, consistency: $seen) { cursor version type event { version } order { version } } }";
    let asked = json!({"id": id(1), "seen": format!("order:{}@2", id(1))});
    let mut events = Events::open(&world.router, &world.customer("c1"), query, asked).await;
    let found = std::cell::Cell::new(false);
    let following = async {
        let (version, ..) = change_of(&events.result().await);
        found.set(true);
        version
    };
    let writing = async {
        world.apply(&history[..2]).await;
        for record in &history[2..] {
            if found.get() {
                break;
            }
            world.apply(std::slice::from_ref(record)).await;
        }
    };
    let (version, ()) = tokio::join!(following, writing);
    assert!(version > 2, "{version}");
}

#[tokio::test]
async fn the_scope_is_needed() {
    let world = World::new().await;
    world.apply(&placed(1, "c1").records()).await;
    let scopes = ["orders:draft"].into_iter().collect();
    let unscoped = world.issuer.token_with(scopes, &tenant(), None);
    assert_eq!(code(&refusal(&world, &unscoped, 1, None).await), "FORBIDDEN");
}
