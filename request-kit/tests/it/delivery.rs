//! Repeats, order, crashes, and members that come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use domain::RequestId;
use event_store::CommandBus;
use futures::future::join_all;
use request_kit::Outcome;
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;
use tokio::sync::Notify;

use crate::support::{LOOK, PATIENCE, Participant, Seen, Tasks, do_task, task_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_delivered_twice_has_one_effect() {
    let participant = Participant::begin(3).await;
    let seen = Seen::default();
    let noting = seen.clone();
    let handler = participant.handler();
    let member = participant.member(move |request| {
        noting.note(&request);
        handler(request)
    });
    for task in 0..5 {
        let task = format!("t-{task}");
        let ids = [SystemIds.ordered(), SystemIds.ordered()].map(RequestId::new);
        for (id, what) in [(ids[0], "a"), (ids[1], "b"), (ids[0], "a"), (ids[1], "b")] {
            participant.topic.ask_as(&participant.encoder, id, "shop", task_of(&task, what)).await;
        }
    }
    wait_until(PATIENCE, LOOK, async || member.service.counts().consumed == 20).await.unwrap();
    for task in 0..5 {
        let task = format!("t-{task}");
        assert_eq!(participant.done(&task).await, ["a", "b"]);
        assert_eq!(seen.of(&task), ["a", "b", "a", "b"]);
    }
    let counts = member.service.counts();
    assert_eq!((counts.handled, counts.parked, counts.consumed), (20, 0, 20));
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_a_key_are_in_order_while_other_keys_go_on_beside_a_slow_one() {
    let participant = Participant::begin(1).await;
    let release = Arc::new(Notify::new());
    let at_once = Arc::new(AtomicUsize::new(0));
    let handler = Arc::new(participant.handler());
    let (waiting, slow) = (Arc::clone(&release), Arc::clone(&at_once));
    let member = participant.member(move |request| {
        let (handler, waiting, slow) = (Arc::clone(&handler), Arc::clone(&waiting), Arc::clone(&slow));
        async move {
            if request.request.body.task_id == "slow" {
                assert_eq!(slow.fetch_add(1, Ordering::SeqCst), 0, "one of a key at a time");
                waiting.notified().await;
                slow.fetch_sub(1, Ordering::SeqCst);
            }
            handler(request).await
        }
    });
    for what in ["1", "2", "3"] {
        participant.ask("slow", what).await;
        participant.ask("quick", what).await;
    }
    participant.wait_until_done("quick", &["1", "2", "3"]).await;
    assert!(participant.done("slow").await.is_empty());
    assert_eq!(member.service.counts().consumed, 0, "nothing is passed before the slow one, which is the first");
    for done in 1..=3 {
        release.notify_one();
        participant.wait_until_done("slow", &["1", "2", "3"][..done]).await;
    }
    wait_until(PATIENCE, LOOK, async || member.service.counts().consumed == 6).await.unwrap();
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stored_before_a_crash_is_delivered_again_and_changes_nothing() {
    let participant = Participant::begin(1).await;
    let bus = Arc::new(CommandBus::<Tasks>::new(participant.store.clone(), Arc::new(SystemIds)));
    // It stores, and dies before the offset is noted.
    let member = participant.member(move |request| {
        let bus = Arc::clone(&bus);
        async move {
            let _stored = do_task(bus, request).await;
            std::future::pending::<Outcome>().await
        }
    });
    participant.ask("t", "1").await;
    participant.wait_until_done("t", &["1"]).await;
    member.kill().await;

    let again = Arc::new(AtomicBool::new(false));
    let noting = Arc::clone(&again);
    let handler = participant.handler();
    let member = participant.member(move |request| {
        noting.fetch_or(request.request.body.what == "1", Ordering::SeqCst);
        handler(request)
    });
    participant.ask("t", "2").await;
    participant.wait_until_done("t", &["1", "2"]).await;
    assert!(again.load(Ordering::SeqCst), "it was delivered again");
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_is_not_delivered_again() {
    let participant = Participant::begin(1).await;
    let member = participant.member(participant.handler());
    participant.ask("t", "1").await;
    participant.wait_until_done("t", &["1"]).await;
    member.stop().await;
    let seen = Seen::default();
    let noting = seen.clone();
    let handler = participant.handler();
    let member = participant.member(move |request| {
        noting.note(&request);
        handler(request)
    });
    participant.ask("t", "2").await;
    participant.wait_until_done("t", &["1", "2"]).await;
    assert_eq!(seen.of("t"), ["2"]);
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_come_and_go_lose_and_reorder_nothing() {
    let participant = Participant::begin(6).await;
    let first = participant.member(participant.handler());
    let ask_all = async |from: usize| {
        for what in from..from + 5 {
            join_all((0..12).map(async |task| participant.ask(&format!("t-{task}"), &what.to_string()).await)).await;
        }
    };
    ask_all(0).await;
    let second = participant.member(participant.handler());
    ask_all(5).await;
    wait_until(PATIENCE, LOOK, async || second.service.ready().is_ok()).await.unwrap();
    ask_all(10).await;
    first.stop().await;
    ask_all(15).await;
    let third = participant.member(participant.handler());
    second.kill().await;
    let expected: Vec<_> = (0..20).map(|what| what.to_string()).collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    for task in 0..12 {
        participant.wait_until_done(&format!("t-{task}"), &expected).await;
    }
    third.stop().await;
}
