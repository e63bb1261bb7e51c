//! Pools, bounds and migrations.

use std::time::Duration;

use refinery::{Migration, Runner};
use service_kit::config::DatabaseUrl;
use service_kit::errors::chain;
use service_kit::poll::wait_until;
use service_kit::postgres::{
    ConnectError, ConnectOptions, MigrateError, Migrations, check, connect, migrate, pool, snapshot,
};
use service_kit::testing::{PATIENCE, TestDatabase};

fn shelf_and(second: &str) -> Migrations {
    Migrations::new(runner([("V1__shelf", SHELF), ("V2__book", second)]))
}

fn runner<const N: usize>(migrations: [(&str, &str); N]) -> Runner {
    Runner::new(&migrations.map(|(name, sql)| Migration::unapplied(name, sql).unwrap()))
}

const SHELF: &str = "CREATE TABLE shelf (id int PRIMARY KEY)";

const BOOK: &str = "CREATE TABLE book (id int PRIMARY KEY)";

#[tokio::test]
async fn migrations_apply_once_and_tell_a_line_each() {
    let database = TestDatabase::create().await;
    let mut lines = Vec::new();
    assert_eq!(migrate(database.url(), shelf_and(BOOK), |line| lines.push(line.to_owned())).await.unwrap(), 2);
    assert!(lines[0].ends_with("applied V1 shelf") && lines[1].ends_with("applied V2 book"), "{lines:?}");
    assert_eq!(migrate(database.url(), shelf_and(BOOK), |line| lines.push(line.to_owned())).await.unwrap(), 0);
    assert!(lines[2].ends_with("up to date"));
}

#[tokio::test]
async fn two_processes_may_migrate_at_once() {
    let database = TestDatabase::create().await;
    let both = tokio::join!(
        migrate(database.url(), shelf_and(BOOK), |_| ()),
        migrate(database.url(), shelf_and(BOOK), |_| ())
    );
    assert_eq!(both.0.unwrap() + both.1.unwrap(), 2);
}

#[tokio::test]
async fn a_failed_migration_keeps_those_before_and_an_edited_one_is_refused() {
    let database = TestDatabase::create().await;
    let failed = migrate(database.url(), shelf_and("CREATE TABLE"), |_| ()).await;
    assert!(matches!(failed, Err(MigrateError::Apply { .. })));
    assert_eq!(migrate(database.url(), shelf_and(BOOK), |_| ()).await.unwrap(), 1);
    let edited = migrate(database.url(), shelf_and("CREATE TABLE book (id bigint PRIMARY KEY)"), |_| ()).await;
    assert!(matches!(edited, Err(MigrateError::Apply { .. })));
}

#[tokio::test]
async fn parts_of_a_database_are_migrated_apart() {
    let database = TestDatabase::create().await;
    let shelves = || Migrations::of_part(runner([("V1__shelf", SHELF)]), "shelf_history", &[]);
    let books = || Migrations::of_part(runner([("V1__book", BOOK)]), "book_history", &[]);
    for (part, applied) in [(shelves(), 1), (books(), 1), (shelves(), 0), (books(), 0)] {
        assert_eq!(migrate(database.url(), part, |_| ()).await.unwrap(), applied);
    }
}

/// A database of the release before has one history of both parts; wherever that release had got to, the parts go on from there.
#[tokio::test]
async fn what_a_common_history_has_is_not_applied_again() {
    const LAMP: &str = "CREATE TABLE lamp (id int PRIMARY KEY)";
    for (before, missing) in [(1, [0, 2]), (2, [0, 1]), (3, [0, 0])] {
        let database = TestDatabase::create().await;
        let common = [("V1__shelf", SHELF), ("V2__book", BOOK), ("V4__lamp", LAMP)];
        let common: Vec<_> =
            common[..before].iter().map(|(name, sql)| Migration::unapplied(name, sql).unwrap()).collect();
        migrate(database.url(), Migrations::new(Runner::new(&common)), |_| ()).await.unwrap();
        for missing in [missing, [0, 0]] {
            let shelves =
                Migrations::of_part(runner([("V1__shelf", "CREATE TABLE shelf ()")]), "shelf_history", &[(1, 1)]);
            let books = runner([("V1__book", BOOK), ("V2__lamp", LAMP)]);
            let books = Migrations::of_part(books, "book_history", &[(2, 1), (4, 2)]);
            let applied = [
                migrate(database.url(), shelves, |_| ()).await.unwrap(),
                migrate(database.url(), books, |_| ()).await.unwrap(),
            ];
            assert_eq!(applied, missing, "after {before}");
        }
    }
}

#[tokio::test]
async fn connections_carry_their_name_and_bounds() {
    let database = TestDatabase::create().await;
    let options =
        ConnectOptions { statement_timeout_ms: 50, lock_timeout_ms: 40, ..ConnectOptions::named("librarian") };
    let client = connect(database.url(), &options).await.unwrap();
    let row = client
        .query_one(
            "SELECT current_setting('application_name'), current_setting('statement_timeout'), current_setting('lock_timeout')",
            &[],
        )
        .await
        .unwrap();
    let read = |index| row.get::<_, String>(index);
    assert_eq!((&*read(0), &*read(1), &*read(2)), ("librarian", "50ms", "40ms"));
    let slow = client.execute("SELECT pg_sleep(10)", &[]).await.unwrap_err();
    assert_eq!(slow.code(), Some(&tokio_postgres::error::SqlState::QUERY_CANCELED));
}

#[tokio::test]
async fn statements_are_planned_once_where_the_options_say_so() {
    let database = TestDatabase::create().await;
    for (is_planned_once, custom_plans) in [(false, 3), (true, 0)] {
        let options = ConnectOptions { is_planned_once, ..ConnectOptions::named("test") };
        let client = connect(database.url(), &options).await.unwrap();
        let statement = client.prepare("SELECT oid FROM pg_class WHERE oid = ANY ($1)").await.unwrap();
        for oid in [1_u32, 2, 3] {
            client.query(&statement, &[&vec![oid]]).await.unwrap();
        }
        let counted = "SELECT custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT oid %'";
        let counted: i64 = client.query_one(counted, &[]).await.unwrap().get(0);
        assert_eq!(counted, custom_plans);
    }
}

#[tokio::test]
async fn an_exhausted_pool_refuses_within_its_bound() {
    let database = TestDatabase::create().await;
    let options = ConnectOptions { connections_max: 1, acquire_timeout_ms: 20, ..ConnectOptions::named("test") };
    let pool = pool(database.url(), &options).unwrap();
    check(&pool).await.unwrap();
    let held = pool.get().await.unwrap();
    assert!(check(&pool).await.is_err());
    drop(held);
    check(&pool).await.unwrap();
}

#[tokio::test]
async fn an_absent_server_is_named_without_its_password() {
    let url = DatabaseUrl::new("READ_DATABASE_URL", "postgres://read:hunter2@127.0.0.1:1/read");
    let error = connect(&url, &ConnectOptions::named("test")).await.unwrap_err();
    assert!(matches!(error, ConnectError::Refused { .. }));
    let text = chain(&error);
    assert!(text.starts_with("could not connect to database 127.0.0.1:1/read; check that it runs"), "{text}");
    assert!(text.contains("READ_DATABASE_URL") && !text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn tls_that_is_asked_for_is_never_left_out() {
    let database = TestDatabase::create().await;
    let url = format!("{}?sslmode=require", database.url().expose());
    let error = connect(&DatabaseUrl::new("READ_DATABASE_URL", url), &ConnectOptions::named("test")).await.unwrap_err();
    assert!(matches!(error, ConnectError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn a_snapshot_outlives_the_idle_time_that_the_server_allows() {
    let database = TestDatabase::create().await;
    let observer = database.client().await;
    let name: String = observer.query_one("SELECT current_database()", &[]).await.unwrap().get(0);
    let limit = format!("ALTER DATABASE \"{name}\" SET idle_in_transaction_session_timeout = '1ms'");
    observer.batch_execute(&limit).await.unwrap();
    let mut client = database.client().await;
    let process: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    let snapshot = snapshot(&mut client).await.unwrap();
    let has_been_idle = async || {
        let idle = "SELECT FROM pg_stat_activity
                    WHERE pid = $1 AND state = 'idle in transaction' AND clock_timestamp() - state_change > '100ms'";
        !observer.query(idle, &[&process]).await.unwrap().is_empty()
    };
    wait_until(PATIENCE, Duration::from_millis(10), has_been_idle).await.unwrap();
    snapshot.query_one("SELECT 1", &[]).await.unwrap();
}
