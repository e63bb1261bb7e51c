//! Dealing with parked records: listing them, handling them again, giving one up.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::Timestamp;
use messaging::{HeaderList, IncomingRecord};
use serde_json::Value;
use service_kit::postgres::Pool;
use tokio_postgres::Row;

use crate::error::{ParkError, statement};
use crate::source::{Outcome, Source};

/// Most records of one call to [`redrive`]; more that came meanwhile wait for the next call.
const REDRIVEN_MAX: usize = 100_000;

/// A parked record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedRequest {
    pub id: i64,
    pub group: String,
    /// Why it is parked.
    pub reason: String,
    pub parked_at: Timestamp,
    pub record: IncomingRecord,
}

/// A parked key of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedKey {
    pub group: String,
    pub topic: String,
    /// Empty for records without a key.
    pub key: Vec<u8>,
}

/// What became of a key's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redriven {
    /// Records that were handled and are no longer parked.
    pub handled: usize,
    /// Why the first of the others is still parked. `None` where the key is free.
    pub obstacle: Option<String>,
}

/// The parked records of a database, by group, topic, partition and offset.
///
/// # Errors
/// [`ParkError`].
pub async fn list(pool: &Pool) -> Result<Vec<ParkedRequest>, ParkError> {
    let client = pool.get().await.map_err(ParkError::Connect)?;
    let rows = client.query(include_str!("../sql/parked_list.sql"), &[]).await;
    rows.map_err(statement("listing parked records"))?.iter().map(parked).collect()
}

/// Handles the parked records of a key in their order, by the handler of the topic's source, up to the first that cannot be
/// handled. A record is removed once it was handled, so a crash between handles it again. Other records of the key wait behind
/// those that are parked until the last one is removed, and are handled by the group from then on.
///
/// # Errors
/// [`ParkError`]; what was handled until then is no longer parked.
pub async fn redrive(pool: &Pool, source: &Source, key: &ParkedKey) -> Result<Redriven, ParkError> {
    let mut handled = 0;
    while handled < REDRIVEN_MAX {
        let Some(first) = first(pool, key).await? else {
            if free(pool, key).await? {
                return Ok(Redriven { handled, obstacle: None });
            }
            continue; // one more came
        };
        match source.handle(first.record.into()).await {
            Outcome::Done => remove(pool, first.id).await?,
            Outcome::Unavailable(reason) | Outcome::Poison(reason) => {
                return Ok(Redriven { handled, obstacle: Some(reason) });
            }
        }
        handled += 1;
    }
    Ok(Redriven { handled, obstacle: Some(format!("{REDRIVEN_MAX} records were handled; others wait")) })
}

/// Gives up a parked record, which is kept with the reason. Those behind it stay parked until they are redriven, without it. Returns
/// `false` where no record has the number.
///
/// # Errors
/// [`ParkError`].
pub async fn discard(pool: &Pool, id: i64, why: &str) -> Result<bool, ParkError> {
    let failed = statement("discarding a parked record");
    let client = pool.get().await.map_err(ParkError::Connect)?;
    let row = client.query_opt(include_str!("../sql/discard.sql"), &[&id, &why]).await.map_err(&failed)?;
    let Some(row) = row else { return Ok(false) };
    let key = ParkedKey {
        group: row.try_get(0).map_err(&failed)?,
        topic: row.try_get(1).map_err(&failed)?,
        key: row.try_get(2).map_err(&failed)?,
    };
    drop(client);
    free(pool, &key).await?;
    Ok(true)
}

async fn first(pool: &Pool, ParkedKey { group, topic, key }: &ParkedKey) -> Result<Option<ParkedRequest>, ParkError> {
    let client = pool.get().await.map_err(ParkError::Connect)?;
    let row = client.query_opt(include_str!("../sql/parked_first.sql"), &[group, topic, key]).await;
    row.map_err(statement("reading a parked record"))?.as_ref().map(parked).transpose()
}

async fn remove(pool: &Pool, id: i64) -> Result<(), ParkError> {
    let client = pool.get().await.map_err(ParkError::Connect)?;
    let removed = client.execute(include_str!("../sql/unpark.sql"), &[&id]).await;
    removed.map(|_| ()).map_err(statement("removing a handled record"))
}

/// Frees a key that has no records. Whoever parks a record holds a lock on the key's row until the record is visible, so the
/// statement that looks for records comes after the one that takes the lock.
async fn free(pool: &Pool, ParkedKey { group, topic, key }: &ParkedKey) -> Result<bool, ParkError> {
    let failed = statement("freeing a key");
    let mut client = pool.get().await.map_err(ParkError::Connect)?;
    let transaction = client.transaction().await.map_err(&failed)?;
    let locked = transaction.query(include_str!("../sql/lock_key.sql"), &[group, topic, key]).await.map_err(&failed)?;
    let freed =
        transaction.execute(include_str!("../sql/free_key.sql"), &[group, topic, key]).await.map_err(&failed)?;
    transaction.commit().await.map_err(&failed)?;
    Ok(freed > 0 || locked.is_empty())
}

fn parked(row: &Row) -> Result<ParkedRequest, ParkError> {
    let failed = statement("reading a parked record's row");
    let id = row.try_get(0).map_err(&failed)?;
    let unreadable = |reason| ParkError::Unreadable { id, reason };
    let topic: &str = row.try_get(2).map_err(&failed)?;
    let key: Vec<u8> = row.try_get(5).map_err(&failed)?;
    let has_key: bool = row.try_get(6).map_err(&failed)?;
    let headers: Value = row.try_get(9).map_err(&failed)?;
    let at: DateTime<Utc> = row.try_get(11).map_err(&failed)?;
    Ok(ParkedRequest {
        id,
        group: row.try_get(1).map_err(&failed)?,
        reason: row.try_get(7).map_err(&failed)?,
        parked_at: Timestamp::try_from(at).map_err(|_| unreadable("it was parked at an impossible moment"))?,
        record: IncomingRecord {
            topic: topic.into(),
            partition: row.try_get(3).map_err(&failed)?,
            offset: row.try_get(4).map_err(&failed)?,
            timestamp_ms: row.try_get(10).map_err(&failed)?,
            key: has_key.then_some(key),
            value: row.try_get(8).map_err(&failed)?,
            headers: header_list(&headers).ok_or_else(|| unreadable("its headers are no pairs of texts"))?,
        },
    })
}

fn header_list(headers: &Value) -> Option<HeaderList> {
    let mut list = HeaderList::default();
    for pair in headers.as_array()? {
        let [name, value] = pair.as_array()?.as_slice() else { return None };
        let value = match value {
            Value::Null => None,
            value => Some(STANDARD.decode(value.as_str()?).ok()?),
        };
        list.push(name.as_str()?, value.as_deref());
    }
    Some(list)
}
