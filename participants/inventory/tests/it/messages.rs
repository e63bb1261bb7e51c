//! Requests as they come in messages: each answered once, however often and in whatever order it is delivered.

use domain::reservation::{RequestRefusalReason, ReservationEvent, ReservationRefusalReason};
use inventory::reservation::{AskError, Asked, AskedBy};

use crate::world::{World, asked_by, lines, reservation_id, reserve};

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_delivered_twice_and_has_one_effect() {
    let world = World::new().await;
    world.receive("tea", 10).await;
    let other_process = world.twin().await;
    let id = reservation_id();
    let by = asked_by("shop");
    let later = AskedBy { request: asked_by("shop").request, ..by.clone() };
    let last = AskedBy { request: asked_by("shop").request, ..by.clone() };
    let steps = [
        (reserve(&[("tea", 4)], world.in_seconds(60)), by.clone()),
        (Asked::Ship { lines: lines(&[("tea", 1)]) }, later),
        (Asked::Release, last),
    ];
    for (asked, by) in &steps {
        assert_eq!(world.inventory.answer(id, asked, by).await.unwrap().len(), 1);
        assert_eq!(other_process.answer(id, asked, by).await.unwrap(), [], "the repeat, in another process");
        assert_eq!(world.inventory.answer(id, asked, by).await.unwrap(), []);
    }
    for (asked, by) in &steps {
        assert_eq!(world.inventory.answer(id, asked, by).await.unwrap(), [], "a repeat after the end");
    }
    assert_eq!(world.level("tea").await, [9, 0, 9]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_comes_before_its_reservation_refuses_it() {
    let world = World::new().await;
    world.receive("tea", 10).await;
    let id = reservation_id();
    let by = asked_by("shop");
    let undo = AskedBy { request: asked_by("shop").request, ..by.clone() };
    let answer = world.inventory.answer(id, &Asked::Release, &undo).await.unwrap();
    assert!(
        matches!(&answer[..], [ReservationEvent::ReservationReleased(event)] if event.lines.is_empty()),
        "{answer:?}"
    );
    let late = world.inventory.answer(id, &reserve(&[("tea", 4)], world.in_seconds(60)), &by).await.unwrap();
    let [ReservationEvent::ReservationRefused(refused)] = &late[..] else { panic!("{late:?}") };
    assert_eq!((refused.reason, refused.request), (ReservationRefusalReason::ReleasedBefore, by.request));
    assert_eq!(world.level("tea").await, [10, 0, 10]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_state_does_not_allow_is_answered_and_another_tenant_is_not() {
    let world = World::new().await;
    world.receive("tea", 1).await;
    let id = reservation_id();
    let by = asked_by("shop");
    let answer = world.inventory.answer(id, &Asked::Ship { lines: lines(&[("tea", 1)]) }, &by).await.unwrap();
    let [ReservationEvent::RequestRefused(refused)] = &answer[..] else { panic!("{answer:?}") };
    assert_eq!((refused.reason, refused.request), (RequestRefusalReason::NotReserved, by.request));
    let rival = world.inventory.answer(id, &Asked::Release, &asked_by("rival")).await;
    assert!(matches!(rival, Err(AskError::Refused { .. })), "{rival:?}");
}
