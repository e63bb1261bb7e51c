//! Parked records: what a projector could not apply, and what waits behind it.
//!
//! Guarantees: a record that is dropped is kept with the reason in `public.parked_dropped`. Does not: park, which the projector does, or
//! apply again, which the projection service does.

use chrono::{DateTime, Utc};
use serde_json::Value;
use service_kit::postgres::without_nul;
use tokio_postgres::{GenericClient, Row, Transaction};
use uuid::Uuid;

use crate::table::{Reader, RowError};

/// A record of Kafka that is parked.
#[derive(Debug, Clone, PartialEq)]
pub struct ParkedRecord {
    /// Its number among all that were ever parked.
    pub id: i64,
    /// The projector group that could not apply it.
    pub group: String,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// `None` for a record without one, which can only be dropped.
    pub key: Option<Vec<u8>>,
    /// Unknown where the record is unreadable.
    pub stream_id: Option<Uuid>,
    /// Why it is parked, for people.
    pub reason: String,
    /// Its body as it came.
    pub record: Option<Vec<u8>>,
    /// A JSON object: the name of each header with base64 of its value, or null.
    pub headers: Value,
    /// When it was parked.
    pub at: DateTime<Utc>,
}

/// Why parked records could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ParkedError {
    #[error("could not {action} parked records")]
    Database {
        action: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
    /// A row holds what no projector writes.
    #[error("could not read a parked record")]
    Row(#[source] RowError),
}

/// All parked records, by group, topic, partition and offset.
///
/// # Errors
/// [`ParkedError`].
pub async fn parked_records(client: &impl GenericClient) -> Result<Vec<ParkedRecord>, ParkedError> {
    let rows = client.query(include_str!("../sql/parked/list.sql"), &[]).await.map_err(database("list"))?;
    rows.iter().map(ParkedRecord::read).collect::<Result<_, _>>().map_err(ParkedError::Row)
}

/// The parked record with a number; `None` if there is none.
///
/// # Errors
/// [`ParkedError`].
pub async fn parked_record(client: &impl GenericClient, id: i64) -> Result<Option<ParkedRecord>, ParkedError> {
    let row = client.query_opt(include_str!("../sql/parked/by_id.sql"), &[&id]).await.map_err(database("read"))?;
    row.as_ref().map(ParkedRecord::read).transpose().map_err(ParkedError::Row)
}

/// The groups for which records of a key are parked, or only that of the record with a number; by name.
///
/// # Errors
/// [`ParkedError`].
pub async fn groups_with_parked(
    client: &impl GenericClient,
    key: &[u8],
    id: Option<i64>,
) -> Result<Vec<String>, ParkedError> {
    let statement = include_str!("../sql/parked/groups_of_key.sql");
    let rows = client.query(statement, &[&key, &id]).await.map_err(database("find the groups of"))?;
    let group = |row| Reader { table: PARKED, row }.get("group_name");
    rows.iter().map(group).collect::<Result<_, _>>().map_err(ParkedError::Row)
}

/// The parked records of a key of a group, by topic, partition and offset. Until the transaction ends, the projectors of their partitions wait:
/// none parks a record behind these meanwhile.
///
/// # Errors
/// [`ParkedError`].
pub async fn lock_parked_of_key(
    transaction: &Transaction<'_>,
    group: &str,
    key: &[u8],
) -> Result<Vec<ParkedRecord>, ParkedError> {
    // As the projector does: the offsets first.
    let lock = include_str!("../sql/parked/lock_of_key.sql");
    transaction.query(lock, &[&group, &key]).await.map_err(database("lock"))?;
    let rows = transaction.query(include_str!("../sql/parked/of_key.sql"), &[&group, &key]).await;
    let rows = rows.map_err(database("read"))?;
    rows.iter().map(ParkedRecord::read).collect::<Result<_, _>>().map_err(ParkedError::Row)
}

/// Removes records that have been applied after all.
///
/// # Errors
/// [`ParkedError`].
pub async fn remove_parked(client: &impl GenericClient, ids: &[i64]) -> Result<(), ParkedError> {
    let removed = client.execute(include_str!("../sql/parked/remove.sql"), &[&ids]).await;
    removed.map(drop).map_err(database("remove"))
}

/// Stores why a record is still parked.
///
/// # Errors
/// [`ParkedError`].
pub async fn set_parked_reason(client: &impl GenericClient, id: i64, reason: &str) -> Result<(), ParkedError> {
    let reason = without_nul(reason);
    let stored = client.execute(include_str!("../sql/parked/set_reason.sql"), &[&id, &reason]).await;
    stored.map(drop).map_err(database("change"))
}

/// Drops a record for good, and keeps it apart with the reason; `false` if no such record is parked.
///
/// # Errors
/// [`ParkedError`].
pub async fn drop_parked(client: &impl GenericClient, id: i64, reason: &str) -> Result<bool, ParkedError> {
    let dropped = client.execute(include_str!("../sql/parked/drop.sql"), &[&id, &reason]).await;
    Ok(dropped.map_err(database("drop"))? > 0)
}

/// Drops what a group has parked of a topic, once its models are made anew from the log, which has those events too.
///
/// # Errors
/// [`tokio_postgres::Error`], for the rebuild's own error.
pub(crate) async fn drop_parked_of_topic(
    client: &impl GenericClient,
    group: &str,
    topic: &str,
) -> Result<(), tokio_postgres::Error> {
    client.execute(include_str!("../sql/parked/drop_of_topic.sql"), &[&group, &topic]).await.map(drop)
}

const PARKED: &str = "parked";

fn database(action: &'static str) -> impl Fn(tokio_postgres::Error) -> ParkedError {
    move |source| ParkedError::Database { action, source }
}

impl ParkedRecord {
    fn read(row: &Row) -> Result<Self, RowError> {
        let reader = Reader { table: PARKED, row };
        Ok(Self {
            id: reader.get("id")?,
            group: reader.get("group_name")?,
            topic: reader.get("topic")?,
            partition: reader.get("partition")?,
            offset: reader.get("offset")?,
            key: reader.get("key")?,
            stream_id: reader.get("order_id")?,
            reason: reader.get("reason")?,
            record: reader.get("record")?,
            headers: reader.get("headers")?,
            at: reader.get("at")?,
        })
    }
}
