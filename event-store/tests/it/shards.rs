//! A log of several shards: each stream in one of them, each with positions of its own.

use std::collections::HashMap;

use event_store::{Sequencer, SetShardsError, Store, set_shards};
use futures::future::join_all;
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::support::{LOOK, PATIENCE, append_to, database, new_id, open};

const SHARDS: i16 = 3;
const INSERT: &str = "INSERT INTO events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    VALUES ('note', $1, $2, 'Noted', '1.0', '{}', '{}')";

/// Gives positions in every shard until cancelled.
fn sequence(store: &Store, database: &TestDatabase, stop: &CancellationToken) {
    for shard in 0..SHARDS {
        let (sequencer, _head) = Sequencer::new(store.clone(), database.url().clone(), shard);
        tokio::spawn(sequencer.run(stop.clone()));
    }
}

/// The versions of each stream in the order of a shard's positions, which must be contiguous.
async fn streams_of(store: &Store, shard: i16) -> HashMap<String, Vec<i64>> {
    let mut after = 0;
    let mut streams = HashMap::new();
    loop {
        let page = store.read_log(shard, after, 50).await.unwrap();
        if page.rows.is_empty() {
            assert_eq!(after, store.head(shard).await.unwrap());
            return streams;
        }
        for (position, row) in page.rows {
            after += 1;
            assert_eq!((position.shard, position.position), (shard, after));
            streams.entry(row.stream.id.to_string()).or_insert_with(Vec::new).push(row.version);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_stream_is_whole_and_in_order_in_one_shard() {
    let database = database().await;
    // A process from before the choice writes too, and a program that knows nothing of shards.
    let before = open(&database).await;
    assert!(set_shards(database.url(), SHARDS).await.unwrap());
    assert!(!set_shards(database.url(), SHARDS).await.unwrap());
    let after = open(&database).await;
    assert_eq!(after.identity().shards, SHARDS);
    let stop = CancellationToken::new();
    sequence(&before, &database, &stop);
    sequence(&after, &database, &stop);
    let foreign = database.client().await;
    let ids: Vec<_> = (0..60).map(|_| new_id()).collect();
    join_all(ids.iter().map(|id| async {
        before.append(append_to(id, 0, 2)).await.unwrap();
        after.append(append_to(id, 2, 2)).await.unwrap();
        foreign.execute(INSERT, &[id, &5_i64]).await.unwrap();
        before.append(append_to(id, 5, 1)).await.unwrap();
    }))
    .await;
    wait_until(PATIENCE, LOOK, async || after.unsequenced().await.unwrap() == 0).await.unwrap();
    stop.cancel();
    let mut whole = 0;
    for shard in 0..SHARDS {
        let streams = streams_of(&after, shard).await;
        assert!(!streams.is_empty(), "shard {shard} has streams");
        assert!(streams.values().all(|versions| *versions == [1, 2, 3, 4, 5, 6]), "{streams:?}");
        whole += streams.len();
    }
    assert_eq!(whole, ids.len(), "no stream is in two shards");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_shards_is_fixed_from_the_first_event_on() {
    let database = database().await;
    for wanted in [0, -1, 17] {
        let refused = set_shards(database.url(), wanted).await;
        assert!(matches!(refused, Err(SetShardsError::Impossible { .. })), "{refused:?}");
    }
    assert!(set_shards(database.url(), 5).await.unwrap());
    assert!(set_shards(database.url(), 2).await.unwrap(), "an empty log may have fewer again");
    let store = open(&database).await;
    store.append(append_to(&new_id(), 0, 1)).await.unwrap();
    let refused = set_shards(database.url(), 3).await.unwrap_err();
    assert!(matches!(refused, SetShardsError::Fixed { found: 2, wanted: 3, .. }), "{refused}");
    assert!(refused.to_string().contains("make a new database"), "{refused}");
    assert!(!set_shards(database.url(), 2).await.unwrap());
    assert_eq!(open(&database).await.identity().shards, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_choice_waits_for_appends_under_way() {
    let database = database().await;
    let writer = database.client().await;
    writer.batch_execute("BEGIN").await.unwrap();
    writer.execute(INSERT, &[&new_id(), &1_i64]).await.unwrap();
    let choosing = tokio::spawn({
        let url = database.url().clone();
        async move { set_shards(&url, SHARDS).await }
    });
    let watcher = database.client().await;
    let waiting = "SELECT 1 FROM pg_stat_activity
                   WHERE application_name = 'set-shards' AND datname = current_database() AND wait_event_type = 'Lock'";
    wait_until(PATIENCE, LOOK, async || !watcher.query(waiting, &[]).await.unwrap().is_empty()).await.unwrap();
    writer.batch_execute("COMMIT").await.unwrap();
    let refused = choosing.await.unwrap();
    assert!(matches!(refused, Err(SetShardsError::Fixed { found: 1, .. })), "{refused:?}");
}
