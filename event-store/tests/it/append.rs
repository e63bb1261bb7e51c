//! All or nothing for each command, whatever its neighbours in the batch do.

use event_store::{AppendError, Store, StoreOptions, StreamId};
use futures::FutureExt;
use futures::future::join_all;

use crate::support::{answering, append_to, claiming, database, event, new_id, open, versions};

#[tokio::test(flavor = "multi_thread")]
async fn stores_events_with_contiguous_versions() {
    let database = database().await;
    let store = open(&database).await;
    let id = new_id();
    store.append(append_to(&id, 0, 3)).await.unwrap();
    store.append(append_to(&id, 3, 2)).await.unwrap();
    assert_eq!(versions(&store, &id).await, [1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loser_of_several_events_loses_all_and_alone() {
    let database = database().await;
    let store = open(&database).await;
    let rival = open(&database).await;
    let contested = new_id();
    rival.append(claiming(append_to(&contested, 0, 1), "rival")).await.unwrap();
    let others: Vec<_> = (0..40).map(|_| new_id()).collect();
    // Decided on version 0 with events 1, 2 and 3: version 1 is taken, 2 and 3 are free.
    let loser = store.append(answering(claiming(append_to(&contested, 0, 3), "loser"), "loser", None));
    let (lost, won) = tokio::join!(loser, join_all(others.iter().map(|id| store.append(append_to(id, 0, 2)))));
    assert!(matches!(lost, Err(AppendError::Conflict { .. })), "{lost:?}");
    assert!(won.iter().all(Result::is_ok), "{won:?}");
    assert_eq!(versions(&store, &contested).await, [1]);
    for id in &others {
        assert_eq!(versions(&store, id).await, [1, 2]);
    }
    // Neither the loser's answer nor its claim stayed.
    assert_eq!(store.stored_answer("test", "loser").await.unwrap(), None);
    store.append(claiming(append_to(&new_id(), 0, 1), "loser")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_on_one_stream_leave_no_gap_and_no_double() {
    let database = database().await;
    let first = open(&database).await;
    let second = open(&database).await;
    let id = new_id();
    let write = async |store: &Store| {
        let mut stored = 0;
        while stored < 30 {
            let version = versions(store, &id).await.len();
            match store.append(append_to(&id, i64::try_from(version).unwrap(), 2)).await {
                Ok(()) => stored += 1,
                Err(AppendError::Conflict { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::join!(write(&first), write(&second));
    assert_eq!(versions(&first, &id).await, (1..=120).collect::<Vec<_>>());
}

/// In one thread, so that the connection's task cannot answer before the command is given up.
#[tokio::test]
async fn a_lone_command_that_is_given_up_is_stored_whole_and_holds_nobody_up() {
    let database = database().await;
    let options = StoreOptions { writers: 1, ..StoreOptions::default() };
    let store = Store::open(database.url(), options).await.unwrap();
    // The first goes through the writer, which opens the connection; the next is alone.
    store.append(append_to(&new_id(), 0, 1)).await.unwrap();
    let given_up = new_id();
    assert!(store.append(append_to(&given_up, 0, 3)).now_or_never().is_none());
    // Behind it on the same connection.
    store.append(append_to(&new_id(), 0, 1)).await.unwrap();
    assert_eq!(versions(&store, &given_up).await, [1, 2, 3]);
    store.append(append_to(&given_up, 3, 1)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_command_fails_alone() {
    let database = database().await;
    let store = open(&database).await;
    let mut with_nul = append_to("with\0nul", 0, 1);
    let mut no_json = append_to(&new_id(), 0, 2);
    no_json.first.events[1] = event("{");
    with_nul.first.stream = StreamId::new("note", "with\0nul");
    let others: Vec<_> = (0..40).map(|_| new_id()).collect();
    let (nul, json, good) = tokio::join!(
        store.append(with_nul),
        store.append(no_json.clone()),
        join_all(others.iter().map(|id| store.append(append_to(id, 0, 1))))
    );
    assert!(matches!(nul, Err(AppendError::Invalid { .. })), "{nul:?}");
    assert!(matches!(json, Err(AppendError::Invalid { .. })), "{json:?}");
    assert!(good.iter().all(Result::is_ok), "{good:?}");
    assert!(versions(&store, &no_json.first.stream.id).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_answered_once_in_two_processes() {
    let database = database().await;
    let first = open(&database).await;
    let second = open(&database).await;
    let one = new_id();
    let other = new_id();
    let (a, b) = tokio::join!(
        first.append(answering(append_to(&one, 0, 1), "k", None)),
        second.append(answering(append_to(&other, 0, 1), "k", None))
    );
    let losers = [&a, &b].into_iter().filter(|result| matches!(result, Err(AppendError::AnswerExists))).count();
    assert_eq!((losers, [a, b].iter().filter(|result| result.is_ok()).count()), (1, 1));
    assert_eq!(versions(&first, &one).await.len() + versions(&first, &other).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_answer_makes_room_for_a_new_one() {
    let database = database().await;
    let store = open(&database).await;
    store.append(answering(append_to(&new_id(), 0, 0), "k", Some(0.0))).await.unwrap();
    assert_eq!(store.stored_answer("test", "k").await.unwrap(), None);
    store.append(answering(append_to(&new_id(), 0, 0), "other", Some(0.0))).await.unwrap();
    store.append(answering(append_to(&new_id(), 0, 1), "k", None)).await.unwrap();
    assert_eq!(store.purge_round().await.unwrap(), 1, "what expired is dropped, what is kept stays");
    assert!(store.stored_answer("test", "k").await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_granted_once() {
    let database = database().await;
    let store = open(&database).await;
    let results = join_all((0..20).map(|_| store.append(claiming(append_to(&new_id(), 0, 1), "7")))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let refused = results.iter().filter(|result| matches!(result, Err(AppendError::ClaimTaken { .. }))).count();
    assert_eq!(refused, 19);
}
