//! Applying the parked records of a key again, once their cause is gone.
//!
//! Guarantees: records of a key are applied in order or not at all, in the transaction that removes them, while the projector of their
//! partition waits. Does not: touch the copies in Kafka.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::contract::{PublicEvents, Published};
use messaging::{Decoder, HeaderList, IncomingRecord};
use read_models::{Applier, ModelSet};
use serde_json::Value;
use service_kit::BoxError;
use service_kit::errors::chain;
use tokio_postgres::{Client, Row, Transaction};

/// What became of the parked records of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Redriven {
    /// So many were applied, or had been; so many still wait.
    Applied {
        /// Removed from the parked ones.
        records: usize,
        /// Still parked, from the first that cannot be applied.
        waiting: usize,
    },
    /// The first still cannot be applied. Nothing was changed.
    Refused {
        /// Its number.
        id: i64,
        reason: String,
    },
}

/// Applies the records of a key that are parked for a set of models, in their order, up to the first that cannot be, and removes
/// them.
///
/// # Errors
/// When the database or the registry fails, or nothing of the key is parked; nothing is changed then.
pub async fn redrive<M: ModelSet>(
    client: &mut Client,
    decoder: &Decoder<M::Event>,
    key: &[u8],
) -> Result<Redriven, BoxError> {
    let applier = Applier::<M>::open(client).await?;
    let transaction = client.transaction().await?;
    // As the projector does: the offsets first. So it parks nothing behind what is just being removed, and a switch waits.
    transaction.query(include_str!("../sql/lock_parked.sql"), &[&M::GROUP, &key]).await?;
    let rows = transaction.query(include_str!("../sql/parked_of_key.sql"), &[&M::GROUP, &key]).await?;
    if rows.is_empty() {
        return Err(format!("nothing of the key {} is parked", String::from_utf8_lossy(key)).into());
    }
    let (events, mut obstacle) = decode(decoder, &rows).await?;
    let report = applier.apply(&transaction, &events).await?;
    let mut done = events.len();
    for failure in &report.failures {
        if let Some(first) = failure.indices.first().filter(|first| **first < done) {
            done = *first;
            obstacle = Some(chain(&failure.error));
        }
    }
    let reason = obstacle.unwrap_or_default();
    if done == 0 {
        return Ok(Redriven::Refused { id: rows[0].try_get(0)?, reason });
    }
    remove(&transaction, &rows, done, &reason).await?;
    transaction.commit().await?;
    Ok(Redriven::Applied { records: done, waiting: rows.len() - done })
}

/// The events of the records up to the first that cannot be read, and what is wrong with that.
async fn decode<E: PublicEvents>(
    decoder: &Decoder<E>,
    rows: &[Row],
) -> Result<(Vec<Published<E>>, Option<String>), BoxError> {
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        match decoder.decode(&record(row)?).await {
            Ok(event) => events.push(event),
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => return Ok((events, Some(chain(&error)))),
        }
    }
    Ok((events, None))
}

fn record(row: &Row) -> Result<IncomingRecord, BoxError> {
    let stored: Value = row.try_get(9)?;
    let mut headers = HeaderList::default();
    for (name, value) in stored.as_object().into_iter().flatten() {
        let value = value.as_str().map(|value| STANDARD.decode(value)).transpose()?;
        headers.push(name, value.as_deref());
    }
    Ok(IncomingRecord {
        topic: row.try_get::<_, String>(2)?.into(),
        partition: row.try_get(3)?,
        offset: row.try_get(4)?,
        timestamp_ms: None,
        key: row.try_get(5)?,
        value: row.try_get(8)?,
        headers,
    })
}

/// Removes what was applied, and stores with the next one why it cannot be applied.
async fn remove(transaction: &Transaction<'_>, rows: &[Row], done: usize, reason: &str) -> Result<(), BoxError> {
    let ids: Vec<i64> = rows[..done].iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    transaction.execute("DELETE FROM public.parked WHERE id = ANY ($1)", &[&ids]).await?;
    if let Some(next) = rows.get(done) {
        let next: i64 = next.try_get(0)?;
        // Postgres keeps no NUL in a text, and a reason quotes what it found.
        let reason = reason.replace('\0', "\u{fffd}");
        transaction.execute("UPDATE public.parked SET reason = $2 WHERE id = $1", &[&next, &reason]).await?;
    }
    Ok(())
}
