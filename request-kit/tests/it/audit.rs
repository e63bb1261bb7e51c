//! The audit of a group: silent on what is right, and naming what was lost.

use messaging::testing::brokers;
use request_kit::Outcome;
use request_kit::audit::{AuditedGroup, GroupProgress};
use request_kit::parking::{discard, list};
use service_kit::audit::{Findings, Invariant};
use service_kit::poll::wait_until;

use crate::support::{LOOK, PATIENCE, Participant};

async fn check(participant: &Participant) -> (GroupProgress, Findings) {
    let group = AuditedGroup { group: &participant.group, topic: &participant.topic.name, is_answered: true };
    let mut findings = Findings::default();
    let client = participant.database.client().await;
    let progress = group.check(&client, &brokers(), &mut findings).await.unwrap();
    (progress, findings)
}

/// Code and stream of each finding, sorted.
fn found(findings: &Findings) -> Vec<(&'static str, Option<&str>)> {
    assert!(findings.listed.iter().all(|finding| finding.invariant == Invariant::I14));
    let mut found: Vec<_> = findings.listed.iter().map(|one| (one.code, one.stream.as_deref())).collect();
    found.sort_unstable();
    found
}

/// A group that has handled two requests and parked two others of one key.
async fn handled() -> Participant {
    let participant = Participant::begin(2).await;
    let handler = participant.handler();
    let member = participant.member(move |request| {
        let is_poison = request.request.body.what == "poison";
        let done = handler(request);
        async move { if is_poison { Outcome::Poison("not today".to_owned()) } else { done.await } }
    });
    for (task, what) in [("a", "1"), ("b", "poison"), ("b", "2"), ("c", "1")] {
        participant.ask(task, what).await;
    }
    let passed = async || check(&participant).await.0.consumed == 4;
    wait_until(PATIENCE, LOOK, passed).await.unwrap();
    member.stop().await;
    participant
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handled_parked_and_discarded_is_accounted_for() {
    let participant = handled().await;
    let (progress, findings) = check(&participant).await;
    assert_eq!(found(&findings), []);
    assert_eq!((progress.consumed, progress.handled, progress.parked, progress.discarded), (4, 2, 2, 0));
    let first = list(&participant.database.pool()).await.unwrap().remove(0).id;
    assert!(discard(&participant.database.pool(), first, "a test").await.unwrap());
    let (progress, findings) = check(&participant).await;
    assert_eq!(found(&findings), []);
    assert_eq!((progress.consumed, progress.handled, progress.parked, progress.discarded), (4, 2, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_nothing_behind_is_named() {
    let participant = handled().await;
    let client = participant.database.client().await;
    client.execute("DELETE FROM events WHERE aggregate_id = 'c'", &[]).await.unwrap();
    let (progress, findings) = check(&participant).await;
    assert_eq!(found(&findings), [("neither_handled_nor_parked", Some("c"))]);
    assert_eq!((progress.consumed, progress.handled), (4, 1));
    client.batch_execute("DELETE FROM public.parked_requests").await.unwrap();
    let (progress, findings) = check(&participant).await;
    let lost = |key| ("neither_handled_nor_parked", Some(key));
    assert_eq!(found(&findings), [lost("b"), lost("b"), lost("c")]);
    assert_eq!((progress.consumed, progress.handled, progress.parked), (4, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn offsets_that_do_not_fit_where_the_group_began_are_named() {
    let participant = handled().await;
    let client = participant.database.client().await;
    client.batch_execute("UPDATE public.request_groups SET begun_offset = 1000").await.unwrap();
    assert_eq!(found(&check(&participant).await.1), [("offset_set_back", None); 2]);
    client.batch_execute("DELETE FROM public.request_groups WHERE partition = 0").await.unwrap();
    let (progress, findings) = check(&participant).await;
    assert_eq!(found(&findings), [("group_not_begun", None), ("offset_set_back", None)]);
    assert_eq!(progress.consumed, 0);
}
