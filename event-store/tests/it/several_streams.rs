//! Appends over several streams: all or nothing in every one of them, whoever else appends.

use event_store::{AppendError, Claim, Sequencer, Store, StoreOptions};
use futures::future::join_all;
use service_kit::poll::wait_until;
use tokio_util::sync::CancellationToken;

use crate::support::{
    LOOK, PATIENCE, answering, append_to, append_to_all, database, deadlocks, new_id, open, versions,
};

fn ids<const N: usize>() -> [String; N] {
    std::array::from_fn(|_| new_id())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stream_gets_its_events() {
    let database = database().await;
    let store = open(&database).await;
    let [a, b, c] = ids();
    store.append(append_to_all(&[(&c, 0, 2), (&a, 0, 1), (&b, 0, 3)])).await.unwrap();
    store.append(append_to_all(&[(&b, 3, 1), (&c, 2, 1)])).await.unwrap();
    let stored = [versions(&store, &a).await, versions(&store, &b).await, versions(&store, &c).await];
    assert_eq!(stored, [vec![1], vec![1, 2, 3, 4], vec![1, 2, 3]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loser_in_one_of_three_streams_stores_nothing_in_any_and_fails_alone() {
    let database = database().await;
    let store = open(&database).await;
    let [a, contested, c] = ids();
    open(&database).await.append(append_to(&contested, 0, 1)).await.unwrap();
    let neighbours: Vec<_> = (0..40).map(|_| new_id()).collect();
    let mut loser = answering(append_to_all(&[(&a, 0, 1), (&contested, 0, 2), (&c, 0, 1)]), "loser", None);
    loser.others[1].claims.push(Claim { scope: "number".to_owned(), value: "7".to_owned() });
    // A batch that mixes appends to one and to several streams.
    let mixed = neighbours.chunks(2).enumerate().map(|(index, pair)| match index % 2 {
        0 => append_to_all(&[(&pair[0], 0, 1), (&pair[1], 0, 1)]),
        _ => append_to(&pair[0], 0, 1),
    });
    let (lost, won) = tokio::join!(store.append(loser), join_all(mixed.map(|append| store.append(append))));
    let Err(AppendError::Conflict { stream, .. }) = lost else { panic!("{lost:?}") };
    assert_eq!(&*stream.id, &*contested, "the error names the stream that has moved on");
    assert!(won.iter().all(Result::is_ok), "{won:?}");
    assert_eq!([versions(&store, &a).await, versions(&store, &c).await], [vec![0; 0], vec![]]);
    assert_eq!(versions(&store, &contested).await, [1]);
    assert_eq!(store.stored_answer("test", "loser").await.unwrap(), None);
    let claim = Claim { scope: "number".to_owned(), value: "7".to_owned() };
    assert_eq!(store.claim_holder(&claim).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_appends_that_overlap_in_opposite_order_one_wins_both_streams() {
    let database = database().await;
    // Without a limit on waiting for locks a circle would be a deadlock, which Postgres counts.
    let options = StoreOptions { lock_timeout_ms: 0, ..StoreOptions::default() };
    let stores = [
        Store::open(database.url(), options.clone()).await.unwrap(),
        Store::open(database.url(), options).await.unwrap(),
    ];
    for _ in 0..100 {
        let [a, b] = ids();
        let forwards = append_to_all(&[(&a, 0, 1), (&b, 0, 1)]);
        let backwards = append_to_all(&[(&b, 0, 1), (&a, 0, 1)]);
        let (one, other) = tokio::join!(stores[0].append(forwards), stores[1].append(backwards));
        let won = [&one, &other].iter().filter(|result| result.is_ok()).count();
        let lost = [&one, &other].iter().filter(|result| matches!(result, Err(AppendError::Conflict { .. }))).count();
        assert_eq!((won, lost), (1, 1), "{one:?} {other:?}");
        assert_eq!([versions(&stores[0], &a).await, versions(&stores[0], &b).await], [[1], [1]]);
    }
    assert_eq!(deadlocks(&database).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_of_different_shards_are_appended_together_and_get_positions_in_their_shards() {
    let database = database().await;
    event_store::set_shards(database.url(), 4).await.unwrap();
    let store = open(&database).await;
    let ids: Vec<_> = (0..40).map(|_| new_id()).collect();
    let streams: Vec<_> = ids.iter().map(|id| (&**id, 0, 2)).collect();
    store.append(append_to_all(&streams)).await.unwrap();
    let stop = CancellationToken::new();
    for shard in 0..4 {
        let (sequencer, _head) = Sequencer::new(store.clone(), database.url().clone(), shard);
        tokio::spawn(sequencer.run(stop.clone()));
    }
    wait_until(PATIENCE, LOOK, async || store.unsequenced().await.unwrap() == 0).await.unwrap();
    stop.cancel();
    let mut read = 0;
    let mut filled = 0;
    for shard in 0..4 {
        let page = store.read_log(shard, 0, 1_000).await.unwrap();
        filled += usize::from(!page.rows.is_empty());
        read += page.rows.len();
    }
    assert_eq!((read, filled), (80, 4), "forty streams lie in all four shards");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_streams_of_an_append_in_the_order_of_decision() {
    let database = database().await;
    let store = open(&database).await;
    let ids = ["z", "a", "m"];
    store.append(append_to_all(&[(ids[0], 0, 2), (ids[1], 0, 1), (ids[2], 0, 1)])).await.unwrap();
    let stop = CancellationToken::new();
    let (sequencer, mut head) = Sequencer::new(store.clone(), database.url().clone(), 0);
    tokio::spawn(sequencer.run(stop.clone()));
    head.wait_for(|head| *head == 4).await.unwrap();
    stop.cancel();
    let page = store.read_log(0, 0, 10).await.unwrap();
    let order: Vec<_> = page.rows.iter().map(|(_, row)| &*row.stream.id).collect();
    assert_eq!(order, ["z", "z", "a", "m"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_killed_in_the_middle_leave_all_or_nothing_and_every_outcome_is_found_out() {
    let database = database().await;
    let store = open(&database).await;
    let client = database.client().await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'event-store-appender' AND datname = current_database()";
    let mut appended = Vec::new();
    for _ in 0..10 {
        let streams: Vec<[String; 3]> = (0..20).map(|_| ids()).collect();
        let appends = streams.iter().map(|[a, b, c]| store.append(append_to_all(&[(a, 0, 1), (b, 0, 2), (c, 0, 1)])));
        let (results, _) = tokio::join!(join_all(appends), async { client.query(kill, &[]).await.unwrap() });
        appended.extend(streams.into_iter().zip(results));
    }
    for ([a, b, c], result) in appended {
        let stored = [versions(&store, &a).await, versions(&store, &b).await, versions(&store, &c).await];
        match result {
            Ok(()) => assert_eq!(stored, [vec![1], vec![1, 2], vec![1]]),
            Err(error) => assert!(stored.iter().all(Vec::is_empty), "{error}: {stored:?}"),
        }
    }
}
