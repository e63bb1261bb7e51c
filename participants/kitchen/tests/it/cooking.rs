//! What the clock does to tickets.

use domain::ticket::TicketEvent;

use crate::world::{Job, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_is_late_is_promised_anew_three_times_at_most() {
    let world = World::with_kitchen().await;
    let job = Job::new();
    world.announce(vec![world.requested(job, &[("soup", 1)])]).await;
    world.pass(299);
    assert_eq!(world.wake().await, 0);
    world.pass(1);
    assert_eq!(world.wake().await, 1);
    let events = world.ticket_events(job).await;
    let [TicketEvent::TicketAccepted(_), TicketEvent::TicketDelayed(delayed)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(delayed.promised_at.micros() - delayed.at.micros(), 300_000_000, "at least five minutes");
    for _ in 0..4 {
        world.pass(600);
        world.wake().await;
    }
    assert_eq!(world.ticket_types(job).await.iter().filter(|name| **name == "TicketDelayed").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ready_in_time_is_not_late() {
    let world = World::with_kitchen().await;
    let job = Job::new();
    world.announce(vec![world.requested(job, &[("soup", 1)])]).await;
    for step in ["start", "done"] {
        let path = format!("tickets/{}/items/1/{step}", job.fulfilment);
        world.post(&path, &serde_json::Value::Null).await.assert(200);
    }
    world.pass(3_600);
    assert_eq!(world.wake().await, 0);
}
