//! Locks, full queues and lost connections.

use std::time::Duration;

use event_store::{AppendError, Store, StoreOptions};
use futures::future::join_all;
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::support::{LOOK, PATIENCE, append_to, database, new_id, open, versions};

/// Begins, in a transaction left open, the very row that an append will want.
async fn hold_row(database: &TestDatabase, id: &str) -> tokio_postgres::Client {
    let client = database.client().await;
    client.batch_execute("BEGIN").await.unwrap();
    client
        .execute(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
             VALUES ('note', $1, 1, 'Noted', '1.0', '{}', '{}')",
            &[&id],
        )
        .await
        .unwrap();
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_row_stalls_no_other_command() {
    let database = database().await;
    let store = open(&database).await;
    let locked = new_id();
    let holder = hold_row(&database, &locked).await;
    let waiting = tokio::spawn({
        let (store, append) = (store.clone(), append_to(&locked, 0, 2));
        async move { store.append(append).await }
    });
    let others: Vec<_> = (0..30).map(|_| new_id()).collect();
    let results = join_all(others.iter().map(|id| store.append(append_to(id, 0, 1)))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert!(!waiting.is_finished(), "the locked command waits alone");
    holder.batch_execute("ROLLBACK").await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(versions(&store, &locked).await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_stays_locked_is_refused_as_locked() {
    let database = database().await;
    let options = StoreOptions { suspect_lock_timeout_ms: 100, ..StoreOptions::default() };
    let store = Store::open(database.url(), options).await.unwrap();
    let locked = new_id();
    let holder = hold_row(&database, &locked).await;
    let result = store.append(append_to(&locked, 0, 1)).await;
    assert!(matches!(result, Err(AppendError::Locked { .. })), "{result:?}");
    holder.batch_execute("COMMIT").await.unwrap();
    let result = store.append(append_to(&locked, 0, 1)).await;
    assert!(matches!(result, Err(AppendError::Conflict { .. })), "{result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn overload_is_refused_and_what_was_taken_is_stored() {
    let database = database().await;
    let options = StoreOptions { queue_commands_max: 4, ..StoreOptions::default() };
    let store = Store::open(database.url(), options).await.unwrap();
    let ids: Vec<_> = (0..500).map(|_| new_id()).collect();
    let results = join_all(ids.iter().map(|id| store.append(append_to(id, 0, 1)))).await;
    assert!(results.iter().any(|result| matches!(result, Err(AppendError::Overloaded))));
    for (id, result) in ids.iter().zip(results) {
        assert_eq!(versions(&store, id).await.len(), usize::from(result.is_ok()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_backend_leaves_every_outcome_settled() {
    let database = database().await;
    let store = open(&database).await;
    let client = database.client().await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'event-store-appender' AND datname = current_database()";
    let done = CancellationToken::new();
    let killing = async {
        let mut killed = 0;
        let enough = wait_until(PATIENCE, LOOK, async || {
            killed += client.query(kill, &[]).await.unwrap().len();
            killed >= 20
        });
        enough.await.expect("the killer finds twenty backends");
        done.cancel();
    };
    let appending = async {
        let mut acknowledged = Vec::new();
        while !done.is_cancelled() {
            let ids: Vec<_> = (0..20).map(|_| new_id()).collect();
            let results = join_all(ids.iter().map(|id| store.append(append_to(id, 0, 2)))).await;
            for (id, result) in ids.into_iter().zip(results) {
                result.unwrap_or_else(|error| panic!("{id}: {error}"));
                acknowledged.push(id);
            }
        }
        acknowledged
    };
    let (acknowledged, ()) = tokio::join!(appending, killing);
    for id in acknowledged {
        assert_eq!(versions(&store, &id).await, [1, 2]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_unavailable_not_unknown() {
    let database = database().await;
    let options = StoreOptions { settle_ms_max: 200, ..StoreOptions::default() };
    let store = Store::open(database.url(), options).await.unwrap();
    store.append(append_to(&new_id(), 0, 1)).await.unwrap();
    // From another database, since a database cannot shut itself.
    let name = name_of(&database.client().await).await;
    let elsewhere = TestDatabase::create().await;
    let client = elsewhere.client().await;
    client.batch_execute(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).await.unwrap();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    client.query(kill, &[&name]).await.unwrap();
    // The first append may find its connection gone only after sending; from then on nothing is sent at all.
    let _first = store.append(append_to(&new_id(), 0, 1)).await;
    let result = tokio::time::timeout(Duration::from_secs(10), store.append(append_to(&new_id(), 0, 1))).await;
    assert!(matches!(result, Ok(Err(AppendError::Unavailable))), "{result:?}");
}

async fn name_of(client: &tokio_postgres::Client) -> String {
    client.query_one("SELECT current_database()::text", &[]).await.unwrap().get(0)
}
