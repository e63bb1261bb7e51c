//! Applying the parked records of a key again, once their cause is gone.
//!
//! Guarantees: records of a key are applied in order or not at all, in the transaction that removes them, while the projector of their
//! partition waits. Does not: touch the copies in Kafka.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::contract::{PublicEvents, Published};
use messaging::{Decoder, HeaderList, IncomingRecord};
use read_models::{Applier, ModelSet, ParkedRecord, lock_parked_of_key, remove_parked, set_parked_reason};
use service_kit::BoxError;
use service_kit::errors::chain;
use tokio_postgres::Client;

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
    // Nothing is parked behind what is just being removed, and a switch of models waits.
    let parked = lock_parked_of_key(&transaction, M::GROUP, key).await?;
    let Some(first) = parked.first() else {
        return Err(format!("nothing of the key {} is parked", String::from_utf8_lossy(key)).into());
    };
    let (events, mut obstacle) = decode(decoder, &parked).await?;
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
        return Ok(Redriven::Refused { id: first.id, reason });
    }
    let (removed, waiting) = parked.split_at(done);
    remove_parked(&transaction, &removed.iter().map(|parked| parked.id).collect::<Vec<_>>()).await?;
    if let Some(next) = waiting.first() {
        set_parked_reason(&transaction, next.id, &reason).await?;
    }
    transaction.commit().await?;
    Ok(Redriven::Applied { records: done, waiting: waiting.len() })
}

/// The events of the records up to the first that cannot be read, and what is wrong with that.
async fn decode<E: PublicEvents>(
    decoder: &Decoder<E>,
    parked: &[ParkedRecord],
) -> Result<(Vec<Published<E>>, Option<String>), BoxError> {
    let mut events = Vec::with_capacity(parked.len());
    for parked in parked {
        match decoder.decode(&record(parked)?).await {
            Ok(event) => events.push(event),
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => return Ok((events, Some(chain(&error)))),
        }
    }
    Ok((events, None))
}

fn record(parked: &ParkedRecord) -> Result<IncomingRecord, BoxError> {
    let mut headers = HeaderList::default();
    for (name, value) in parked.headers.as_object().into_iter().flatten() {
        let value = value.as_str().map(|value| STANDARD.decode(value)).transpose()?;
        headers.push(name, value.as_deref());
    }
    Ok(IncomingRecord {
        topic: parked.topic.as_str().into(),
        partition: parked.partition,
        offset: parked.offset,
        timestamp_ms: None,
        key: parked.key.clone(),
        value: parked.record.clone(),
        headers,
    })
}
