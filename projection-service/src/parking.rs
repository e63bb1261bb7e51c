//! Parking: records that cannot be applied are stored until an operator deals with them, and so are later records of
//! the same key.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use messaging::IncomingRecord;
use messaging::producer::IdempotentProducer;
use service_kit::postgres::without_nul;
use tokio_postgres::Transaction;
use uuid::Uuid;

use crate::database::{Scope, Statements, statement};
use crate::error::AttemptError;

/// Headers that a copy in the dead-letter topic has in addition to those of the record.
const REASON: &str = "dlq_reason";
const GROUP: &str = "dlq_group";
const ORIGIN: &str = "dlq_origin";

/// The reason stored with a record whose key was parked already.
pub(crate) const BEHIND: &str = "waits behind an earlier parked record of its key";

/// A record that is not applied, and the reason.
pub(crate) struct Parked<'a> {
    pub(crate) record: &'a IncomingRecord,
    pub(crate) reason: String,
}

/// Parked keys by partition. A record without a key, or whose key is not UTF-8, is parked by its offset alone and does
/// not block later records.
#[derive(Debug, Default)]
pub(crate) struct ParkedKeys(HashMap<i32, HashSet<Vec<u8>>>);

impl ParkedKeys {
    pub(crate) fn holds(&self, record: &IncomingRecord) -> bool {
        let keys = self.0.get(&record.partition);
        keys.zip(record.key.as_ref()).is_some_and(|(keys, key)| keys.contains(key))
    }

    /// Adds the record's key.
    pub(crate) fn add(&mut self, record: &IncomingRecord) {
        if let Some(key) = record.key.as_ref().filter(|key| is_readable(key)) {
            self.0.entry(record.partition).or_default().insert(key.clone());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each partition that has parked keys, with their number.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (i32, usize)> {
        self.0.iter().map(|(partition, keys)| (*partition, keys.len()))
    }

    pub(crate) async fn load(
        transaction: &Transaction<'_>,
        statements: &Statements,
        scope: Scope<'_>,
        partitions: &[i32],
    ) -> Result<Self, AttemptError> {
        let rows = transaction.query(&statements.load_parked_keys, &[&scope.group, &scope.topic, &partitions]).await;
        let mut parked = Self::default();
        for row in rows.map_err(statement("loading parked keys"))? {
            let partition = row.try_get("partition").map_err(statement("reading a parked key's row"))?;
            let key: Option<Vec<u8>> = row.try_get("key").map_err(statement("reading a parked key's row"))?;
            parked.0.entry(partition).or_default().extend(key.filter(|key| is_readable(key)));
        }
        Ok(parked)
    }
}

/// Whether a key can be a stream's: those are all text.
fn is_readable(key: &[u8]) -> bool {
    std::str::from_utf8(key).is_ok()
}

/// Writes parked records, in the transaction of the batch.
pub(crate) async fn park(
    transaction: &Transaction<'_>,
    statements: &Statements,
    scope: Scope<'_>,
    parked: &[Parked<'_>],
) -> Result<(), AttemptError> {
    if parked.is_empty() {
        return Ok(());
    }
    let records = || parked.iter().map(|parked| parked.record);
    let partitions: Vec<_> = records().map(|record| record.partition).collect();
    let offsets: Vec<_> = records().map(|record| record.offset).collect();
    let keys: Vec<_> = records().map(|record| record.key.as_deref()).collect();
    let streams: Vec<_> = records().map(stream_id).collect();
    let reasons: Vec<_> = parked.iter().map(|parked| without_nul(&parked.reason)).collect();
    let values: Vec<_> = records().map(|record| record.value.as_deref()).collect();
    let headers: Vec<_> = records().map(headers).collect();
    transaction
        .execute(
            &statements.park,
            &[&scope.group, &scope.topic, &partitions, &offsets, &keys, &streams, &reasons, &values, &headers],
        )
        .await
        .map_err(statement("parking records"))?;
    Ok(())
}

/// Writes copies to the dead-letter topic. Called before the batch commits, so that a copy may be there twice but is
/// never missing.
pub(crate) async fn copy(
    brokers: &str,
    dead_letters: &str,
    group: &str,
    parked: &[Parked<'_>],
) -> Result<(), AttemptError> {
    if parked.is_empty() {
        return Ok(());
    }
    // Parking is rare, so the producer lives as long as one batch's copies.
    let producer = IdempotentProducer::new(brokers)?;
    for Parked { record, reason } in parked {
        let origin = format!("{}/{}/{}", record.topic, record.partition, record.offset);
        let copy = record.copy_for(dead_letters.into(), &[(REASON, reason), (GROUP, group), (ORIGIN, &origin)]);
        producer.produce(copy).await?;
    }
    producer.flush().await?;
    Ok(())
}

fn stream_id(record: &IncomingRecord) -> Option<Uuid> {
    let key = record.key.as_deref()?;
    Uuid::parse_str(std::str::from_utf8(key).ok()?).ok()
}

fn headers(record: &IncomingRecord) -> serde_json::Value {
    let encoded = record.headers.iter().map(|(name, value)| {
        (without_nul(name), value.map_or(serde_json::Value::Null, |value| STANDARD.encode(value).into()))
    });
    serde_json::Value::Object(encoded.collect())
}
