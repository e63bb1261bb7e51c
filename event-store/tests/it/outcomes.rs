//! A command whose connection broke while it was stored may be stored, whatever becomes of its next attempt.

use event_store::{AppendError, Store, StoreOptions};
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;

use crate::support::{LOOK, PATIENCE, append_to, database, new_id};

const INSERT_FIRST: &str = "INSERT INTO events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    VALUES ('note', $1, 1, 'Noted', '1.0', '{}', '{}')";
const APPENDER_WAITS: &str = "SELECT 1 FROM pg_stat_activity
    WHERE application_name = 'event-store-appender' AND datname = current_database() AND wait_event_type = 'Lock'";
const KILL_APPENDERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'event-store-appender' AND datname = current_database()";

/// A store whose next append goes out alone and waits for a row that the holder has locked.
struct Waiting {
    database: TestDatabase,
    store: Store,
    holder: Client,
    watcher: Client,
    locked: String,
}

impl Waiting {
    async fn prepare(options: StoreOptions) -> Self {
        let database = database().await;
        let store = Store::open(database.url(), StoreOptions { writers: 1, ..options }).await.unwrap();
        // The first append opens the connection that a lone one then uses.
        store.append(append_to(&new_id(), 0, 1)).await.unwrap();
        let holder = database.client().await;
        let watcher = database.client().await;
        let locked = new_id();
        holder.batch_execute("BEGIN").await.unwrap();
        holder.execute(INSERT_FIRST, &[&locked]).await.unwrap();
        Self { database, store, holder, watcher, locked }
    }

    /// Kills the connection of the append once it waits for the row.
    async fn lose_connection(&self) {
        let waits = async || !self.watcher.query(APPENDER_WAITS, &[]).await.unwrap().is_empty();
        wait_until(PATIENCE, LOOK, waits).await.unwrap();
        self.watcher.query(KILL_APPENDERS, &[]).await.unwrap();
    }
}

/// On one thread nothing comes between the lost connection and the look at the queue.
#[tokio::test]
async fn a_lone_append_that_finds_the_queue_full_afterwards_is_unknown() {
    let options = StoreOptions { queue_commands_max: 1, lock_timeout_ms: 0, ..StoreOptions::default() };
    let waiting = Waiting::prepare(options).await;
    let lone = waiting.store.append(append_to(&waiting.locked, 0, 1));
    let fill_and_kill = async {
        let waits = async || !waiting.watcher.query(APPENDER_WAITS, &[]).await.unwrap().is_empty();
        wait_until(PATIENCE, LOOK, waits).await.unwrap();
        // The writer takes one and waits for its turn; one more fills the queue; the next is refused, so nothing was sent.
        let spawn = || {
            let store = waiting.store.clone();
            let append = append_to(&new_id(), 0, 1);
            tokio::spawn(async move { store.append(append).await })
        };
        let mut others = Vec::new();
        let mut refused_in_a_row = 0;
        let full = async || {
            let more = spawn();
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            if !more.is_finished() {
                others.push(more);
                refused_in_a_row = 0;
                return false;
            }
            let refused = more.await.unwrap();
            assert!(matches!(refused, Err(AppendError::Overloaded)), "{refused:?}");
            // Only then has the writer had its turn, and taken what it takes.
            refused_in_a_row += 1;
            refused_in_a_row == 3
        };
        wait_until(PATIENCE, LOOK, full).await.unwrap();
        waiting.watcher.query(KILL_APPENDERS, &[]).await.unwrap();
        others
    };
    let (outcome, others) = tokio::join!(lone, fill_and_kill);
    assert!(matches!(outcome, Err(AppendError::Unknown { .. })), "{outcome:?}");
    waiting.holder.batch_execute("ROLLBACK").await.unwrap();
    for other in others {
        other.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_stays_locked_afterwards_leaves_it_unknown() {
    let options = StoreOptions { lock_timeout_ms: 300, isolated_lock_timeout_ms: 100, ..StoreOptions::default() };
    let waiting = Waiting::prepare(options).await;
    let (outcome, ()) = tokio::join!(waiting.store.append(append_to(&waiting.locked, 0, 1)), waiting.lose_connection());
    assert!(matches!(outcome, Err(AppendError::Unknown { .. })), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stays_away_afterwards_leaves_it_unknown() {
    let options = StoreOptions { lock_timeout_ms: 0, reconcile_ms_max: 200, ..StoreOptions::default() };
    let waiting = Waiting::prepare(options).await;
    let elsewhere = TestDatabase::create().await;
    let server = elsewhere.client().await;
    let lose = async {
        let waits = async || !waiting.watcher.query(APPENDER_WAITS, &[]).await.unwrap().is_empty();
        wait_until(PATIENCE, LOOK, waits).await.unwrap();
        let name: String =
            waiting.database.client().await.query_one("SELECT current_database()::text", &[]).await.unwrap().get(0);
        server.batch_execute(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).await.unwrap();
        waiting.watcher.query(KILL_APPENDERS, &[]).await.unwrap();
        // Before that the holder must not let go of the row.
        let gone = async || waiting.watcher.query(APPENDER_WAITS, &[]).await.unwrap().is_empty();
        wait_until(PATIENCE, LOOK, gone).await.unwrap();
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        server.query(kill, &[&name]).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(waiting.store.append(append_to(&waiting.locked, 0, 1)), lose);
    assert!(matches!(outcome, Err(AppendError::Unknown { .. })), "{outcome:?}");
}
