//! Schema migrations, forwards only.

use refinery::{Report, Runner, Target};
use tokio_postgres::Client;

use super::connect::{ConnectError, ConnectOptions, connect};
use crate::config::DatabaseUrl;

/// Longest wait for another process that migrates the same database.
const LOCK_WAIT_MS_MAX: u32 = 60_000;
/// The advisory lock's key, which other programs are unlikely to use: the bytes of `migrate1`.
const LOCK_KEY: i64 = i64::from_be_bytes(*b"migrate1");

/// The table of applied migrations of a database that has one set of them.
const HISTORY: &str = "refinery_schema_history";

/// The migrations of a database, or of a part of one. Each part records what was applied in a table of its own, so that parts
/// are migrated apart.
pub struct Migrations {
    runner: Runner,
    history: &'static str,
    moved: &'static [(i32, i32)],
}

impl Migrations {
    /// The only migrations of a database.
    pub const fn new(runner: Runner) -> Self {
        Self { runner, history: HISTORY, moved: &[] }
    }

    /// The migrations of a part of a database. Earlier releases recorded some of them in the database's common history:
    /// `moved` has their version there and their version now, in ascending order. Those count as applied.
    pub const fn of_part(runner: Runner, history: &'static str, moved: &'static [(i32, i32)]) -> Self {
        Self { runner, history, moved }
    }

    /// The table of applied migrations.
    pub const fn history(&self) -> &'static str {
        self.history
    }
}

/// Why a database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be reached.
    #[error("could not migrate {database}")]
    Connect {
        database: String,
        #[source]
        source: ConnectError,
    },
    /// Another process holds the lock for too long.
    #[error("could not migrate {database}: no lock within {LOCK_WAIT_MS_MAX} ms; is another migration running?")]
    Lock {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
    /// A migration failed, or an applied one differs from this program's.
    #[error("could not migrate {database}")]
    Apply {
        database: String,
        /// Names the migration. Boxed, since it is large.
        #[source]
        source: Box<refinery::Error>,
    },
    /// What earlier releases applied cannot be read.
    #[error("could not read which migrations {database} has")]
    History {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
}

/// Applies missing migrations, each in a transaction of its own, and calls `progress` with a line for each. Safe to run
/// from several processes at once: one works, the others wait and find nothing to do.
///
/// # Errors
/// [`MigrateError`]; migrations applied before the error stay applied.
pub async fn migrate(
    database: &DatabaseUrl,
    migrations: Migrations,
    mut progress: impl FnMut(&str),
) -> Result<usize, MigrateError> {
    let name = database.to_string();
    // A migration may rightly take long, so only the wait for locks is bounded.
    let options = ConnectOptions {
        statement_timeout_ms: 0,
        lock_timeout_ms: LOCK_WAIT_MS_MAX,
        ..ConnectOptions::named("migrate")
    };
    let mut client =
        connect(database, &options).await.map_err(|source| MigrateError::Connect { database: name.clone(), source })?;
    // The session holds the lock, so closing the connection releases it however this function ends.
    client
        .execute("SELECT pg_advisory_lock($1)", &[&LOCK_KEY])
        .await
        .map_err(|source| MigrateError::Lock { database: name.clone(), source })?;
    let Migrations { runner, history, moved } = migrations;
    let part = part_of(&name, history);
    let last =
        last_moved(&client, moved).await.map_err(|source| MigrateError::History { database: name.clone(), source })?;
    let report = apply(&mut client, runner, history, last)
        .await
        .map_err(|source| MigrateError::Apply { database: name.clone(), source: Box::new(source) })?;
    for migration in report.applied_migrations() {
        progress(&format!("{part}: applied V{} {}", migration.version(), migration.name()));
    }
    let applied = report.applied_migrations().len();
    if applied == 0 {
        progress(&format!("{part}: up to date"));
    }
    Ok(applied)
}

/// What a line is about: a database, or a part of one.
fn part_of(database: &str, history: &str) -> String {
    match history.strip_suffix("_schema_history") {
        Some(part) if history != HISTORY => format!("{database}, {part}"),
        _ => database.to_owned(),
    }
}

/// The last migration of a part that earlier releases applied and recorded in the common history, by its version in the part.
async fn last_moved(client: &Client, moved: &[(i32, i32)]) -> Result<Option<i32>, tokio_postgres::Error> {
    if moved.is_empty() {
        return Ok(None);
    }
    let has_history: bool = client.query_one(include_str!("sql/has_history.sql"), &[]).await?.try_get(0)?;
    if !has_history {
        return Ok(None);
    }
    let rows = client.query(include_str!("sql/history.sql"), &[]).await?;
    let applied: Vec<i32> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    Ok(moved.iter().rev().find(|(there, _)| applied.contains(there)).map(|(_, here)| *here))
}

/// Applies what is missing; migrations up to `moved` are recorded as applied without being run.
async fn apply(
    client: &mut Client,
    runner: Runner,
    history: &str,
    moved: Option<i32>,
) -> Result<Report, refinery::Error> {
    let mut runner = runner.set_grouped(false).set_abort_divergent(true).set_abort_missing(true);
    runner.set_migration_table_name(history);
    if let Some(last) = moved {
        let mut recording = Runner::new(runner.get_migrations()).set_target(Target::FakeVersion(last));
        recording.set_migration_table_name(history);
        recording.run_async(client).await?;
    }
    runner.run_async(client).await
}
