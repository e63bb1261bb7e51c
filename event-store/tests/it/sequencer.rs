//! Positions: contiguous, in stream order, after commit.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime};

use event_store::{ReadError, Sequencer, Store};
use futures::future::join_all;
use service_kit::clock::Stopwatch;
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::support::{LOOK, PATIENCE, append_to, database, new_id, open};

const INSERT: &str = "INSERT INTO events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    VALUES ('note', $1, $2, 'Noted', '1.0', '{}', '{}')";

/// Runs a sequencer until the token is cancelled.
fn start(store: &Store, database: &TestDatabase) -> CancellationToken {
    let stop = CancellationToken::new();
    let (sequencer, _head) = Sequencer::new(store.clone(), database.url().clone(), 0);
    tokio::spawn(sequencer.run(stop.clone()));
    stop
}

async fn sequenced(store: &Store, count: i64) {
    wait_until(PATIENCE, LOOK, async || store.head(0).await.unwrap() >= count).await.unwrap();
    assert_eq!(store.unsequenced().await.unwrap(), 0);
}

/// A transaction that has stored the first event of a stream and stays open.
async fn uncommitted(database: &TestDatabase) -> (Client, String) {
    let client = database.client().await;
    let id = new_id();
    client.batch_execute("BEGIN").await.unwrap();
    client.execute(INSERT, &[&id, &1_i64]).await.unwrap();
    (client, id)
}

/// Reads the whole log and checks that positions are contiguous and every stream is in version order.
async fn read_all(store: &Store) -> Vec<String> {
    let mut after = 0;
    let mut streams = HashMap::new();
    let mut order = Vec::new();
    loop {
        let page = store.read_log(0, after, 97).await.unwrap();
        if page.rows.is_empty() {
            return order;
        }
        for (position, row) in &page.rows {
            after += 1;
            assert_eq!(position.position, after, "positions are contiguous");
            let last = streams.entry(row.stream.id.to_string()).or_insert(0);
            assert_eq!(row.version, *last + 1, "a stream is in version order");
            *last = row.version;
            order.push(row.stream.id.to_string());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_are_contiguous_and_in_stream_order_with_two_sequencers() {
    let database = database().await;
    let store = open(&database).await;
    let other = open(&database).await;
    let stops = [start(&store, &database), start(&other, &database)];
    let ids: Vec<_> = (0..40).map(|_| new_id()).collect();
    join_all(ids.iter().enumerate().map(|(index, id)| {
        let store = if index % 2 == 0 { &store } else { &other };
        async move {
            for step in 0..10 {
                store.append(append_to(id, step * 3, 3)).await.unwrap();
            }
        }
    }))
    .await;
    sequenced(&store, 1_200).await;
    assert_eq!(read_all(&store).await.len(), 1_200);
    stops.iter().for_each(CancellationToken::cancel);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_transaction_stalls_nobody_and_is_not_lost() {
    let database = database().await;
    let store = open(&database).await;
    let stop = start(&store, &database);
    let (slow, slow_id) = uncommitted(&database).await;
    for _ in 0..20 {
        store.append(append_to(&new_id(), 0, 1)).await.unwrap();
    }
    sequenced(&store, 20).await;
    slow.batch_execute("COMMIT").await.unwrap();
    sequenced(&store, 21).await;
    assert_eq!(read_all(&store).await.last(), Some(&slow_id));
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_sequencer_looks_for_rows_without_locking() {
    // Locking a row writes to the server's log, which it then has to bring to the disk.
    const LOOKS: usize = 6;
    let database = database().await;
    let store = open(&database).await;
    let stop = start(&store, &database);
    store.append(append_to(&new_id(), 0, 1)).await.unwrap();
    sequenced(&store, 1).await;
    let client = database.client().await;
    let look = "SELECT query_start, (SELECT xmax::text FROM log_head WHERE shard = 0) FROM pg_stat_activity
                WHERE application_name = 'sequencer' AND datname = current_database()";
    // The looks since the row was locked last.
    let mut looks: HashSet<SystemTime> = HashSet::new();
    let mut locked_by = String::new();
    wait_until(PATIENCE, LOOK, async || {
        let row = client.query_one(look, &[]).await.unwrap();
        let locker: String = row.get(1);
        if locker != locked_by {
            looks.clear();
            locked_by = locker;
        }
        looks.insert(row.get(0));
        looks.len() >= LOOKS
    })
    .await
    .unwrap();
    let (writer, _id) = uncommitted(&database).await;
    writer.batch_execute("COMMIT").await.unwrap();
    sequenced(&store, 2).await;
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_commits_long_after_its_neighbours_is_not_lost() {
    // Several times as long as a sequencer takes to look how much of the queue is behind it.
    const OPEN: Duration = Duration::from_secs(3);
    let database = database().await;
    let store = open(&database).await;
    let stop = start(&store, &database);
    let (slow, slow_id) = uncommitted(&database).await;
    let since = Stopwatch::start();
    let mut quick = 0;
    while since.elapsed() < OPEN {
        store.append(append_to(&new_id(), 0, 1)).await.unwrap();
        quick += 1;
        sequenced(&store, quick).await;
    }
    slow.batch_execute("COMMIT").await.unwrap();
    sequenced(&store, quick + 1).await;
    assert_eq!(read_all(&store).await.last(), Some(&slow_id));
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_rows_that_somebody_keeps_in_the_queue_are_not_looked_at_again() {
    // Dead rows and calls; few of the one for each of the other.
    const STATEMENTS: i64 = 2_000;
    const CALLS: i64 = 20;
    let database = database().await;
    let store = open(&database).await;
    let stop = start(&store, &database);
    let holder = database.client().await;
    holder.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM leases").await.unwrap();
    for _ in 0..STATEMENTS {
        store.append(append_to(&new_id(), 0, 1)).await.unwrap();
    }
    sequenced(&store, STATEMENTS).await;
    let client = database.client().await;
    let looks = async || {
        let statement =
            "SELECT idx_scan, idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'unsequenced_pkey'";
        let row = client.query_one(statement, &[]).await.unwrap();
        (row.get::<_, i64>(0), row.get::<_, i64>(1))
    };
    let (mut scans, mut rows) = looks().await;
    // Without appends a sequencer looks every half second.
    let at_rest = wait_until(3 * PATIENCE, LOOK, async || {
        let now = looks().await;
        if now.0 - scans < CALLS {
            return false;
        }
        let few = now.1 - rows < CALLS;
        (scans, rows) = now;
        few
    });
    at_rest.await.unwrap();
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn rolled_back_appends_leave_no_hole() {
    let database = database().await;
    let store = open(&database).await;
    let stop = start(&store, &database);
    let client = database.client().await;
    client
        .batch_execute(
            "DO $$ BEGIN FOR n IN 1..10000 LOOP
                BEGIN
                    INSERT INTO events
                        (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
                        VALUES ('note', 'rolled-back-' || n, 1, 'Noted', '1.0', '{}', '{}');
                    RAISE EXCEPTION 'rolled back';
                EXCEPTION WHEN raise_exception THEN NULL;
                END;
            END LOOP; END $$",
        )
        .await
        .unwrap();
    for _ in 0..10 {
        store.append(append_to(&new_id(), 0, 1)).await.unwrap();
    }
    sequenced(&store, 10).await;
    assert_eq!(read_all(&store).await.len(), 10);
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_without_its_event_is_an_error_that_names_it() {
    let database = database().await;
    let store = open(&database).await;
    let stop = start(&store, &database);
    let ids: Vec<_> = (0..5).map(|_| new_id()).collect();
    for id in &ids {
        store.append(append_to(id, 0, 1)).await.unwrap();
    }
    sequenced(&store, 5).await;
    database.client().await.execute("DELETE FROM events WHERE aggregate_id = $1", &[&ids[2]]).await.unwrap();
    let error = store.read_log(0, 0, 100).await.unwrap_err();
    assert!(matches!(error, ReadError::Hole(position) if position.position == 3), "{error}");
    stop.cancel();
}
