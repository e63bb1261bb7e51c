//! A reservation that nobody renews gives its stock back.

use std::time::Duration;

use event_store::{TimerOptions, TimerWorker};
use inventory::reservation::{Asked, AskedBy};

use crate::world::{World, asked_by, is_granted, reservation_id, reserve};

fn worker(world: &World) -> TimerWorker {
    let (kind, waker) = inventory::reservation::waker(world.inventory.clone());
    TimerWorker::new(world.store.clone(), world.clock.clone(), TimerOptions::default()).with(kind, waker)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_expires_at_its_moment_unless_it_is_renewed() {
    let world = World::new().await;
    world.receive("tea", 10).await;
    let worker = worker(&world);
    let [kept, left] = [reservation_id(), reservation_id()];
    let by = asked_by("shop");
    let asked = reserve(&[("tea", 3)], world.in_seconds(60));
    assert!(is_granted(&world.inventory.answer(kept, &asked, &by).await));
    assert!(is_granted(&world.inventory.answer(left, &asked, &asked_by("shop")).await));
    let renewal = AskedBy { request: asked_by("shop").request, ..by };
    let renew = Asked::Renew { expires_at: world.in_seconds(120) };
    world.inventory.answer(kept, &renew, &renewal).await.unwrap();
    assert_eq!(worker.round().await.unwrap(), 0);
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(worker.round().await.unwrap(), 1);
    assert_eq!(world.level("tea").await, [10, 3, 7]);
    assert_eq!(world.get(&format!("/v1/reservations/{left}")).await.body["state"], "EXPIRED");
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(worker.round().await.unwrap(), 1);
    assert_eq!(world.level("tea").await, [10, 0, 10]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shipped_before_the_expiry_needs_no_timer() {
    let world = World::new().await;
    world.receive("tea", 10).await;
    let id = reservation_id();
    let by = asked_by("shop");
    let asked = reserve(&[("tea", 3)], world.in_seconds(60));
    assert!(is_granted(&world.inventory.answer(id, &asked, &by).await));
    let shipment = AskedBy { request: asked_by("shop").request, ..by };
    let ship = Asked::Ship { lines: crate::world::lines(&[("tea", 3)]) };
    world.inventory.answer(id, &ship, &shipment).await.unwrap();
    world.clock.advance(Duration::from_hours(1));
    assert_eq!(worker(&world).round().await.unwrap(), 0);
    assert_eq!(world.level("tea").await, [7, 0, 7]);
}
