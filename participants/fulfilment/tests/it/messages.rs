//! Requests as they come in messages, each delivered twice: each is answered once, with its id, whatever came before.

use domain::StoredEvent;
use domain::fulfilment::requests::{ContractRequestedLine, RequestFulfilment};
use domain::fulfilment::{FulfilmentEvent, RequestRefusalReason};
use serde_json::json;

use crate::world::{World, cancel, fulfilment_of, hold, new_order, release, request};

fn names(events: &[FulfilmentEvent]) -> Vec<&'static str> {
    events.iter().map(StoredEvent::event_type).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_delivered_twice_and_answered_once() {
    let world = World::new().await;
    let member = world.member();
    let order = new_order();
    let id = fulfilment_of(order);
    let mut asked = Vec::new();
    for body in [request(order), release(order), hold(order), release(order), cancel(order), cancel(order)] {
        asked.push(world.ask_twice("shop", body).await);
    }
    let events = world.wait_for_events(id, 6).await;
    let expected = [
        "FulfilmentRequested",
        "FulfilmentReleased",
        "FulfilmentHeld",
        "FulfilmentReleased",
        "FulfilmentCancelled",
        "RequestRefused",
    ];
    assert_eq!(names(&events), expected);
    let answered: Vec<_> = events.iter().filter_map(FulfilmentEvent::request).collect();
    assert_eq!(answered, asked, "in the order of asking, each with its id");
    member.stop().await;
    // Another process gets what the first has not committed, and whatever is asked again.
    let member = world.member();
    let again = world.ask_twice("shop", request(order)).await;
    let events = world.wait_for_events(id, 7).await;
    assert_eq!((events.len(), events[6].request()), (7, Some(again)));
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_comes_before_its_request_refuses_it() {
    let world = World::new().await;
    let member = world.member();
    let order = new_order();
    world.ask_twice("shop", cancel(order)).await;
    let late = world.ask_twice("shop", request(order)).await;
    let events = world.wait_for_events(fulfilment_of(order), 2).await;
    let [FulfilmentEvent::FulfilmentCancelled(_), FulfilmentEvent::RequestRefused(refused)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((refused.reason, refused.request, refused.order), (RequestRefusalReason::Cancelled, late, order));
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_left_cannot_be_cancelled_and_the_answer_says_so() {
    let world = World::new().await;
    let member = world.member();
    let order = new_order();
    let id = fulfilment_of(order);
    world.ask_twice("shop", request(order)).await;
    world.ask_twice("shop", release(order)).await;
    world.wait_for_events(id, 2).await;
    let nothing = serde_json::Value::Null;
    world.post(&format!("/v1/fulfilments/{id}/accept"), &nothing).await.assert(200);
    world.post(&format!("/v1/fulfilments/{id}/pack"), &nothing).await.assert(200);
    let dispatch = json!({"carrier": "post", "tracking": "X1"});
    world.post(&format!("/v1/fulfilments/{id}/ship"), &dispatch).await.assert(200);
    let asked = world.ask_twice("shop", cancel(order)).await;
    let events = world.wait_for_events(id, 6).await;
    let FulfilmentEvent::RequestRefused(refused) = &events[5] else { panic!("{events:?}") };
    assert_eq!((refused.reason, refused.request), (RequestRefusalReason::Shipped, asked));
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_answered_parks_its_key_alone() {
    let world = World::new().await;
    let member = world.member();
    let (order, without_lines) = (new_order(), new_order());
    world.ask_twice("shop", request(order)).await;
    world.ask_twice("rival", cancel(order)).await;
    let nothing = RequestFulfilment {
        fulfilment_id: fulfilment_of(without_lines).to_string(),
        order_id: without_lines.to_string(),
        location: "zrh-1".to_owned(),
        lines: Vec::<ContractRequestedLine>::new(),
    };
    world.ask_twice("shop", nothing.into()).await;
    let reasons = world.wait_for_parked(4).await;
    let is_told = |text: &str| reasons.iter().filter(|reason| reason.contains(text)).count();
    assert!(is_told("belongs to another tenant") >= 1 && is_told("at least one line") >= 1, "{reasons:?}");
    let other = new_order();
    world.ask_twice("shop", request(other)).await;
    assert_eq!(names(&world.wait_for_events(fulfilment_of(other), 1).await), ["FulfilmentRequested"]);
    assert_eq!(names(&world.events(fulfilment_of(order)).await), ["FulfilmentRequested"]);
    member.stop().await;
}
