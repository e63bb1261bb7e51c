//! How many shards a log has: chosen while it is empty, fixed from its first event on.
//!
//! Guarantees: no event is ever in a shard that its stream does not belong to. The choice waits for every append under way,
//! and an append reads the number in the statement that stores, so a process that knew another one cannot miss it.
//! Does not: tell running relays, which serve the shards there were when they started.

use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectError, ConnectOptions};
use tokio_postgres::{Client, Error};

/// Most shards of a log: the topic of the relays' checkpoints has as many partitions.
pub const SHARDS_MAX: i16 = 16;

/// Why a log does not have the wanted number of shards.
#[derive(Debug, thiserror::Error)]
pub enum SetShardsError {
    /// There cannot be so many, or so few.
    #[error("a log has 1 to {SHARDS_MAX} shards, not {wanted}")]
    Impossible { wanted: i16 },
    /// The database cannot be reached.
    #[error("cannot reach the event store")]
    Connect(#[from] ConnectError),
    /// The log has events, and their shards with them.
    #[error(
        "the log in {database} has {found} shards and holds events; the number is fixed from the first event on. For {wanted} \
         shards make a new database, with new topics"
    )]
    Fixed { database: String, found: i16, wanted: i16 },
    /// The database refuses.
    #[error("setting the number of shards of {database} failed")]
    Statement {
        database: String,
        #[source]
        source: Error,
    },
}

/// Gives a migrated log its number of shards. Returns whether that changed anything.
///
/// # Errors
/// [`SetShardsError`]; a log with events keeps the number it has.
pub async fn set_shards(url: &DatabaseUrl, wanted: i16) -> Result<bool, SetShardsError> {
    if !(1..=SHARDS_MAX).contains(&wanted) {
        return Err(SetShardsError::Impossible { wanted });
    }
    let mut client = service_kit::postgres::connect(url, &ConnectOptions::named("set-shards")).await?;
    let (found, holds_events) = replace(&mut client, wanted)
        .await
        .map_err(|source| SetShardsError::Statement { database: url.to_string(), source })?;
    if found != wanted && holds_events {
        return Err(SetShardsError::Fixed { database: url.to_string(), found, wanted });
    }
    Ok(found != wanted)
}

/// Changes the number where it may be changed. Returns what it was, and whether the log holds events.
async fn replace(client: &mut Client, wanted: i16) -> Result<(i16, bool), Error> {
    let transaction = client.transaction().await?;
    // Appends under way end first, and none begins before this has been decided.
    transaction.batch_execute("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE").await?;
    let row = transaction.query_one(include_str!("sql/shards.sql"), &[]).await?;
    let found: i16 = row.try_get(0)?;
    let holds_events: bool = row.try_get(1)?;
    if found != wanted && !holds_events {
        transaction.execute("UPDATE log_identity SET shards = $1", &[&wanted]).await?;
        transaction.execute("DELETE FROM log_head WHERE shard >= $1", &[&wanted]).await?;
        transaction.execute(include_str!("sql/shards_heads.sql"), &[&wanted]).await?;
    }
    transaction.commit().await?;
    Ok((found, holds_events))
}
