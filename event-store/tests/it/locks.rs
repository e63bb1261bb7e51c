//! Locks that somebody else holds, and a queue that does not grow while they do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use event_store::{AppendError, Sequencer, Store, StoreOptions};
use futures::future::join_all;
use service_kit::clock::Stopwatch;
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::support::{LOOK, PATIENCE, append_to, database, event, new_id, open, versions};

/// A transaction left open behind a statement.
async fn holding(database: &TestDatabase, statement: &str) -> tokio_postgres::Client {
    let client = database.client().await;
    client.batch_execute(&format!("BEGIN; {statement}")).await.unwrap();
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_on_the_head_stalls_positions_alone() {
    let database = database().await;
    let store = open(&database).await;
    let stop = CancellationToken::new();
    let (sequencer, mut head) = Sequencer::new(store.clone(), database.url().clone(), 0);
    tokio::spawn(sequencer.run(stop.clone()));
    store.append(append_to(&new_id(), 0, 3)).await.unwrap();
    head.wait_for(|head| *head == 3).await.unwrap();
    let holder = holding(&database, "SELECT FROM log_head FOR UPDATE").await;
    for _ in 0..50 {
        store.append(append_to(&new_id(), 0, 2)).await.unwrap();
    }
    assert_eq!((store.head(0).await.unwrap(), store.unsequenced().await.unwrap()), (3, 100));
    holder.batch_execute("ROLLBACK").await.unwrap();
    head.wait_for(|head| *head == 103).await.unwrap();
    assert_eq!(store.read_log(0, 0, 1_000).await.unwrap().rows.len(), 103);
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_table_refuses_in_time_and_loses_nothing() {
    let database = database().await;
    let options = StoreOptions { isolated_lock_timeout_ms: 200, ..StoreOptions::default() };
    let store = Store::open(database.url(), options).await.unwrap();
    let holder = holding(&database, "LOCK TABLE events IN EXCLUSIVE MODE").await;
    let ids: Vec<_> = (0..40).map(|_| new_id()).collect();
    let refused = join_all(ids.iter().map(|id| store.append(append_to(id, 0, 2)))).await;
    let locked = |result: &Result<(), AppendError>| matches!(result, Err(AppendError::Locked { .. }));
    assert!(refused.iter().all(locked), "{refused:?}");
    holder.batch_execute("ROLLBACK").await.unwrap();
    let stored = join_all(ids.iter().map(|id| store.append(append_to(id, 0, 2)))).await;
    assert!(stored.iter().all(Result::is_ok), "nothing of what was refused is there: {stored:?}");
    for id in &ids {
        assert_eq!(versions(&store, id).await, [1, 2]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_locked_for_a_moment_refuses_nobody() {
    let database = database().await;
    let store = open(&database).await;
    let holder = holding(&database, "LOCK TABLE events IN EXCLUSIVE MODE").await;
    let ids: Vec<_> = (0..40).map(|_| new_id()).collect();
    let appends = join_all(ids.iter().map(|id| store.append(append_to(id, 0, 1))));
    let released = async {
        // As many wait for the lock as there are connections for isolated appends, so the others wait for one of those.
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'events'::regclass";
        let crowded = async || {
            let count: i64 = holder.query_one(waiting, &[]).await.unwrap().get(0);
            usize::try_from(count).unwrap() >= StoreOptions::default().isolated_appends_max
        };
        wait_until(PATIENCE, LOOK, crowded).await.unwrap();
        holder.batch_execute("ROLLBACK").await.unwrap();
    };
    let (stored, ()) = tokio::join!(appends, released);
    assert!(stored.iter().all(Result::is_ok), "{stored:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_locked_for_long_stalls_nobody_else() {
    /// How often each of those that want the row is refused before it is free.
    const REFUSALS: usize = 2;
    // More than a locked batch costs its neighbours, less than a locked command waits.
    const NEIGHBOUR_MAX: Duration = Duration::from_secs(2);
    let database = database().await;
    let store = open(&database).await;
    let locked = new_id();
    let insert = format!(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         VALUES ('note', '{locked}', 1, 'Noted', '1.0', '{{}}', '{{}}')"
    );
    let holder = holding(&database, &insert).await;
    let refusals = [AtomicUsize::new(0), AtomicUsize::new(0)];
    // Two clients want the locked stream all the time, others want streams of their own.
    let wanting = async |refused: &AtomicUsize| {
        loop {
            match store.append(append_to(&locked, 0, 1)).await {
                Err(AppendError::Locked { .. }) => _ = refused.fetch_add(1, Ordering::Relaxed),
                result => return result,
            }
        }
    };
    let neighbours = async {
        let mut slowest = Duration::ZERO;
        let mut stored = 0;
        while refusals.iter().any(|refused| refused.load(Ordering::Relaxed) < REFUSALS) {
            let began = Stopwatch::start();
            let ids: Vec<_> = (0..8).map(|_| new_id()).collect();
            let results = join_all(ids.iter().map(|id| store.append(append_to(id, 0, 1)))).await;
            assert!(results.iter().all(Result::is_ok), "{results:?}");
            (slowest, stored) = (slowest.max(began.elapsed()), stored + ids.len());
        }
        holder.batch_execute("ROLLBACK").await.unwrap();
        (slowest, stored)
    };
    let (one, other, (slowest, stored)) = tokio::join!(wanting(&refusals[0]), wanting(&refusals[1]), neighbours);
    assert!(slowest < NEIGHBOUR_MAX && stored > 0, "one of {stored} appends took {slowest:?}");
    let stored = [&one, &other].into_iter().filter(|result| result.is_ok()).count();
    assert_eq!(stored, 1, "when the lock is gone one of them stores, the other one conflicts: {one:?} {other:?}");
    assert_eq!(versions(&store, &locked).await, [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_lock_is_bounded_by_its_bytes() {
    const KB_MAX: usize = 256;
    const EVENT_KB: usize = 32;
    let database = database().await;
    let options = StoreOptions { queue_bytes_max: KB_MAX << 10, lock_timeout_ms: 0, ..StoreOptions::default() };
    let store = Store::open(database.url(), options).await.unwrap();
    let holder = holding(&database, "LOCK TABLE events IN EXCLUSIVE MODE").await;
    let ids: Vec<_> = (0..100).map(|_| new_id()).collect();
    let appends = ids.iter().map(|id| {
        let mut append = append_to(id, 0, 1);
        append.first.events = vec![event(&format!("\"{}\"", "x".repeat(EVENT_KB << 10)))];
        tokio::spawn({
            let store = store.clone();
            async move { store.append(append).await }
        })
    });
    let appends: Vec<_> = appends.collect();
    // While the table is locked, those that fit wait and all others have been refused at once.
    let waiting = || appends.iter().filter(|append| !append.is_finished()).count();
    wait_until(PATIENCE, LOOK, async || waiting() <= KB_MAX / EVENT_KB).await.unwrap();
    holder.batch_execute("ROLLBACK").await.unwrap();
    let mut stored = 0;
    for (id, append) in ids.iter().zip(appends) {
        match append.await.unwrap() {
            Ok(()) => stored += versions(&store, id).await.len(),
            Err(error) => assert!(matches!(error, AppendError::Overloaded), "{error}"),
        }
    }
    assert!((1..=KB_MAX / EVENT_KB).contains(&stored), "{stored} of at most {}", KB_MAX / EVENT_KB);
}
