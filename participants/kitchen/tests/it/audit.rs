//! The audit of kitchens and tickets: silent on what is right, and naming what was changed by hand.

use kitchen::audit::check;
use serde_json::Value;
use service_kit::audit::Findings;
use tokio_postgres::IsolationLevel;

use crate::world::{Job, World};

/// The codes of the findings, and how many kitchens and tickets were looked at.
async fn found(world: &World) -> (Vec<&'static str>, u64, u64) {
    let mut client = world.client().await;
    let log = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let log = log.start().await.unwrap();
    let mut findings = Findings::default();
    let examined = check(&log, &mut findings).await.unwrap();
    (findings.listed.iter().map(|finding| finding.code).collect(), examined[0].count, examined[2].count)
}

/// One ticket done, one in hand, one cancelled, one turned away.
async fn cooked() -> (World, [Job; 4]) {
    let world = World::with_kitchen().await;
    let jobs = [Job::new(), Job::new(), Job::new(), Job::new()];
    let [done, in_hand, cancelled, away] = jobs;
    let soup = [("soup", 1)];
    let asked = [done, in_hand, cancelled].map(|job| world.requested(job, &soup));
    world.announce([&asked[..], &[world.requested(away, &[("cake", 1)]), world.cancelled(cancelled)]].concat()).await;
    for (job, step) in [(done, "start"), (done, "done"), (in_hand, "start")] {
        let path = format!("tickets/{}/items/1/{step}", job.fulfilment);
        world.post(&path, &Value::Null).await.assert(200);
    }
    (world, jobs)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cooked_adds_up() {
    let (world, _) = cooked().await;
    assert_eq!(found(&world).await, (vec![], 1, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_by_hand_is_found() {
    let (world, [done, ..]) = cooked().await;
    let staff = "UPDATE events SET payload = jsonb_set(payload::jsonb, '{StaffChanged,on_shift}', '0')::json \
         WHERE event_type = 'StaffChanged'";
    assert_eq!(world.client().await.execute(staff, &[]).await.unwrap(), 1);
    assert_eq!(found(&world).await.0, ["beyond_staff", "beyond_staff"]);
    let ready = "DELETE FROM events WHERE event_type = 'TicketReady' AND aggregate_id = $1";
    world.client().await.execute(ready, &[&done.fulfilment.to_string()]).await.unwrap();
    assert!(found(&world).await.0.contains(&"tickets_differ"));
}
