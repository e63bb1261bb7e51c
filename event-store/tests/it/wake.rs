//! Hints of appends to the sequencers of other processes, and to whoever waits for an append to a stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use event_store::{Sequencer, StreamId};
use service_kit::poll::wait_until;
use service_kit::postgres::{ConnectOptions, connect_listening};
use service_kit::testing::TestDatabase;
use tokio::time::timeout;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::support::{LOOK, PATIENCE, append_to, append_to_all, database, new_id, open};

/// Listens as a sequencer of another process does.
async fn listener(database: &TestDatabase) -> (Client, Arc<AtomicU32>) {
    let heard = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&heard);
    let count = move || {
        counted.fetch_add(1, Ordering::Relaxed);
    };
    let client = connect_listening(database.url(), &ConnectOptions::named("test-listener"), count).await.unwrap();
    client.batch_execute("LISTEN event_log_appended").await.unwrap();
    (client, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_sends_a_hint_while_no_sequencer_of_its_process_is_at_work_also_after_a_lost_connection() {
    let database = database().await;
    let store = open(&database).await;
    let (client, heard) = listener(&database).await;
    let stop = CancellationToken::new();
    let announcing = tokio::spawn(store.clone().announce_appends(database.url().clone(), stop.clone()));
    let hinted_beyond = async |count: u32| {
        wait_until(PATIENCE, LOOK, async || {
            store.append(append_to(&new_id(), 0, 1)).await.unwrap();
            heard.load(Ordering::Relaxed) > count
        })
        .await
        .unwrap();
    };
    hinted_beyond(0).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'append-hints'
               AND datname = current_database()";
    client.batch_execute(end).await.unwrap();
    hinted_beyond(heard.load(Ordering::Relaxed)).await;
    stop.cancel();
    announcing.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shard_s_sequencer_is_woken_by_an_append_of_its_process() {
    let database = database().await;
    event_store::set_shards(database.url(), 4).await.unwrap();
    let store = open(&database).await;
    let stop = CancellationToken::new();
    for shard in 0..4 {
        let (sequencer, _head) = Sequencer::new(store.clone(), database.url().clone(), shard);
        tokio::spawn(sequencer.run(stop.clone()));
    }
    for _ in 0..40 {
        store.append(append_to(&new_id(), 0, 1)).await.unwrap();
        wait_until(PATIENCE, LOOK, async || store.unsequenced().await.unwrap() == 0).await.unwrap();
    }
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_wakes_all_who_wait_for_one_of_its_streams_since_before_it() {
    let database = database().await;
    let store = open(&database).await;
    let (first, second) = (new_id(), new_id());
    let stream = StreamId::new("note", &second);
    let (one, other) = (store.appended_to(&stream), store.appended_to(&stream));
    store.append(append_to_all(&[(&first, 0, 1), (&second, 0, 1)])).await.unwrap();
    let after = store.appended_to(&stream);
    timeout(PATIENCE, one).await.unwrap();
    timeout(PATIENCE, other).await.unwrap();
    assert!(futures::poll!(std::pin::pin!(after)).is_pending(), "nothing was appended since");
    let refused = store.appended_to(&stream);
    store.append(append_to(&second, 0, 1)).await.unwrap_err();
    assert!(futures::poll!(std::pin::pin!(refused)).is_pending(), "nothing was stored");
}
