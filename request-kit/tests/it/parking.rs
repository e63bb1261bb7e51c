//! What cannot be handled, what cannot be handled now, and what is done about it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use domain::RequestId;
use futures::FutureExt;
use messaging::testing::{Task, registry};
use messaging::{Decoder, DeliveredRequest};
use request_kit::parking::{ParkedKey, Redriven, discard, list, redrive};
use request_kit::{NotReady, Outcome, RequestOptions, Source};
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;

use crate::support::{LOOK, Member, PATIENCE, Participant, task_of};

/// Refuses what is called `poison` while the switch is on, and does everything else.
fn refusing(
    participant: &Participant,
    poisoned: &Arc<AtomicBool>,
) -> impl Fn(DeliveredRequest<Task>) -> futures::future::BoxFuture<'static, Outcome> + use<> {
    let handler = participant.handler();
    let poisoned = Arc::clone(poisoned);
    move |request| {
        if request.request.body.what == "poison" && poisoned.load(Ordering::SeqCst) {
            return Box::pin(async { Outcome::Poison("not today".to_owned()) });
        }
        handler(request)
    }
}

fn key(participant: &Participant, task: &str) -> ParkedKey {
    let topic = participant.topic.name.clone();
    ParkedKey { group: participant.group.clone(), topic, key: task.as_bytes().to_vec() }
}

async fn consumed(member: &Member, records: u64) {
    wait_until(PATIENCE, LOOK, async || member.service.counts().consumed == records).await.unwrap();
}

/// What is parked, by key and reason.
async fn parked(participant: &Participant) -> Vec<(String, String)> {
    let parked = list(&participant.database.pool()).await.unwrap();
    let text = |key: Option<Vec<u8>>| String::from_utf8(key.unwrap()).unwrap();
    parked.into_iter().map(|one| (text(one.record.key), one.reason)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn poison_parks_its_key_and_only_its_key_and_is_redriven_in_order() {
    let participant = Participant::begin(2).await;
    let poisoned = Arc::new(AtomicBool::new(true));
    let member = participant.member(refusing(&participant, &poisoned));
    for (task, what) in [("a", "1"), ("a", "poison"), ("b", "1"), ("a", "2"), ("b", "2"), ("a", "3")] {
        participant.ask(task, what).await;
    }
    consumed(&member, 6).await;
    assert_eq!(participant.done("a").await, ["1"]);
    assert_eq!(participant.done("b").await, ["1", "2"]);
    let behind = || ("a".to_owned(), "waits behind an earlier parked record of its key".to_owned());
    assert_eq!(parked(&participant).await, [("a".to_owned(), "not today".to_owned()), behind(), behind()]);
    let counts = member.service.counts();
    assert_eq!((counts.handled, counts.parked, counts.consumed), (3, 3, 6), "handled and parked are what was consumed");
    assert!(member.service.ready().is_ok());

    let pool = participant.database.pool();
    let handler = refusing(&participant, &poisoned);
    let source = Source::requests(&participant.topic.name, Decoder::new(registry()), handler);
    let stopped = redrive(&pool, &source, &key(&participant, "a")).await.unwrap();
    assert_eq!(stopped, Redriven { handled: 0, obstacle: Some("not today".to_owned()) });
    assert_eq!(parked(&participant).await.len(), 3, "nothing has changed");

    poisoned.store(false, Ordering::SeqCst);
    let redriven = redrive(&pool, &source, &key(&participant, "a")).await.unwrap();
    assert_eq!(redriven, Redriven { handled: 3, obstacle: None });
    assert_eq!(participant.done("a").await, ["1", "poison", "2", "3"]);
    participant.ask("a", "4").await;
    participant.wait_until_done("a", &["1", "poison", "2", "3", "4"]).await;
    assert!(parked(&participant).await.is_empty(), "the member has noticed that the key is free");
    assert_eq!(redrive(&pool, &source, &key(&participant, "a")).await.unwrap().handled, 0, "nothing is left");
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parked_keys_stay_parked_for_the_next_member_and_one_record_may_be_discarded() {
    let participant = Participant::begin(1).await;
    let poisoned = Arc::new(AtomicBool::new(true));
    let member = participant.member(refusing(&participant, &poisoned));
    participant.ask("a", "poison").await;
    consumed(&member, 1).await;
    member.stop().await;
    let member = participant.member(refusing(&participant, &poisoned));
    participant.ask("a", "1").await;
    consumed(&member, 1).await;
    assert!(participant.done("a").await.is_empty());

    let pool = participant.database.pool();
    let first = list(&pool).await.unwrap().remove(0);
    assert!(discard(&pool, first.id, "asked by mistake").await.unwrap());
    assert!(!discard(&pool, first.id, "asked by mistake").await.unwrap(), "it is gone");
    let handler = refusing(&participant, &poisoned);
    let source = Source::requests(&participant.topic.name, Decoder::new(registry()), handler);
    let redriven = redrive(&pool, &source, &key(&participant, "a")).await.unwrap();
    assert_eq!(redriven, Redriven { handled: 1, obstacle: None });
    assert_eq!(participant.done("a").await, ["1"]);
    let why = participant.database.client().await.query_one("SELECT why FROM discarded_requests", &[]).await.unwrap();
    assert_eq!(why.get::<_, String>(0), "asked by mistake");
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn overload_makes_a_partition_wait_and_parks_nothing() {
    let participant = Participant::begin(1).await;
    let overloaded = Arc::new(AtomicBool::new(true));
    let attempts = Arc::new(AtomicUsize::new(0));
    let handler = participant.handler();
    let (busy, tried) = (Arc::clone(&overloaded), Arc::clone(&attempts));
    let options = RequestOptions { records_waiting_max: 5, ..participant.options() };
    let member = participant.member_with(options, move |request| {
        tried.fetch_add(1, Ordering::SeqCst);
        if busy.load(Ordering::SeqCst) {
            return async { Outcome::Unavailable("busy".to_owned()) }.boxed();
        }
        handler(request)
    });
    for what in 0..30 {
        participant.ask(&format!("t-{}", what % 3), &what.to_string()).await;
    }
    wait_until(PATIENCE, LOOK, async || attempts.load(Ordering::SeqCst) >= 8).await.unwrap();
    let counts = member.service.counts();
    assert_eq!((counts.handled, counts.parked, counts.consumed), (0, 0, 0));
    assert!(counts.unavailable >= 7, "{counts:?}");
    overloaded.store(false, Ordering::SeqCst);
    consumed(&member, 30).await;
    for task in 0..3 {
        let expected: Vec<_> = (0..10).map(|round| (round * 3 + task).to_string()).collect();
        assert_eq!(participant.done(&format!("t-{task}")).await, expected, "in order, each once");
    }
    assert_eq!(member.service.counts().parked, 0);
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_request_and_a_tenant_that_contradicts_itself_or_the_stream_are_parked() {
    let participant = Participant::begin(1).await;
    let member = participant.member(participant.handler());
    let id = || RequestId::new(SystemIds.ordered());
    participant.topic.ask_as(&participant.encoder, id(), "elsewhere", task_of("stream", "1")).await;
    let outgoing = messaging::testing::asked(id(), "shop", task_of("bytes", "1"));
    let mut garbled = participant.encoder.encode_request(&outgoing).unwrap();
    garbled.value.as_mut().unwrap().truncate(7);
    let mut keyless = participant.encoder.encode_request(&outgoing).unwrap();
    keyless.key = None;
    let mut other_key = participant.encoder.encode_request(&outgoing).unwrap();
    other_key.key = Some(b"other".to_vec());
    participant.topic.produce([garbled, keyless, other_key]).await;
    participant.ask("sound", "1").await;
    participant.wait_until_done("sound", &["1"]).await;
    consumed(&member, 5).await;
    let parked = list(&participant.database.pool()).await.unwrap();
    let reasons: Vec<_> = parked.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    assert!(reasons[0].contains("tenant elsewhere is not the task's"), "{reasons:?}");
    assert!(reasons[1].contains("the body of Task cannot be read"), "{reasons:?}");
    assert!(reasons[2].contains("no readable key"), "{reasons:?}");
    assert!(reasons[3].contains("the key is"), "{reasons:?}");
    assert_eq!(parked[2].record.key, None);
    assert!(participant.done("bytes").await.is_empty() && participant.done("stream").await.is_empty());
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_parked_keys_stop_the_partition_until_enough_is_dealt_with() {
    let participant = Participant::begin(1).await;
    let poisoned = Arc::new(AtomicBool::new(true));
    let options = RequestOptions { parked_keys_max: 2, halted_retry_ms: 50, ..participant.options() };
    let member = participant.member_with(options, refusing(&participant, &poisoned));
    for task in ["a", "b", "c"] {
        participant.ask(task, "poison").await;
    }
    let halted = async || matches!(member.service.ready(), Err(NotReady::Halted { .. }));
    wait_until(PATIENCE, LOOK, halted).await.unwrap();
    let said = member.service.ready().unwrap_err().to_string();
    assert!(said.contains("3 parked keys") && said.contains("redrive or discard"), "{said}");
    participant.ask("d", "1").await;
    assert_eq!(parked(&participant).await.len(), 2, "the third is not parked");
    consumed(&member, 2).await;
    let first = list(&participant.database.pool()).await.unwrap().remove(0);
    discard(&participant.database.pool(), first.id, "a test").await.unwrap();
    participant.wait_until_done("d", &["1"]).await;
    assert!(member.service.ready().is_ok());
    consumed(&member, 4).await;
    member.stop().await;
}
