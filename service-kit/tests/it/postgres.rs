//! Pools, bounds and migrations.

use refinery::{Migration, Runner};
use service_kit::config::DatabaseUrl;
use service_kit::errors::chain;
use service_kit::postgres::{ConnectError, ConnectOptions, MigrateError, check, connect, migrate, pool};
use service_kit::testing::TestDatabase;

fn runner(second: &str) -> Runner {
    Runner::new(&[
        Migration::unapplied("V1__shelf", "CREATE TABLE shelf (id int PRIMARY KEY)").unwrap(),
        Migration::unapplied("V2__book", second).unwrap(),
    ])
}

const BOOK: &str = "CREATE TABLE book (id int PRIMARY KEY)";

#[tokio::test]
async fn migrations_apply_once_and_tell_a_line_each() {
    let database = TestDatabase::create().await;
    let mut lines = Vec::new();
    assert_eq!(migrate(database.url(), runner(BOOK), |line| lines.push(line.to_owned())).await.unwrap(), 2);
    assert!(lines[0].ends_with("applied V1 shelf") && lines[1].ends_with("applied V2 book"), "{lines:?}");
    assert_eq!(migrate(database.url(), runner(BOOK), |line| lines.push(line.to_owned())).await.unwrap(), 0);
    assert!(lines[2].ends_with("up to date"));
}

#[tokio::test]
async fn two_processes_may_migrate_at_once() {
    let database = TestDatabase::create().await;
    let both =
        tokio::join!(migrate(database.url(), runner(BOOK), |_| ()), migrate(database.url(), runner(BOOK), |_| ()));
    assert_eq!(both.0.unwrap() + both.1.unwrap(), 2);
}

#[tokio::test]
async fn a_failed_migration_keeps_those_before_and_an_edited_one_is_refused() {
    let database = TestDatabase::create().await;
    let failed = migrate(database.url(), runner("CREATE TABLE"), |_| ()).await;
    assert!(matches!(failed, Err(MigrateError::Apply { .. })));
    assert_eq!(migrate(database.url(), runner(BOOK), |_| ()).await.unwrap(), 1);
    let edited = migrate(database.url(), runner("CREATE TABLE book (id bigint PRIMARY KEY)"), |_| ()).await;
    assert!(matches!(edited, Err(MigrateError::Apply { .. })));
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
