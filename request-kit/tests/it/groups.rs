//! Where a group begins, and what it refuses to go on from.

use std::sync::Arc;

use futures::FutureExt;
use messaging::Decoder;
use messaging::consumer::{GroupOffsetError, offsets_of};
use messaging::testing::{Task, TestTopic, brokers, registry};
use request_kit::{BeginError, NotReady, RequestService, Source, begin};
use service_kit::poll::wait_until;
use tokio_util::sync::CancellationToken;

use crate::support::{LOOK, Member, PATIENCE, Participant, task_of};

/// Waits until the member says that it cannot go on.
async fn refusal(member: &Member) -> String {
    let failed = async || matches!(member.service.ready(), Err(NotReady::Failed { .. }));
    wait_until(PATIENCE, LOOK, failed).await.unwrap();
    member.service.ready().unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_begins_at_the_end_once_and_handles_what_comes_from_then_on() {
    let participant = Participant::unbegun(3).await;
    participant.ask("t", "before").await;
    assert_eq!(participant.begin_group().await, 3);
    // Asked while no member runs yet, after the group was begun.
    participant.ask("t", "after").await;
    assert_eq!(participant.begin_group().await, 0, "it has begun already, and stays where it is");
    let member = participant.member(participant.handler());
    participant.wait_until_done("t", &["after"]).await;
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_without_an_offset_handles_nothing_and_says_what_to_do() {
    let participant = Participant::unbegun(1).await;
    participant.ask("t", "1").await;
    let member = participant.member(participant.handler());
    let said = refusal(&member).await;
    assert!(said.contains("has no offset in partition 0") && said.contains("order-engine topics"), "{said}");
    assert!(participant.done("t").await.is_empty());
    participant.begin_group().await;
    participant.ask("t", "2").await;
    participant.wait_until_done("t", &["2"]).await;
    assert!(member.service.ready().is_ok());
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offset_that_retention_has_passed_is_an_error_and_no_jump() {
    let participant = Participant::begin(1).await;
    participant.ask("t", "1").await;
    participant.ask("t", "2").await;
    participant.topic.trim(0, 2).await;
    let member = participant.member(participant.handler());
    let said = refusal(&member).await;
    assert!(said.contains("stands at 0") && said.contains("Ask for them again"), "{said}");
    assert!(participant.done("t").await.is_empty(), "nothing is skipped");
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_kafka_has_forgotten_is_not_begun_again() {
    let participant = Participant::begin(1).await;
    // Another group's name in Kafka, with the first one's record: as after offsets.retention.minutes.
    let client = participant.database.client().await;
    client.execute("UPDATE request_groups SET group_name = group_name || '-x'", &[]).await.unwrap();
    let forgotten = format!("{}-x", participant.group);
    let topics = [participant.topic.name.as_str()];
    let error = begin(&participant.database.pool(), &brokers(), &forgotten, &topics).await.unwrap_err();
    assert!(matches!(error, BeginError::Offsets(GroupOffsetError::Missing { .. })), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_offset_passes_the_markers_behind_the_last_record() {
    let participant = Participant::begin(1).await;
    let member = participant.member(participant.handler());
    participant.ask("t", "1").await;
    participant.wait_until_done("t", &["1"]).await;
    let next = async || {
        let offsets = offsets_of(&brokers(), &participant.group, &[&participant.topic.name]).await.unwrap();
        offsets.into_values().next().unwrap()
    };
    // One record and the marker of its transaction, so that retention never passes a group that has nothing to do.
    wait_until(PATIENCE, LOOK, async || next().await == Some(2)).await.unwrap();
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_handles_several_topics() {
    let participant = Participant::begin(2).await;
    let other = TestTopic::create(2).await;
    let encoder = other.encoder_of::<Task>().await;
    let topics = [participant.topic.name.as_str(), other.name.as_str()];
    let pool = participant.database.pool();
    assert_eq!(
        begin(&pool, &brokers(), &participant.group, &topics).await.unwrap().partitions.len(),
        2,
        "the new topic"
    );
    let source = |topic: &str| Source::requests(topic, Decoder::new(registry()), participant.handler());
    let service = Arc::new(RequestService::new(participant.options(), topics.map(source), pool));
    let stop = CancellationToken::new();
    let (running, stopping) = (Arc::clone(&service), stop.clone());
    let running = tokio::spawn(async move { running.run(stopping).boxed().await });
    participant.ask("a", "1").await;
    other.ask(&encoder, task_of("b", "1")).await;
    other.ask(&encoder, task_of("b", "2")).await;
    participant.wait_until_done("a", &["1"]).await;
    participant.wait_until_done("b", &["1", "2"]).await;
    let behind = async || {
        let offsets = offsets_of(&brokers(), &participant.group, &topics).await.unwrap();
        offsets.into_values().flatten().sum::<i64>() == 6
    };
    wait_until(PATIENCE, LOOK, behind).await.unwrap();
    stop.cancel();
    running.await.unwrap();
}
