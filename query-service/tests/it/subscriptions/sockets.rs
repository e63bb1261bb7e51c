//! Subscriptions over WebSocket.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use query_service::Limits;
use serde_json::json;
use service_kit::clock::ManualClock;
use service_kit::poll;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::server::{PATIENCE, Server, Socket};
use super::{CHANGES, change_of, code, long_history, variables};
use crate::world::{World, placed};

#[tokio::test]
async fn many_operations_share_a_socket() {
    let world = World::new().await;
    world.apply(&[placed(1, "c1").records(), placed(2, "c1").records()].concat()).await;
    let server = Server::start(&world).await;
    let mut socket = Socket::introduced(&server, &world.customer("c1")).await;
    let cursor = super::cursors::of_event(&world, 1, 3).await;
    socket.subscribe("first", CHANGES, variables(1, Some(&cursor))).await;
    let message = socket.message().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!("first")));
    assert_eq!(change_of(&message["payload"]).0, 4);

    socket.say(&json!({"type": "ping", "payload": {"a": 1}})).await;
    assert_eq!(socket.message().await, json!({"type": "pong"}));
    socket.subscribe("query", "{ orders { totalCount } }", json!({})).await;
    let message = socket.message().await;
    assert_eq!((&message["id"], &message["payload"]["data"]["orders"]["totalCount"]), (&json!("query"), &json!(2)));
    assert_eq!(socket.message().await, json!({"type": "complete", "id": "query"}));

    let cursor = super::cursors::of_event(&world, 2, 3).await;
    socket.subscribe("second", CHANGES, variables(2, Some(&cursor))).await;
    assert_eq!(socket.message().await["id"], "second");
    // The client ends one; the other goes on, and the name is free again.
    socket.say(&json!({"type": "complete", "id": "first"})).await;
    world.apply(&placed(1, "c1").cancelled().records()[4..]).await;
    world.apply(&placed(2, "c1").cancelled().records()[4..]).await;
    let message = socket.message().await;
    assert_eq!((&message["id"], change_of(&message["payload"]).0), (&json!("second"), 5));
    let cursor = super::cursors::of_event(&world, 1, 4).await;
    socket.subscribe("first", CHANGES, variables(1, Some(&cursor))).await;
    let message = socket.message().await;
    assert_eq!((&message["id"], change_of(&message["payload"]).0), (&json!("first"), 5));
    server.stopped().await;
}

#[tokio::test]
async fn an_operation_that_cannot_run_ends_with_its_errors_alone() {
    let limits = Limits { subscriptions_per_connection_max: 1, ..Limits::default() };
    let world = World::with(limits).await;
    world.apply(&[placed(1, "mine").records(), placed(2, "theirs").records()].concat()).await;
    let server = Server::start(&world).await;
    let mut socket = Socket::introduced(&server, &world.customer("mine")).await;
    for (query, variables, expected) in [
        (CHANGES, variables(2, None), "NOT_FOUND"),
        (CHANGES, variables(99, None), "NOT_FOUND"),
        (CHANGES, variables(1, Some("nonsense")), "BAD_CURSOR"),
        ("subscription {", json!({}), "BAD_USER_INPUT"),
        ("{ orders(first: 100000) { nodes { number } } }", json!({}), "COST_EXCEEDED"),
        ("query ($n: Int!) { orders(first: $n) { totalCount } }", json!({}), "BAD_USER_INPUT"),
    ] {
        socket.subscribe("one", query, variables).await;
        let message = socket.message().await;
        assert_eq!((&message["type"], code(&message["payload"])), (&json!("error"), expected), "{message:#}");
    }
    socket.subscribe("one", CHANGES, variables(1, None)).await;
    socket.subscribe("two", CHANGES, variables(1, None)).await;
    let message = socket.message().await;
    assert_eq!((&message["id"], code(&message["payload"])), (&json!("two"), "TOO_MANY_SUBSCRIPTIONS"));
    server.stopped().await;
}

#[tokio::test]
async fn what_breaks_the_protocol_is_closed_with_its_code() {
    let world = World::with(Limits { socket_init_wait_ms_max: 1_500, ..Limits::default() }).await;
    world.apply(&placed(1, "c1").records()).await;
    let (server, staff) = (Server::start(&world).await, world.staff());
    let init =
        |token: &str| json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}});

    assert_eq!(Socket::open(&server).await.closed().await, 4408);
    for (text, expected) in [
        (json!({"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}), 4401),
        (json!({"type": "connection_init"}), 4403),
        (init("nonsense"), 4403),
        (json!({"type": "start"}), 4400),
        (json!({"type": "subscribe", "id": "", "payload": {"query": "{ a }"}}), 4400),
        (json!({"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": 7}}), 4400),
        (json!({"type": "subscribe", "id": "1", "payload": {}}), 4400),
        (json!({"type": "subscribe", "id": "1", "payload": {"query": null}}), 4400),
        (json!(["connection_init", {}]), 4400),
    ] {
        let mut socket = Socket::open(&server).await;
        socket.say(&text).await;
        assert_eq!(socket.closed().await, expected, "{text}");
    }
    let subscribe =
        json!({"type": "subscribe", "id": "1", "payload": {"query": CHANGES, "variables": variables(1, None)}});
    for (text, expected) in [
        (Message::text(init(&staff).to_string()), 4429),
        (Message::text(subscribe.to_string()), 4409),
        (Message::text("{"), 4400),
        (Message::binary(vec![1]), 4400),
        (Message::text(" ".repeat(100_001)), 1009),
    ] {
        let mut socket = Socket::introduced(&server, &staff).await;
        socket.say(&subscribe).await;
        socket.send(text).await;
        assert_eq!(socket.closed().await, expected);
    }
    for protocol in [None, Some("graphql-ws")] {
        let closed = match Socket::connect(&server.address, protocol, None).await {
            Ok(socket) => socket.closed().await,
            // This client does not go on without the protocol that it asked for.
            Err(Error::Protocol(_)) => 4406,
            Err(other) => panic!("{other}"),
        };
        assert_eq!(closed, 4406);
    }
    server.stopped().await;
}

#[tokio::test]
async fn the_token_may_come_with_the_handshake() {
    let world = World::new().await;
    let server = Server::start(&world).await;
    let connect = async |token: &str| Socket::connect(&server.address, Some("graphql-transport-ws"), Some(token)).await;
    let mut socket = connect(&world.staff()).await.unwrap();
    socket.say(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.message().await, json!({"type": "connection_ack"}));
    assert!(matches!(connect("nonsense").await, Err(Error::Http(answer)) if answer.status() == 401));
    server.stopped().await;
}

#[tokio::test]
async fn a_socket_ends_with_its_token() {
    let noon = Timestamp::try_from("2026-01-01T12:00:00Z".to_owned()).unwrap();
    let clock = Arc::new(ManualClock::new(noon));
    let world = World::at(Limits { token_check_ms: 5, ..Limits::default() }, Arc::clone(&clock) as _).await;
    let server = Server::start(&world).await;
    let socket = Socket::introduced(&server, &world.staff()).await;
    clock.advance(Duration::from_secs(2 * 3_600));
    assert_eq!(socket.closed().await, 4403);
    server.stopped().await;
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_and_doubles_nothing() {
    const EVENTS: i64 = 90;
    let world = World::new().await;
    let history = long_history(1, "c1", EVENTS).records();
    world.apply(&history[..1]).await;
    let writing = async {
        for batch in history[1..].chunks(4) {
            world.apply(batch).await;
        }
    };
    let following = async {
        let (mut seen, mut cursor) = (vec![1], super::cursors::of_event(&world, 1, 1).await);
        while seen.last() != Some(&EVENTS) {
            let server = Server::start(&world).await;
            let mut socket = Socket::introduced(&server, &world.customer("c1")).await;
            socket.subscribe("1", CHANGES, variables(1, Some(&cursor))).await;
            let stop = server.stop.clone();
            loop {
                match socket.frame().await {
                    Some(Message::Text(text)) => {
                        let message: serde_json::Value = serde_json::from_str(&text).unwrap();
                        let (version, _, next) = change_of(&message["payload"]);
                        seen.push(version);
                        cursor = next;
                    }
                    Some(Message::Close(Some(frame))) => {
                        assert_eq!(u16::from(frame.code), 1001);
                        break;
                    }
                    other => panic!("{other:?}"),
                }
                if seen.len() % 10 == 0 || seen.last() == Some(&EVENTS) {
                    stop.cancel();
                }
            }
            server.stopped().await;
        }
        seen
    };
    let (seen, ()) = tokio::join!(following, writing);
    assert_eq!(seen, (1..=EVENTS).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_client_that_gives_no_sign_of_life_is_dropped() {
    let world = World::with(Limits { heartbeat_ms: 500, sockets_max: 1, ..Limits::default() }).await;
    let server = Server::start(&world).await;
    // It answers pings when it reads, which it does not.
    let silent = Socket::introduced(&server, &world.staff()).await;
    let full = Socket::connect(&server.address, Some("graphql-transport-ws"), None).await;
    assert!(matches!(full, Err(Error::Http(answer)) if answer.status() == 503));
    let dropped = async || Socket::connect(&server.address, Some("graphql-transport-ws"), None).await.is_ok();
    poll::wait_until(PATIENCE, Duration::from_millis(20), dropped).await.unwrap();
    drop(silent);
    server.stopped().await;
}

#[tokio::test]
async fn a_client_that_answers_pings_is_kept() {
    let world = World::with(Limits { heartbeat_ms: 300, ..Limits::default() }).await;
    let server = Server::start(&world).await;
    let mut socket = Socket::introduced(&server, &world.staff()).await;
    for _ in 0..4 {
        // The pong to one is sent with the reading of the next.
        assert!(matches!(socket.frame().await, Some(Message::Ping(_))));
    }
    assert_eq!(
        {
            server.stop.cancel();
            socket.closed().await
        },
        1001
    );
    server.stopped().await;
}

#[tokio::test]
async fn a_subject_has_half_of_the_sockets_and_leaves_the_rest_to_others() {
    let world = World::with(Limits { sockets_max: 4, ..Limits::default() }).await;
    let server = Server::start(&world).await;
    let init =
        |token: String| json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}});
    let greedy = [(); 2].map(|()| world.customer("greedy"));
    let mut held = Vec::new();
    for token in &greedy {
        held.push(Socket::introduced(&server, token).await);
    }
    let mut third = Socket::open(&server).await;
    third.say(&init(world.customer("greedy"))).await;
    assert_eq!(third.closed().await, 1013);
    held.push(Socket::introduced(&server, &world.customer("modest")).await);
    drop(held);
    let there_again = async || {
        let Ok(mut socket) = Socket::connect(&server.address, Some("graphql-transport-ws"), None).await else {
            return false;
        };
        socket.say(&init(world.customer("greedy"))).await;
        matches!(socket.frame().await, Some(Message::Text(_)))
    };
    poll::wait_until(PATIENCE, Duration::from_millis(20), there_again).await.unwrap();
    server.stopped().await;
}
