//! All events of all streams of a kind, one stream after the other.

use domain::contract::Position;
use domain::{EventId, Timestamp};
use service_kit::BoxError;
use tokio_postgres::{Portal, Row, Transaction};

use crate::{StoredRow, StreamId};

/// Events fetched at once.
const PAGE_EVENTS: i32 = 1_000;

/// Reads the streams of a kind whose ids are UUIDs, in the order of their ids, each by rising version.
pub struct Histories<'a> {
    transaction: &'a Transaction<'a>,
    portal: Portal,
    kind: &'static str,
}

impl<'a> Histories<'a> {
    /// Begins at the first stream.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open(transaction: &'a Transaction<'a>, kind: &'static str) -> Result<Self, BoxError> {
        let statement = transaction.prepare(include_str!("../sql/audit_histories.sql")).await?;
        let portal = transaction.bind(&statement, &[&kind]).await?;
        Ok(Self { transaction, portal, kind })
    }

    /// The next events, with position zero for those that have none yet; none at the end.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn page(&mut self) -> Result<Vec<(Position, StoredRow)>, BoxError> {
        let rows = self.transaction.query_portal(&self.portal, PAGE_EVENTS).await?;
        rows.iter().map(|row| stored(self.kind, row)).collect()
    }
}

fn stored(kind: &str, row: &Row) -> Result<(Position, StoredRow), BoxError> {
    let position = Position { shard: row.try_get(2)?, position: row.try_get(3)? };
    let stored = StoredRow {
        stream: StreamId::new(kind, row.try_get(0)?),
        version: row.try_get(1)?,
        event_type: row.try_get(4)?,
        event_version: row.try_get(5)?,
        payload: row.try_get(6)?,
        metadata: row.try_get(7)?,
        event_id: EventId::new(row.try_get(8)?),
        tenant: row.try_get(9)?,
        recorded_at: Timestamp::try_from(row.try_get::<_, chrono::DateTime<chrono::Utc>>(10)?)?,
    };
    Ok((position, stored))
}
