//! Schema migrations, forwards only.

use refinery::{Report, Runner};
use tokio_postgres::Client;

use super::connect::{ConnectError, ConnectOptions, connect};
use crate::config::DatabaseUrl;

/// Longest wait for another process that migrates the same database.
const LOCK_WAIT_MS_MAX: u32 = 60_000;
/// The advisory lock's key, which other programs are unlikely to use: the bytes of `migrate1`.
const LOCK_KEY: i64 = i64::from_be_bytes(*b"migrate1");

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
}

/// Applies missing migrations, each in a transaction of its own, and calls `progress` with a line for each. Safe to run
/// from several processes at once: one works, the others wait and find nothing to do.
///
/// # Errors
/// [`MigrateError`]; migrations applied before the error stay applied.
pub async fn migrate(
    database: &DatabaseUrl,
    runner: Runner,
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
    let report = apply(&mut client, runner)
        .await
        .map_err(|source| MigrateError::Apply { database: name.clone(), source: Box::new(source) })?;
    for migration in report.applied_migrations() {
        progress(&format!("{name}: applied V{} {}", migration.version(), migration.name()));
    }
    let applied = report.applied_migrations().len();
    if applied == 0 {
        progress(&format!("{name}: up to date"));
    }
    Ok(applied)
}

async fn apply(client: &mut Client, runner: Runner) -> Result<Report, refinery::Error> {
    runner.set_grouped(false).set_abort_divergent(true).set_abort_missing(true).run_async(client).await
}
