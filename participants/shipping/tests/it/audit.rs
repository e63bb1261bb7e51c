//! The audit finds nothing in a sound log, and what is wrong in a damaged one; it compares with the carriers' own lists.

use domain::Timestamp;
use service_kit::audit::Findings;
use shipping::audit::{check, compare_all};
use tokio_postgres::IsolationLevel;

use crate::events::{Job, held};
use crate::parts::carriers;
use crate::world::World;

/// The codes of what is found in the log alone.
async fn found(world: &World) -> Vec<&'static str> {
    let mut client = world.database.client().await;
    let snapshot = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let mut findings = Findings::default();
    check(&snapshot.start().await.unwrap(), &mut findings).await.unwrap();
    findings.listed.into_iter().map(|finding| finding.code).collect()
}

/// The codes of what differs from the carriers.
async fn differing(world: &World) -> Vec<&'static str> {
    let mut client = world.database.client().await;
    let mut findings = Findings::default();
    let carriers = carriers(&world.simulator_url(), 5_000);
    compare_all(&mut client, &carriers, world.now(), &mut findings).await.unwrap();
    findings.listed.into_iter().map(|finding| finding.code).collect()
}

/// Changes what is stored of an event.
async fn damage(world: &World, job: Job, event_type: &str, from: &str, to: &str) {
    let client = world.database.client().await;
    let sql =
        "UPDATE events SET payload = replace(payload::text, $1, $2)::json WHERE aggregate_id = $3 AND event_type = $4";
    let count = client.execute(sql, &[&from, &to, &job.id.to_string(), &event_type]).await.unwrap();
    assert_eq!(count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_log_has_no_findings() {
    let world = World::new().await;
    let [delivered, voided] = [world.labelled().await, world.labelled().await];
    let tracking = world.tracking(delivered).await;
    for _ in 0..4 {
        world.scan(&tracking, None).await;
    }
    world.release_webhooks(false, 1).await;
    world.announce(voided, &held(voided, Timestamp::EPOCH)).await;
    assert_eq!(found(&world).await, [""; 0]);
    assert_eq!(differing(&world).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_for_what_was_not_released_and_one_nobody_knows_are_found() {
    let world = World::new().await;
    let job = world.labelled().await;
    damage(&world, job, "LabelBought", "SIM", "MIS").await;
    assert_eq!(differing(&world).await, ["label_not_recorded"]);
    damage(&world, job, "LabelRequested", "\"effect\":1", "\"effect\":2").await;
    let codes = found(&world).await;
    assert_eq!(codes, ["shipping_effect_out_of_order", "shipping_effect_unasked"]);
}
