//! Sagas that are woken when something is overdue.

use std::time::Duration;

use domain::order_saga::OrderSagaEvent;
use domain::{OrderId, Timestamp};

use crate::world::World;

const ANSWER: Duration = Duration::from_secs(30);
const NEARLY: Duration = Duration::from_millis(29_999);

/// Attempts of the requests for stock with when each is overdue.
async fn asked(world: &World, order: OrderId) -> Vec<(u32, Timestamp)> {
    let events = world.saga_events(order).await;
    let asks = events.iter().filter_map(|event| match event {
        OrderSagaEvent::StockRequested(asked) => Some((asked.attempt, asked.due)),
        _ => None,
    });
    asks.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_request_is_repeated_and_its_timer_moves() {
    let world = World::new().await;
    let order = world.place().await;
    let [(1, due)] = asked(&world, order).await[..] else { panic!("one request") };
    assert_eq!(world.timer(order).await, Some(due));
    world.clock.advance(NEARLY);
    assert_eq!(world.wake().await, 0, "it is not due");
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(world.wake().await, 1);
    let [_, (2, second)] = asked(&world, order).await[..] else { panic!("two requests") };
    assert_eq!((world.timer(order).await, second > due), (Some(second), true));
    assert_eq!(world.wake().await, 0, "what was asked again is not overdue");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_meanwhile_is_not_asked_again_and_an_ended_saga_has_no_timer() {
    let world = World::new().await;
    let order = world.place().await;
    let member = world.member().await;
    world.publish(vec![world.encoders.granted(order, world.shop(1))]).await;
    member.has_consumed(1).await;
    member.stop().await;
    world.clock.advance(ANSWER);
    assert_eq!(world.wake().await, 1, "the request for the payment is overdue");
    assert_eq!(asked(&world, order).await.len(), 1);
    assert_eq!(world.saga_types(order, 5).await, ["AuthorizationRequested"]);
    let clerk = world.clerk();
    let skip = |step: &str| serde_json::json!({"step": step, "reason": "told by telephone"});
    clerk.order(order, "undo", &serde_json::Value::Null).await.assert(200);
    clerk.order(order, "skip", &skip("VOID")).await.assert(200);
    clerk.order(order, "skip", &skip("RELEASE")).await.assert(200);
    assert_eq!(world.timer(order).await, None);
    world.clock.advance(ANSWER);
    assert_eq!(world.wake().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_wake_one_saga_ask_once() {
    let world = World::new().await;
    let mut orders = Vec::new();
    for _ in 0..10 {
        orders.push(world.place().await);
    }
    world.clock.advance(ANSWER);
    tokio::join!(world.wake(), world.wake(), world.wake());
    for order in orders {
        assert_eq!(asked(&world, order).await.len(), 2, "{order}");
    }
}
