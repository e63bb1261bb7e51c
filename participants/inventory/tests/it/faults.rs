//! Connections that are lost in the middle of reservations.

use std::sync::Arc;

use domain::reservation::ReservationEvent;
use futures::future::join_all;

use crate::world::{World, asked_by, reservation_id, reserve};

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_after_a_lost_connection_finds_out_what_became_of_the_request() {
    let world = World::new().await;
    world.receive("tea", 50).await;
    world.receive("cup", 1_000).await;
    let client = world.database.client().await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name LIKE 'event-store%' AND datname = current_database()";
    let asked = reserve(&[("tea", 1), ("cup", 2)], world.in_seconds(900));
    let requests: Vec<_> = (0..100).map(|_| (reservation_id(), asked_by("shop"))).collect();
    let first = requests.iter().map(|(id, by)| {
        let (inventory, asked, id, by) = (Arc::clone(&world.inventory), asked.clone(), *id, by.clone());
        tokio::spawn(async move { inventory.answer(id, &asked, &by).await })
    });
    let first: Vec<_> = first.collect();
    for _ in 0..3 {
        client.query(kill, &[]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let first = join_all(first).await;
    let mut granted = 0;
    for ((id, by), first) in requests.iter().zip(first) {
        let state = |events: &[ReservationEvent]| matches!(events, [ReservationEvent::ReservationGranted(_)]);
        let answered = match first.unwrap() {
            Ok(events) => Some(state(&events)),
            Err(_) => None,
        };
        // The pool may hand out a connection that was killed; whoever asks asks again.
        let mut again = world.inventory.answer(*id, &asked, by).await;
        while again.is_err() {
            again = world.inventory.answer(*id, &asked, by).await;
        }
        let again = again.unwrap();
        let is_granted = world.get(&format!("/v1/reservations/{id}")).await.assert(200).body["state"] == "GRANTED";
        if let Some(answered) = answered {
            assert!(again.is_empty(), "the first answer was stored");
            assert_eq!(answered, is_granted);
        }
        granted += u64::from(is_granted);
    }
    assert_eq!(granted, 50);
    assert_eq!((world.level("tea").await, world.level("cup").await), ([50, 50, 0], [1_000, 100, 900]));
}
