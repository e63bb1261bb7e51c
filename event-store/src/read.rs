//! Reading the log: by stream and by position, resumable, a page at a time.
//!
//! Guarantees: a page is complete or an error; a position without its event is an error that names it, never an early end.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use deadpool_postgres::Object;
use domain::contract::Position;
use domain::{EventId, Timestamp};
use futures::TryStreamExt;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::json::JsonText;
use crate::{Store, StoredRow, StreamId};

/// The last position given in a shard.
pub(crate) const HEAD: &str = "SELECT coalesce(max(position), 0) FROM log WHERE shard = $1";
/// Most rows of one page of a stream.
const STREAM_PAGE_ROWS: i64 = 1_000;

/// Rows of one shard in position order.
#[derive(Debug, Clone)]
pub struct LogPage {
    pub shard: i16,
    /// The position of the last row, from which the next page is read.
    pub last: i64,
    /// The rows, each one position after the one before.
    pub rows: Vec<(Position, StoredRow)>,
}

/// Why the log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The pool has no connection to give.
    #[error("cannot reach the event store")]
    Connect(#[source] deadpool_postgres::PoolError),
    /// Postgres or the connection failed.
    #[error("reading the event store failed")]
    Query(#[source] tokio_postgres::Error),
    /// A position has no event: rows were deleted by hand, or the log is damaged.
    #[error("position {0} of the log has no event")]
    Hole(Position),
    /// A stream lacks a version.
    #[error("stream {stream} has version {found} where {expected} belongs")]
    Gap { stream: StreamId, expected: i64, found: i64 },
    /// A row's `recorded_at` is out of range.
    #[error("event {event} of stream {stream} was recorded at an impossible moment")]
    Moment {
        stream: StreamId,
        event: EventId,
        #[source]
        source: domain::InvalidTimestamp,
    },
}

impl Store {
    /// A connection for reads; also for what an aggregate keeps beside the log.
    ///
    /// # Errors
    /// [`ReadError::Connect`] when none is free in time.
    pub async fn reader(&self) -> Result<Object, ReadError> {
        self.inner.pool.get().await.map_err(ReadError::Connect)
    }

    /// All events of a stream after a version, in order.
    ///
    /// # Errors
    /// [`ReadError`]; a missing version is one.
    pub async fn read_stream(&self, stream: &StreamId, after: i64) -> Result<Vec<StoredRow>, ReadError> {
        let mut rows: Vec<StoredRow> = Vec::new();
        loop {
            let last = rows.last().map_or(after, |row| row.version);
            let page = self.read_stream_page(stream, last, STREAM_PAGE_ROWS).await?;
            let full = i64::try_from(page.len()) == Ok(STREAM_PAGE_ROWS);
            rows.extend(page);
            if !full {
                return Ok(rows);
            }
        }
    }

    /// The events of a stream after a version, in order, `rows_max` at most.
    ///
    /// # Errors
    /// [`ReadError`]; a missing version is one.
    pub async fn read_stream_page(
        &self,
        stream: &StreamId,
        after: i64,
        rows_max: i64,
    ) -> Result<Vec<StoredRow>, ReadError> {
        let client = self.reader().await?;
        let statement = client.prepare_cached(include_str!("sql/stream.sql")).await.map_err(ReadError::Query)?;
        let page = client
            .query(&statement, &[&&*stream.kind, &&*stream.id, &after, &rows_max])
            .await
            .map_err(ReadError::Query)?;
        let mut rows = Vec::with_capacity(page.len());
        for (expected, row) in (after + 1..).zip(&page) {
            let found: i64 = row.try_get(0).map_err(ReadError::Query)?;
            if found != expected {
                return Err(ReadError::Gap { stream: stream.clone(), expected, found });
            }
            rows.push(stored_row(row, stream.clone(), found, 1)?);
        }
        Ok(rows)
    }

    /// The last position given in a shard; 0 before the first.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn head(&self, shard: i16) -> Result<i64, ReadError> {
        let client = self.reader().await?;
        let statement = client.prepare_cached(HEAD).await.map_err(ReadError::Query)?;
        let row = client.query_one(&statement, &[&shard]).await.map_err(ReadError::Query)?;
        row.try_get(0).map_err(ReadError::Query)
    }

    /// The last position given in each shard.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn heads(&self) -> Result<Vec<i64>, ReadError> {
        let mut heads = Vec::new();
        for shard in 0..self.identity().shards {
            heads.push(self.head(shard).await?);
        }
        Ok(heads)
    }

    /// How many stored events wait for a position.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn unsequenced(&self) -> Result<i64, ReadError> {
        let client = self.reader().await?;
        let row = client
            .query_one("SELECT coalesce(sum(cardinality(sequences)), 0)::bigint FROM unsequenced", &[])
            .await
            .map_err(ReadError::Query)?;
        row.try_get(0).map_err(ReadError::Query)
    }

    /// The events of a shard after a position, `rows_max` at most and fewer where they are large
    /// ([`page_bytes_max`](crate::StoreOptions::page_bytes_max)). A page without rows is the end of the log.
    ///
    /// # Errors
    /// [`ReadError`]; a position without its event is one.
    pub async fn read_log(&self, shard: i16, after: i64, rows_max: i64) -> Result<LogPage, ReadError> {
        let client = self.reader().await?;
        let statement = client.prepare_cached(include_str!("sql/log_page.sql")).await.map_err(ReadError::Query)?;
        let values: [&(dyn ToSql + Sync); 3] = [&shard, &after, &after.saturating_add(rows_max)];
        // A row at a time, so that a page of huge ones is never held whole.
        let page = client.query_raw(&statement, values).await.map_err(ReadError::Query)?;
        let mut page = pin!(page);
        let mut kinds: HashMap<String, Arc<str>> = HashMap::new();
        let mut rows = Vec::new();
        let mut last = after;
        let mut bytes = 0;
        while bytes < self.inner.options.page_bytes_max
            && let Some(row) = page.try_next().await.map_err(ReadError::Query)?
        {
            let position: i64 = row.try_get(0).map_err(ReadError::Query)?;
            let missing = |position| ReadError::Hole(Position { shard, position });
            if position != last + 1 {
                return Err(missing(last + 1));
            }
            last = position;
            let kind: String = row.try_get(1).map_err(ReadError::Query)?;
            let kind = Arc::clone(kinds.entry(kind).or_insert_with_key(|kind| Arc::from(kind.as_str())));
            let id: &str = row.try_get(2).map_err(ReadError::Query)?;
            if row.try_get::<_, Option<&str>>(4).map_err(ReadError::Query)?.is_none() {
                return Err(missing(position));
            }
            let version = row.try_get(3).map_err(ReadError::Query)?;
            let stored = stored_row(&row, StreamId { kind, id: id.into() }, version, 4)?;
            bytes += stored.payload.len();
            rows.push((Position { shard, position }, stored));
        }
        Ok(LogPage { shard, last, rows })
    }
}

/// Reads the columns from `event_type` on, which both statements share.
fn stored_row(row: &Row, stream: StreamId, version: i64, first: usize) -> Result<StoredRow, ReadError> {
    let text = |index: usize| row.try_get::<_, String>(first + index).map_err(ReadError::Query);
    let json = |index: usize| {
        row.try_get::<_, JsonText>(first + index).map(|json| json.0.to_owned()).map_err(ReadError::Query)
    };
    let event_id = EventId::new(row.try_get(first + 4).map_err(ReadError::Query)?);
    let moment: chrono::DateTime<chrono::Utc> = row.try_get(first + 6).map_err(ReadError::Query)?;
    let recorded_at = Timestamp::try_from(moment).map_err(|source| ReadError::Moment {
        stream: stream.clone(),
        event: event_id,
        source,
    })?;
    Ok(StoredRow {
        version,
        event_type: text(0)?,
        event_version: text(1)?,
        payload: json(2)?,
        metadata: json(3)?,
        event_id,
        tenant: text(5)?,
        recorded_at,
        stream,
    })
}
