//! What the log has at positions.

use service_kit::BoxError;
use tokio_postgres::Client;

/// A position's event, as far as its record says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedRow {
    pub position: i64,
    pub stream_id: String,
    pub version: i64,
    pub event_id: String,
    /// The SHA-256 of the stored payload in hexadecimal.
    pub payload_hash: String,
}

/// The stream of a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamAt {
    pub position: i64,
    pub kind: String,
    pub stream_id: String,
    pub version: i64,
}

/// The events at positions of a shard; those that are not there are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn rows_at(client: &Client, shard: i16, positions: &[i64]) -> Result<Vec<AuditedRow>, BoxError> {
    let rows = client.query(include_str!("../sql/audit_rows.sql"), &[&shard, &positions]).await?;
    let read = |row: &tokio_postgres::Row| {
        Ok(AuditedRow {
            position: row.try_get(0)?,
            stream_id: row.try_get(1)?,
            version: row.try_get(2)?,
            event_id: row.try_get(3)?,
            payload_hash: row.try_get(4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The streams of positions of a shard, whether their events are stored or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn streams_at(client: &Client, shard: i16, positions: &[i64]) -> Result<Vec<StreamAt>, BoxError> {
    let rows = client.query(include_str!("../sql/audit_streams.sql"), &[&shard, &positions]).await?;
    let read = |row: &tokio_postgres::Row| {
        Ok(StreamAt {
            position: row.try_get(0)?,
            stream_id: row.try_get(1)?,
            version: row.try_get(2)?,
            kind: row.try_get(3)?,
        })
    };
    rows.iter().map(read).collect()
}
