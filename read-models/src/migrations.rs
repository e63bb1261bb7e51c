//! Migrations of the database `read`.

use service_kit::config::DatabaseUrl;
use service_kit::postgres::{self, ConnectOptions, Migrations};

use crate::generation::{GenerationError, ensure_live};
use crate::model::Models;

mod embedded {
    refinery::embed_migrations!("migrations/read");
}

/// Why the read database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The bookkeeping tables could not be migrated.
    #[error("could not migrate the read database's bookkeeping")]
    Bookkeeping(#[source] postgres::MigrateError),
    /// The database cannot be reached for the models' tables.
    #[error("could not reach the read database")]
    Connect(#[source] postgres::ConnectError),
    /// The first generations could not be made.
    #[error("could not make the read models' first generations")]
    Generations(#[source] GenerationError),
}

/// The bookkeeping tables: pointer to the live generations, offsets, parked records.
pub fn migrations() -> Migrations {
    Migrations::new(embedded::migrations::runner())
}

/// Applies missing migrations and makes the first generation of each model of these sets that has none. Returns how many
/// migrations were applied; `progress` gets a line for each.
///
/// # Errors
/// [`MigrateError`]; what was applied before stays.
pub async fn migrate(
    database: &DatabaseUrl,
    sets: &[Models],
    progress: impl FnMut(&str),
) -> Result<usize, MigrateError> {
    let applied = postgres::migrate(database, migrations(), progress).await.map_err(MigrateError::Bookkeeping)?;
    let options = ConnectOptions::named("migrate");
    let mut client = postgres::connect(database, &options).await.map_err(MigrateError::Connect)?;
    ensure_live(&mut client, sets).await.map_err(MigrateError::Generations)?;
    Ok(applied)
}
