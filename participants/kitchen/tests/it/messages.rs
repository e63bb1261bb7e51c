//! Events of fulfilments as they come in messages, each delivered twice: each has one effect.

use domain::ticket::{TicketEvent, TicketRejectionReason};
use serde_json::json;

use crate::world::{Job, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_fulfilment_that_is_announced_again_and_again_has_one_ticket() {
    let world = World::with_kitchen().await;
    let job = Job::new();
    world.announce(vec![world.requested(job, &[("soup", 1)])]).await;
    let [TicketEvent::TicketAccepted(accepted)] = &world.ticket_events(job).await[..] else { panic!("one ticket") };
    assert_eq!((accepted.order, accepted.items.len()), (job.order, 1));
    assert_eq!(accepted.promised_at.micros() - accepted.at.micros(), 300_000_000, "240 s and a minute");
    // The same announcement under another event: the stream of the ticket knows it.
    world.announce(vec![world.requested(job, &[("soup", 1)])]).await;
    assert_eq!(world.ticket_types(job).await, ["TicketAccepted"]);
    assert_eq!(world.get("/v1/kitchens/zrh-k").await.assert(200).body["tickets"].as_array().unwrap().len(), 1);
    assert_eq!(world.parked().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_kitchen_s_is_left_alone() {
    let world = World::with_kitchen().await;
    let (warehouse, job) = (Job::new(), Job::new());
    let events = vec![
        world.requested_at(warehouse, "zrh-1", &[("soup", 1)]),
        world.released(warehouse),
        world.held(warehouse),
        world.cancelled(warehouse),
        world.requested(job, &[("soup", 1)]),
    ];
    world.announce(events).await;
    assert!(world.ticket_events(warehouse).await.is_empty());
    assert_eq!(world.ticket_types(job).await, ["TicketAccepted"]);
    assert_eq!(world.parked().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_follows_its_fulfilment_to_its_end() {
    let world = World::with_kitchen().await;
    let [held, dropped, sent, late] = [Job::new(), Job::new(), Job::new(), Job::new()];
    let soup = [("soup", 1)];
    let asked = [held, dropped, sent, late].map(|job| world.requested(job, &soup));
    world.announce(asked.to_vec()).await;
    world.announce(vec![world.held(held), world.released(held), world.cancelled(dropped)]).await;
    assert_eq!(world.ticket_types(held).await, ["TicketAccepted", "TicketHeld", "TicketResumed"]);
    assert_eq!(world.ticket_types(dropped).await, ["TicketAccepted", "TicketCancelled"]);
    for job in [sent, late] {
        for step in ["start", "done"] {
            let path = format!("tickets/{}/items/1/{step}", job.fulfilment);
            world.post(&path, &serde_json::Value::Null).await.assert(200);
        }
    }
    let ends = vec![world.released(sent), world.shipped(sent), world.cancelled(late), world.cancelled(sent)];
    world.announce(ends).await;
    let done = ["TicketAccepted", "TicketStarted", "TicketReady"];
    assert_eq!(world.ticket_types(sent).await, [&done[..], &["TicketHandedOver"]].concat());
    assert_eq!(world.ticket_types(late).await, [&done[..], &["TicketCancelled"]].concat());
    assert_eq!(world.parked().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_is_turned_away_and_told_why() {
    let world = World::with_kitchen().await;
    let [unknown, paused, queued, gone] = [Job::new(), Job::new(), Job::new(), Job::new()];
    world
        .announce(vec![world.requested(unknown, &[("cake", 1)]), world.requested(queued, &[("soup", 1), ("pie", 1)])])
        .await;
    world.post("pause", &serde_json::Value::Null).await.assert(200);
    world.announce(vec![world.requested(paused, &[("soup", 1)])]).await;
    world.post("resume", &serde_json::Value::Null).await.assert(200);
    let reply = world.post("sold-out", &json!({"sku": "pie", "soldOut": true})).await.assert(200);
    assert_eq!(reply.body["openTickets"], 0, "the one that waits for pie was given up");
    world.announce(vec![world.requested(gone, &[("pie", 1)])]).await;
    let expected = [
        (unknown, TicketRejectionReason::NotOnMenu, 1),
        (paused, TicketRejectionReason::Paused, 0),
        (queued, TicketRejectionReason::SoldOut, 1),
        (gone, TicketRejectionReason::SoldOut, 1),
    ];
    for (job, reason, skus) in expected {
        let events = world.ticket_events(job).await;
        let Some(TicketEvent::TicketRejected(rejected)) = events.last() else { panic!("{events:?}") };
        assert_eq!((rejected.reason, rejected.skus.len()), (reason, skus));
    }
}
