//! Simulated staff, stopped and started.

use std::time::Duration;

use service_kit::poll::wait_until;

use crate::world::{Job, LOOK, PATIENCE, World};

#[tokio::test(flavor = "multi_thread")]
async fn they_cook_what_is_queued_in_the_time_that_it_takes() {
    let world = World::with_kitchen().await;
    world.staff(2, true).await;
    let job = Job::new();
    world.announce(vec![world.requested(job, &[("soup", 1), ("pie", 1)])]).await;
    assert_eq!(world.wake().await, 1, "there is something to begin");
    assert_eq!(world.wake().await, 0);
    world.pass(239);
    assert_eq!(world.wake().await, 0);
    world.pass(1);
    assert_eq!(world.wake().await, 1, "the soup is done and the pie begun");
    assert_eq!(world.ticket_types(job).await, ["TicketAccepted", "TicketStarted"]);
    world.pass(600);
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.ticket_types(job).await, ["TicketAccepted", "TicketStarted", "TicketReady"]);
    assert_eq!(world.wake().await, 0, "nothing is left to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn they_do_nothing_where_people_cook() {
    let world = World::with_kitchen().await;
    world.announce(vec![world.requested(Job::new(), &[("soup", 1)])]).await;
    assert_eq!(world.wake().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_the_timer_goes_on_and_two_at_once_cook_nothing_twice() {
    let world = World::with_kitchen().await;
    world.staff(2, true).await;
    let jobs = [Job::new(), Job::new(), Job::new()];
    let asked = jobs.map(|job| world.requested(job, &[("soup", 1), ("pie", 1)]));
    world.announce(asked.to_vec()).await;
    for _ in 0..60 {
        // Two processes that have just started: nothing is in memory but what is stored.
        let twins = [world.twin().await, world.twin().await];
        let [one, other] = twins.each_ref().map(|twin| world.timers(twin));
        let (one, other) = (one.round(), other.round());
        let (one, other) = tokio::join!(one, other);
        one.unwrap();
        other.unwrap();
        world.pass(60);
    }
    for job in jobs {
        let types = world.ticket_types(job).await;
        assert_eq!(types.iter().filter(|name| **name == "TicketReady").count(), 1, "{types:?}");
    }
    let begun = world.kitchen_events().await;
    let begun = begun.iter().filter(|event| matches!(event, domain::kitchen::KitchenEvent::CookingStarted(_)));
    assert_eq!(begun.count(), 6, "two items of each of three tickets");
}

#[tokio::test(flavor = "multi_thread")]
async fn they_go_on_however_often_a_process_is_killed_in_the_middle() {
    let world = World::with_kitchen().await;
    world.staff(2, true).await;
    let jobs = [Job::new(), Job::new()];
    let asked = jobs.map(|job| world.requested(job, &[("soup", 1), ("pie", 1)]));
    world.announce(asked.to_vec()).await;
    let are_ready = async || {
        let all = [world.ticket_types(jobs[0]).await, world.ticket_types(jobs[1]).await];
        all.iter().all(|types| types.last() == Some(&"TicketReady"))
    };
    let mut tries = 0;
    wait_until(PATIENCE, LOOK, async || {
        // Ends wherever it is after 0 to 11 ms: before the timer is taken, before or after its append, before the timer is moved.
        let worker = world.short_lease_timers().await;
        let _ended = tokio::time::timeout(Duration::from_millis(tries % 12), worker.round()).await;
        tries += 1;
        world.pass(60);
        are_ready().await
    })
    .await
    .unwrap();
    let begun = world.kitchen_events().await;
    let begun = begun.iter().filter(|event| matches!(event, domain::kitchen::KitchenEvent::CookingStarted(_)));
    assert_eq!(begun.count(), 4, "two items of each of two tickets");
}
