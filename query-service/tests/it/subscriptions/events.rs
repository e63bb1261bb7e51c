//! Subscriptions over server-sent events.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use domain::Timestamp;
use query_service::Limits;
use serde_json::json;
use service_kit::clock::ManualClock;

use super::server::{Event, Events};
use super::{CHANGES, change_of, code, variables};
use crate::world::{World, id, placed, post};

#[tokio::test]
async fn a_subscription_comes_by_get_too_and_a_query_has_one_result() {
    let world = World::new().await;
    world.apply(&placed(1, "c1").records()).await;
    let (staff, cursor) = (world.staff(), super::cursors::of_event(&world, 1, 3).await);
    let uri = format!(
        "/graphql?query=subscription%7BorderChanged(id:%22{}%22,from:%22{cursor}%22)%7Bversion%20cursor%20type%20\
         event%7Bversion%7Dorder%7Bversion%7D%7D%7D",
        id(1)
    );
    let get = Request::get(uri).header(header::AUTHORIZATION, format!("Bearer {staff}")).body(Body::empty()).unwrap();
    assert_eq!(change_of(&Events::of(&world.router, get).await.result().await).0, 4);

    let mut events = Events::open(&world.router, &staff, "{ orders { totalCount } }", json!({})).await;
    assert_eq!(events.result().await["data"], json!({"orders": {"totalCount": 1}}));
    assert_eq!((events.event().await, events.event().await), (Some(Event::Complete), None));
}

#[tokio::test]
async fn a_client_that_takes_both_gets_events_for_subscriptions_alone() {
    let world = World::new().await;
    world.apply(&placed(1, "c1").records()).await;
    let kind = async |query: &str| {
        let mut request = post(&world.staff(), json!({"query": query}).to_string());
        request.headers_mut().insert(header::ACCEPT, "application/json, text/event-stream".parse().unwrap());
        world.send(request).await.content_type
    };
    assert_eq!(kind("{ orders { totalCount } }").await, "application/json; charset=utf-8");
    assert_eq!(kind("subscription { orderChanged(id: \"nonsense\") { version } }").await, "text/event-stream");
    let plain = world.ask_with(&world.staff(), CHANGES, variables(1, None)).await;
    assert_eq!((plain.status, plain.code()), (400, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn what_is_not_run_is_reported_in_the_stream() {
    let world = World::new().await;
    let staff = world.staff();
    let before = world.reads.statements();
    let aliases: Vec<String> = (0..31).map(|n| format!("a{n}: version")).collect();
    let aliases = format!("subscription {{ orderChanged(id: \"{}\") {{ {} }} }}", id(1), aliases.join(" "));
    let costly = format!(
        "subscription {{ orderChanged(id: \"{}\") {{ order {{ customer {{ orders(first: 100) {{ nodes {{ lines(first: \
         100) {{ nodes {{ sku }} }} }} }} }} }} }} }}",
        id(1)
    );
    let deep =
        format!("subscription {{ orderChanged(id: \"{}\") {{ {} x {} }} }}", id(1), "a {".repeat(12), "}".repeat(12));
    for (query, expected) in [
        (aliases.as_str(), "COST_EXCEEDED"),
        (costly.as_str(), "COST_EXCEEDED"),
        (deep.as_str(), "COST_EXCEEDED"),
        ("subscription { nothing }", "BAD_USER_INPUT"),
        ("subscription {", "BAD_USER_INPUT"),
        ("subscription { orderChanged(id: \"nonsense\") { version } }", "BAD_USER_INPUT"),
        ("{ orders(first: 1000000000) { totalCount nodes { number } } }", "COST_EXCEEDED"),
    ] {
        let errors = Events::open(&world.router, &staff, query, json!({})).await.failure().await;
        assert_eq!(code(&errors), expected, "{query:.100}");
    }
    assert_eq!(world.reads.statements(), before);
    let nobody = world.ask_with("nonsense", CHANGES, variables(1, None)).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let noon = Timestamp::try_from("2026-01-01T12:00:00Z".to_owned()).unwrap();
    let clock = Arc::new(ManualClock::new(noon));
    let world = World::at(Limits { token_check_ms: 5, ..Limits::default() }, Arc::clone(&clock) as _).await;
    world.apply(&placed(1, "c1").records()).await;
    let cursor = super::cursors::of_event(&world, 1, 3).await;
    let mut events = Events::open(&world.router, &world.customer("c1"), CHANGES, variables(1, Some(&cursor))).await;
    assert_eq!(change_of(&events.result().await).0, 4);
    clock.advance(Duration::from_secs(2 * 3_600));
    assert_eq!(code(&events.failure().await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_stream_that_has_nothing_to_tell_gives_signs_of_life() {
    let world = World::with(Limits { heartbeat_ms: 10, ..Limits::default() }).await;
    world.apply(&placed(1, "c1").records()).await;
    let mut events = Events::open(&world.router, &world.staff(), CHANGES, variables(1, None)).await;
    assert_eq!(events.any().await, Some(Event::Comment("alive".to_owned())));
}

#[tokio::test]
async fn there_are_so_many_subscriptions_and_no_more() {
    let limits = Limits { subscriptions_max: 4, subscriptions_per_connection_max: 1, ..Limits::default() };
    let world = World::with(limits).await;
    world.apply(&placed(1, "c1").records()).await;
    let (staff, cursor) = (world.staff(), super::cursors::of_event(&world, 1, 3).await);
    let open = async || Events::open(&world.router, &staff, CHANGES, variables(1, Some(&cursor))).await;
    let (mut one, mut two) = (open().await, open().await);
    assert_eq!((change_of(&one.result().await).0, change_of(&two.result().await).0), (4, 4));
    let full = open().await.failure().await;
    assert_eq!(
        (code(&full), full[0]["message"].as_str().unwrap().contains("the token's subject")),
        ("TOO_MANY_SUBSCRIPTIONS", true)
    );
    drop(one);
    // A request follows one order (GraphQL specification, 5.2.4.1).
    let twice = format!(
        "subscription {{ a: orderChanged(id: \"{0}\") {{ version }} b: orderChanged(id: \"{0}\") {{ version }} }}",
        id(1)
    );
    let full = Events::open(&world.router, &staff, &twice, json!({})).await.failure().await;
    assert_eq!(code(&full), "BAD_USER_INPUT");
    assert_eq!(change_of(&open().await.result().await).0, 4);
}
