//! Locks, full queues and lost connections.

use std::sync::Arc;

use domain::Decider;
use event_store::{AppendError, Expectation, Store, StoreOptions, UnitOutcome, Units};
use futures::future::join_all;
use service_kit::clock::SystemIds;
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::counter::{Counter, CounterCommand, TooFew, add_to_each, counters, run, total};
use crate::support::{LOOK, PATIENCE, append_to, database, new_id, open, versions};

async fn hold_row(database: &TestDatabase, id: &str) -> tokio_postgres::Client {
    hold_version(database, "note", id, 1).await
}

/// Begins, in a transaction left open, the very row that an append will want.
async fn hold_version(database: &TestDatabase, kind: &str, id: &str, version: i64) -> tokio_postgres::Client {
    let client = database.client().await;
    client.batch_execute("BEGIN").await.unwrap();
    client
        .execute(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
             VALUES ($1, $2, $3, 'Noted', '1.0', '{}', '{}')",
            &[&kind, &id, &version],
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
        let store = store.clone();
        let append = append_to(&locked, 0, 2);
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
async fn a_unit_waits_for_nobody_who_writes_what_it_only_reads() {
    let database = database().await;
    let units = Units::new(open(&database).await, Arc::new(SystemIds));
    let [stock, log] = [new_id(), new_id()];
    add_to_each(&units, &[&stock, &log], 0).await;
    let holder = hold_version(&database, Counter::KIND, &stock, 2).await;
    let waiting = tokio::spawn({
        let (units, stock) = (units.clone(), stock.clone());
        async move { add_to_each(&units, &[&stock], 1).await }
    });
    let client = database.client().await;
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waits = async || !client.query(waits, &[]).await.unwrap().is_empty();
    wait_until(PATIENCE, LOOK, waits).await.unwrap();
    let (members, both) = counters(&[&log, &stock], Expectation::Existing);
    let outcome = run::<TooFew>(&units, &members, |work| {
        if work.decide(both[1], CounterCommand::Add(-1)).is_err() {
            work.decide(both[0], CounterCommand::Add(1))?;
        }
        Ok(())
    });
    assert!(matches!(outcome.await, UnitOutcome::Done(_)));
    assert!(!waiting.is_finished(), "it waits for the row");
    holder.batch_execute("ROLLBACK").await.unwrap();
    waiting.await.unwrap();
    assert_eq!([total(&units, &stock).await, total(&units, &log).await], [1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_stays_locked_is_refused_as_locked() {
    let database = database().await;
    let options = StoreOptions { isolated_lock_timeout_ms: 100, ..StoreOptions::default() };
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
async fn a_deadlock_costs_no_command() {
    let database = database().await;
    // Without a lock timeout of its own the batch really deadlocks.
    let options = StoreOptions { lock_timeout_ms: 0, ..StoreOptions::default() };
    let store = Store::open(database.url(), options).await.unwrap();
    let prefix = new_id();
    let first = format!("{prefix}-a");
    let second = format!("{prefix}-b");
    let rival = hold_row(&database, &second).await;
    let appending = tokio::spawn({
        let store = store.clone();
        let first = append_to(&first, 0, 1);
        let second = append_to(&second, 0, 1);
        async move { tokio::join!(store.append(first), store.append(second)) }
    });
    let watcher = database.client().await;
    let waiting = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'event-store-appender'
                   AND datname = current_database() AND wait_event_type = 'Lock'";
    wait_until(PATIENCE, LOOK, async || !watcher.query(waiting, &[]).await.unwrap().is_empty()).await.unwrap();
    // The rival now wants what the batch has; one of the two is ended by Postgres.
    let insert = format!(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         VALUES ('note', '{first}', 1, 'Noted', '1.0', '{{}}', '{{}}')"
    );
    let _either = rival.batch_execute(&insert).await;
    let _gone = rival.batch_execute("ROLLBACK").await;
    let (one, other) = appending.await.unwrap();
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!((versions(&store, &first).await, versions(&store, &second).await), (vec![1], vec![1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_in_a_full_read_is_an_error_and_never_an_early_end() {
    let database = database().await;
    let store = open(&database).await;
    let ids: Vec<_> = (0..60).map(|_| new_id()).collect();
    join_all(ids.iter().map(|id| store.append(append_to(id, 0, 5)))).await;
    let stop = CancellationToken::new();
    let (sequencer, mut head) = event_store::Sequencer::new(store.clone(), database.url().clone(), 0);
    tokio::spawn(sequencer.run(stop.clone()));
    head.wait_for(|head| *head == 300).await.unwrap();
    let client = database.client().await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'event-store' AND datname = current_database()";
    let mut after = 0;
    let mut read = 0;
    let mut lost = 0;
    loop {
        client.query(kill, &[]).await.unwrap();
        match store.read_log(0, after, 7).await {
            Ok(page) if page.rows.is_empty() => break,
            Ok(page) => {
                read += page.rows.len();
                after = page.last;
            }
            // The position is kept; the next page is read on another connection.
            Err(_) => lost += 1,
        }
    }
    assert_eq!(read, 300);
    assert!(lost > 0, "no connection was lost, so nothing was tested");
    stop.cancel();
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
async fn a_killed_backend_leaves_every_outcome_known() {
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
    let options = StoreOptions { reconcile_ms_max: 200, ..StoreOptions::default() };
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
    let result = tokio::time::timeout(PATIENCE, store.append(append_to(&new_id(), 0, 1))).await;
    assert!(matches!(result, Ok(Err(AppendError::Unavailable))), "{result:?}");
}

async fn name_of(client: &tokio_postgres::Client) -> String {
    client.query_one("SELECT current_database()::text", &[]).await.unwrap().get(0)
}
