//! Each change once and in order, whatever happens meanwhile.

use std::time::Duration;

use read_models::generation::{create_generation, index_generation, point_to, schema};
use read_models::{Generations, ModelSet, Orders};
use serde_json::json;
use service_kit::clock::Stopwatch;
use service_kit::poll;

use super::server::{Event, Events};
use super::{CHANGES, change_of, code, long_history, variables};
use crate::world::{World, id, placed};

#[tokio::test]
async fn changes_come_each_once_and_in_order_from_now_on() {
    let world = World::new().await;
    let history = placed(1, "c1").cancelled().records();
    world.apply(&history[..2]).await;
    let mut events = Events::open(&world.router, &world.customer("c1"), CHANGES, variables(1, None)).await;
    // Asked for once the subscription stands, which its first answer would show too late.
    let begun = world.reads.statements();
    let standing = async || world.reads.statements() > begun + 3;
    let first = async {
        poll::wait_until(super::server::PATIENCE, Duration::from_millis(2), standing).await.unwrap();
        world.apply(&history[2..3]).await;
    };
    let (result, ()) = tokio::join!(events.result(), first);
    assert_eq!(change_of(&result).0, 3);
    let change = &result["data"]["orderChanged"];
    assert_eq!(change["event"]["description"], "Added 1 × B at 0.0100 GBP");
    assert_eq!(change["order"], json!({"orderId": id(1), "version": 3, "state": "DRAFT"}));
    world.apply(&history[3..]).await;
    let rest = [change_of(&events.result().await), change_of(&events.result().await)];
    let rest: Vec<_> = rest.iter().map(|(version, kind, _)| (*version, kind.as_str())).collect();
    assert_eq!(rest, [(4, "OrderPlaced"), (5, "OrderCancelled")]);
}

#[tokio::test]
async fn a_client_that_comes_back_misses_nothing_and_gets_nothing_twice() {
    const EVENTS: i64 = 130;
    let world = World::new().await;
    let history = long_history(1, "c1", EVENTS).records();
    world.apply(&history[..1]).await;
    let me = world.customer("c1");
    let writing = async {
        for batch in history[1..].chunks(3) {
            world.apply(batch).await;
        }
    };
    let following = async {
        let (mut seen, mut service) = (vec![1], world.service());
        let mut cursor = super::cursors::of_event(&world, 1, 1).await;
        for round in 0.. {
            let mut events = Events::open(&service.router, &me, CHANGES, variables(1, Some(&cursor))).await;
            // A few changes, then the client breaks off, or the service stops in the middle.
            for _ in 0..7 {
                let (version, _, next) = change_of(&events.result().await);
                seen.push(version);
                cursor = next;
                if version == EVENTS {
                    return seen;
                }
            }
            if round % 2 == 0 {
                service.stop.cancel();
                let last = loop {
                    let result = events.result().await;
                    if result.get("data").is_none() {
                        break result;
                    }
                    let (version, _, next) = change_of(&result);
                    seen.push(version);
                    cursor = next;
                    if version == EVENTS {
                        return seen;
                    }
                };
                assert_eq!(code(&last["errors"]), "SHUTTING_DOWN");
                assert_eq!((events.event().await, events.event().await), (Some(Event::Complete), None));
                service = world.service();
            }
        }
        seen
    };
    let (seen, ()) = tokio::join!(following, writing);
    assert_eq!(seen, (1..=EVENTS).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_switch_of_generations_is_not_noticed() {
    let world = World::new().await;
    let history = long_history(1, "c1", 9).records();
    world.apply(&history[..3]).await;
    let me = world.customer("c1");
    let cursor = super::cursors::of_event(&world, 1, 1).await;
    let mut events = Events::open(&world.router, &me, CHANGES, variables(1, Some(&cursor))).await;
    assert_eq!((change_of(&events.result().await).0, change_of(&events.result().await).0), (2, 3));

    let client = world.read.client().await;
    for model in Orders::MODELS.all() {
        create_generation(&client, model, 2).await.unwrap();
        let (old, new, table) = (schema(model, 1), schema(model, 2), model.name());
        client.batch_execute(&format!("INSERT INTO {new}.{table} SELECT * FROM {old}.{table}")).await.unwrap();
        index_generation(&client, model, 2).await.unwrap();
        point_to(&client, model, 2, None).await.unwrap();
    }
    assert_eq!(
        Generations::live(&client, &Orders::MODELS.all()).await.unwrap(),
        Generations::all(&Orders::MODELS.all(), 2)
    );
    world.apply(&history[3..5]).await;
    assert_eq!((change_of(&events.result().await).0, change_of(&events.result().await).0), (4, 5));
    for model in Orders::MODELS.all() {
        client.batch_execute(&format!("DROP SCHEMA {} CASCADE", schema(model, 1))).await.unwrap();
    }
    world.apply(&history[5..]).await;
    let mut rest = Vec::new();
    for _ in 0..4 {
        rest.push(change_of(&events.result().await).0);
    }
    assert_eq!(rest, [6, 7, 8, 9]);
}

#[tokio::test]
async fn a_client_that_does_not_read_makes_nobody_read_ahead_for_it() {
    const READ_AHEAD: i64 = 50;
    let world = World::new().await;
    world.apply(&long_history(1, "c1", 3 * READ_AHEAD).records()).await;
    let cursor = super::cursors::of_event(&world, 1, 1).await;
    let mut events = Events::open(&world.router, &world.staff(), CHANGES, variables(1, Some(&cursor))).await;
    assert_eq!(change_of(&events.result().await).0, 2);
    // What was not read by now cannot come any more.
    let client = world.read.client().await;
    client.batch_execute("DELETE FROM order_summary_g1.order_summary").await.unwrap();
    for version in 3..READ_AHEAD + 2 {
        assert_eq!(change_of(&events.result().await).0, version);
    }
    assert_eq!(code(&events.failure().await), "NOT_FOUND");
}

#[tokio::test]
async fn however_many_are_followed_one_statement_a_round_asks_for_them() {
    const FOLLOWED: u128 = 40;
    let world = World::new().await;
    let histories: Vec<_> = (1..=FOLLOWED).flat_map(|n| long_history(n, "c1", 3).records()).collect();
    world.apply(&histories).await;
    let mut open = Vec::new();
    for n in 1..=FOLLOWED {
        let cursor = super::cursors::of_event(&world, n, 2).await;
        let mut events = Events::open(&world.router, &world.staff(), CHANGES, variables(n, Some(&cursor))).await;
        assert_eq!(change_of(&events.result().await).0, 3);
        open.push(events);
    }
    let (begun, watch) = (world.reads.statements(), Stopwatch::start());
    let ten_more = async || world.reads.statements() >= begun + 10;
    poll::wait_until(super::server::PATIENCE, Duration::from_millis(1), ten_more).await.unwrap();
    assert!(watch.elapsed() >= Duration::from_millis(9 * 20), "{:?}", watch.elapsed());
}
