//! Parked records: what could not be handled, in the order of its topic, until somebody has dealt with it.

mod redrive;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use messaging::IncomingRecord;
use messaging::consumer::TopicPartition;
use serde_json::Value;
use service_kit::postgres::{Pool, without_nul};
use tokio_postgres::GenericClient;

use crate::error::{ParkError, statement};

pub use redrive::{ParkedKey, ParkedRequest, Redriven, discard, list, redrive};

/// The reason stored with a record whose key was parked already.
const BEHIND: &str = "waits behind an earlier parked record of its key";

/// The parked records of a group.
#[derive(Clone)]
pub(crate) struct Parking {
    pub(crate) pool: Pool,
    pub(crate) group: Arc<str>,
    pub(crate) keys_max: usize,
    pub(crate) records_max: usize,
}

/// The key under which a record is parked. Records without a key share the empty one.
pub(crate) fn key_of(record: &IncomingRecord) -> &[u8] {
    record.key.as_deref().unwrap_or_default()
}

impl Parking {
    /// The parked keys of partitions.
    pub(crate) async fn keys(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<HashMap<TopicPartition, HashSet<Vec<u8>>>, ParkError> {
        let client = self.pool.get().await.map_err(ParkError::Connect)?;
        let topics: Vec<&str> = partitions.iter().map(|one| &*one.topic).collect();
        let numbers: Vec<i32> = partitions.iter().map(|one| one.partition).collect();
        let select = include_str!("../sql/parked_keys.sql");
        let failed = statement("reading parked keys");
        let rows = client.query(select, &[&&*self.group, &topics, &numbers]).await.map_err(&failed)?;
        let mut keys: HashMap<TopicPartition, HashSet<Vec<u8>>> = HashMap::new();
        for row in rows {
            let topic: &str = row.try_get(0).map_err(&failed)?;
            let partition = TopicPartition { topic: topic.into(), partition: row.try_get(1).map_err(&failed)? };
            keys.entry(partition).or_default().insert(row.try_get(2).map_err(&failed)?);
        }
        Ok(keys)
    }

    /// Parks a record and its key. Changes nothing where that would be too many for the partition.
    pub(crate) async fn park(&self, record: &IncomingRecord, reason: &str) -> Result<(), ParkError> {
        let mut client = self.pool.get().await.map_err(ParkError::Connect)?;
        let transaction = client.transaction().await.map_err(statement("beginning to park a record"))?;
        let IncomingRecord { topic, partition, .. } = record;
        let insert = include_str!("../sql/park_key.sql");
        let key = transaction.execute(insert, &[&&*self.group, &&**topic, partition, &key_of(record)]).await;
        key.map_err(statement("parking a key"))?;
        self.insert(&*transaction, record, reason).await?;
        self.check(&*transaction, record).await?;
        transaction.commit().await.map_err(statement("parking a record"))
    }

    /// Parks a record behind others of its key. Returns `false`, and parks nothing, where its key is free by now.
    pub(crate) async fn park_behind(&self, record: &IncomingRecord) -> Result<bool, ParkError> {
        let mut client = self.pool.get().await.map_err(ParkError::Connect)?;
        let transaction = client.transaction().await.map_err(statement("beginning to park a record"))?;
        let is_parked = self.insert(&*transaction, record, BEHIND).await?;
        self.check(&*transaction, record).await?;
        transaction.commit().await.map_err(statement("parking a record"))?;
        Ok(is_parked)
    }

    /// Parks a record where its key is parked, which it returns.
    async fn insert(
        &self,
        client: &impl GenericClient,
        record: &IncomingRecord,
        reason: &str,
    ) -> Result<bool, ParkError> {
        let IncomingRecord { topic, partition, offset, timestamp_ms, key, value, .. } = record;
        let park = include_str!("../sql/park.sql");
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 10] = [
            &&*self.group,
            &&**topic,
            partition,
            &key_of(record),
            offset,
            &key.is_some(),
            &without_nul(reason),
            value,
            &headers_json(record),
            timestamp_ms,
        ];
        let row = client.query_one(park, &parameters).await.map_err(statement("parking a record"))?;
        row.try_get(0).map_err(statement("parking a record"))
    }

    async fn check(&self, client: &impl GenericClient, record: &IncomingRecord) -> Result<(), ParkError> {
        let IncomingRecord { topic, partition, .. } = record;
        let failed = statement("counting what is parked");
        let counts = include_str!("../sql/parked_counts.sql");
        let row = client.query_one(counts, &[&&*self.group, &&**topic, partition]).await.map_err(&failed)?;
        let keys: i64 = row.try_get(0).map_err(&failed)?;
        let records: i64 = row.try_get(1).map_err(&failed)?;
        let exceeds = |count: i64, max: usize| usize::try_from(count).is_ok_and(|count| count > max);
        if exceeds(keys, self.keys_max) || exceeds(records, self.records_max) {
            let topic = topic.to_string();
            return Err(ParkError::TooMany { topic, partition: *partition, keys, records });
        }
        Ok(())
    }
}

fn headers_json(record: &IncomingRecord) -> Value {
    let pairs = record.headers.iter().map(|(name, value)| {
        let value = value.map_or(Value::Null, |value| STANDARD.encode(value).into());
        Value::Array(vec![without_nul(name).into(), value])
    });
    Value::Array(pairs.collect())
}
