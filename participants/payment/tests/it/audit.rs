//! The audit of payments: silent on what is right, and naming what was changed by hand.

use domain::Timestamp;
use payment::audit::{check, compare, compare_all};
use payment::payment::Asked;
use payment::provider::Known;
use payment_simulator::{Fault, Operation};
use service_kit::audit::{Findings, Invariant};
use service_kit::clock::Clock;
use tokio_postgres::IsolationLevel;

use crate::world::{AMOUNT, Case, World, eur, refund};

/// A payment that was declined, authorised, captured, refunded; one that was voided; one that was never paid.
async fn traded() -> (World, Case) {
    let world = World::new().await;
    let case = world.opened().await;
    world.pay(case, "pm_card_chargeDeclined").await.assert(201);
    world.pay(case, "pm_card_visa").await.assert(201);
    world.ask(case, &Asked::Capture { amount: eur(9_000) }).await;
    world.ask(case, &refund(500)).await;
    let voided = world.authorized().await;
    world.ask(voided, &Asked::Void).await;
    world.opened().await;
    (world, case)
}

async fn found(world: &World) -> Vec<(Invariant, &'static str)> {
    let mut client = world.database.client().await;
    let log = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let log = log.start().await.unwrap();
    let mut findings = Findings::default();
    let examined = check(&log, &mut findings).await.unwrap();
    assert_eq!((examined[0].what, examined[0].count), ("payments", 3));
    compare(&log, &provider(world).await, &mut findings).await.unwrap();
    findings.listed.iter().map(|finding| (finding.invariant, finding.code)).collect()
}

async fn provider(world: &World) -> Vec<Known> {
    world.provider.list(Timestamp::EPOCH, None).await.unwrap().payments
}

/// Changes a number in the body of the last event of a type. No release does so.
async fn corrupt(world: &World, event: &str, path: &str, value: i64) {
    let update = "UPDATE events SET payload = jsonb_set(payload::jsonb, $2::text::text[], to_jsonb($3::bigint))::json \
         WHERE (aggregate_id, sequence) = (SELECT aggregate_id, sequence FROM events WHERE event_type = $1 \
         ORDER BY recorded_at DESC, sequence DESC LIMIT 1)";
    let path = format!("{{{event},{path}}}");
    let changed = world.database.client().await.execute(update, &[&event, &path, &value]).await.unwrap();
    assert_eq!(changed, 1, "{event}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_adds_up_and_is_what_the_provider_has() {
    let (world, _) = traded().await;
    assert_eq!(found(&world).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_beyond_what_there_was_is_found() {
    let (world, _) = traded().await;
    corrupt(&world, "CaptureStarted", "amount,minor", AMOUNT + 1).await;
    assert_eq!(found(&world).await, [(Invariant::I9, "capture_beyond_authorized")]);
    corrupt(&world, "RefundStarted", "amount,minor", 9_001).await;
    let codes: Vec<_> = found(&world).await.into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["capture_beyond_authorized", "refund_beyond_captured"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_that_differ_are_found_here_and_at_the_provider() {
    let (world, _) = traded().await;
    corrupt(&world, "PaymentRefunded", "refunded,minor", 400).await;
    let expected = [(Invariant::I9, "sum_differs"), (Invariant::I10, "charge_differs")];
    assert_eq!(found(&world).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_that_nobody_told_of_is_found() {
    let (world, case) = traded().await;
    let forget = format!("DELETE FROM events WHERE event_type = 'CaptureStarted' AND aggregate_id = '{}'", case.id);
    world.database.client().await.batch_execute(&forget).await.unwrap();
    let codes: Vec<_> = found(&world).await.into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["captured_unasked", "effect_out_of_order"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_at_the_provider_is_no_difference_and_what_stays_different_is_one() {
    let (world, _) = traded().await;
    let mut client = world.database.client().await;
    let silent = world.authorized().await;
    // What the provider does not answer at once is asked again.
    world.plan(&[(Operation::Capture, Fault::SilentAfter), (Operation::List, Fault::Error)]);
    world.ask(silent, &Asked::Capture { amount: eur(AMOUNT) }).await;
    let mut findings = Findings::default();
    let now = world.clock.now();
    let examined = compare_all(&mut client, &*world.provider, now, &mut findings).await.unwrap();
    assert_eq!((examined[0].what, examined[0].count, findings.count), ("payments of the provider", 4, 0));
    corrupt(&world, "PaymentRefunded", "refunded,minor", 400).await;
    compare_all(&mut client, &*world.provider, now, &mut findings).await.unwrap();
    let codes: Vec<_> = findings.listed.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["charge_differs"]);
}
