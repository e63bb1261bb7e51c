//! Connections that threads have of their own, on a real Postgres.

use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use futures::poll;
use read_models::query::Condition;
use read_models::{ModelSet, Orders, ReadDb, ReadSettings};
use service_kit::poll::wait_until;
use service_kit::postgres::ConnectOptions;
use service_kit::testing::{PATIENCE, TestDatabase};
use uuid::Uuid;

use super::{WHOLE, database, staff};

const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'test' AND wait_event_type = 'Lock'";
const CONNECTED: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'test' AND pid <> pg_backend_pid()";

/// Two connections for each of two serving threads, and two for all others, of which each time one is shared.
fn settings() -> ReadSettings {
    let connect = ConnectOptions { connections_max: 4, ..ConnectOptions::named("test") };
    ReadSettings { threads: NonZeroUsize::new(2).unwrap(), ..ReadSettings::new(connect) }
}

/// The shared connection of the caller's is open.
async fn opened(database: &TestDatabase, settings: ReadSettings) -> ReadDb {
    let read = ReadDb::with(database.url(), &[Orders::MODELS], settings).unwrap();
    assert!(read.orders(&staff(), &[Uuid::from_u128(1)], &WHOLE).await.unwrap().is_empty());
    read
}

/// The caller's own are busy, and of the rest none is open yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_takes_a_connection_of_others_where_its_own_wait_for_slow_statements() {
    let database = database().await;
    let read = opened(&database, settings()).await;

    let (mut holder, watcher) = (database.client().await, database.client().await);
    let holding = holder.transaction().await.unwrap();
    holding.batch_execute("LOCK TABLE order_summary_g1.order_summary").await.unwrap();
    let slow: Vec<_> = (0..2)
        .map(|_| {
            let read = read.clone();
            tokio::spawn(
                async move { read.orders(&staff(), &[Uuid::from_u128(1)], &WHOLE).await.map(|found| found.len()) },
            )
        })
        .collect();
    // On the shared connection, and where both went on from there: on the caller's other one, and on one of others.
    let all_wait = async || watcher.query_one(WAITING, &[]).await.unwrap().get::<_, i64>(0) == 3;
    wait_until(PATIENCE, Duration::from_millis(5), all_wait).await.unwrap();
    // Reads another table, which nobody holds.
    assert_eq!(read.order_count(&staff(), &Condition::All(Vec::new()), 10).await.unwrap(), 0);
    assert!(slow.iter().all(|slow| !slow.is_finished()));
    holding.rollback().await.unwrap();
    for slow in slow {
        assert_eq!(slow.await.unwrap().unwrap(), 0);
    }
}

#[tokio::test]
async fn brief_reads_share_a_connection() {
    let database = database().await;
    let never = ReadSettings { silence_ms_max: u64::from(u32::MAX), pointer_age_ms_max: u64::MAX, ..settings() };
    let read = opened(&database, never).await;
    let watcher = database.client().await;
    let connected = async || watcher.query_one(CONNECTED, &[]).await.unwrap().get::<_, i64>(0);
    // The one that looked for the live tables is being closed.
    wait_until(PATIENCE, Duration::from_millis(5), async || connected().await == 1).await.unwrap();
    let (staff, order, all) = (staff(), [Uuid::from_u128(1)], Condition::All(Vec::new()));
    let (one, other) = tokio::join!(read.orders(&staff, &order, &WHOLE), read.order_count(&staff, &all, 10));
    assert_eq!((one.unwrap().len(), other.unwrap()), (0, 0));
    assert_eq!(connected().await, 1);
}

#[tokio::test]
async fn a_brief_read_behind_a_slow_one_leaves_the_shared_connection() {
    let database = database().await;
    let read = opened(&database, ReadSettings { pointer_age_ms_max: u64::MAX, ..settings() }).await;
    let mut holder = database.client().await;
    let (staff, order, all) = (staff(), [Uuid::from_u128(1)], Condition::All(Vec::new()));
    let holding = holder.transaction().await.unwrap();
    holding.batch_execute("LOCK TABLE order_summary_g1.order_summary").await.unwrap();
    let mut slow = pin!(read.orders(&staff, &order, &WHOLE));
    let behind = async {
        assert!(poll!(slow.as_mut()).is_pending(), "it is on the shared connection and waits for the lock");
        tokio::select! {
            biased;
            _ = slow.as_mut() => panic!("the table is locked"),
            count = read.order_count(&staff, &all, 10) => count,
        }
    };
    assert_eq!(
        tokio::time::timeout(PATIENCE, behind).await.expect("the read behind leaves the connection").unwrap(),
        0
    );
    holding.rollback().await.unwrap();
    assert_eq!(slow.await.unwrap().len(), 0);
}
