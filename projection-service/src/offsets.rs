//! The group's stored offset in each partition.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::contract::Published;
use domain::{EventId, Timestamp};
use messaging::consumer::ResumePosition;
use service_kit::config::DatabaseUrl;
use tokio_postgres::{GenericClient, Transaction};
use uuid::Uuid;

use crate::database::{self, Scope, Statements, statement};
use crate::error::{AttemptError, DatabaseError};

/// The change of one partition's stored offset.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    /// The stored next offset must equal this.
    pub(crate) expected: i64,
    /// The next offset that is stored.
    pub(crate) next: i64,
    /// The last decoded record; `None` if no record of the move could be decoded.
    pub(crate) last: Option<Last>,
}

#[derive(Debug, Clone)]
pub(crate) struct Last {
    pub(crate) offset: i64,
    pub(crate) event_id: EventId,
    pub(crate) position: String,
    pub(crate) recorded_at: Timestamp,
}

impl Last {
    pub(crate) fn of<E>(offset: i64, published: &Published<E>) -> Self {
        Self {
            offset,
            event_id: published.event_id,
            position: published.position.to_string(),
            recorded_at: published.recorded_at,
        }
    }

    /// Milliseconds between the storing of the event and `now`.
    pub(crate) fn lag_ms(&self, now: Timestamp) -> i64 {
        (now.micros().saturating_sub(self.recorded_at.micros()) / 1_000).max(0)
    }
}

/// Moves by partition.
pub(crate) type Moves = BTreeMap<i32, Move>;

/// Loads the group's resume positions. A partition that it has never read begins at offset zero.
pub(crate) async fn load(
    database: &DatabaseUrl,
    group: &str,
    topic: &str,
    partitions: &[i32],
) -> Result<Vec<ResumePosition>, DatabaseError> {
    let client = database::plain(database).await?;
    let insert = include_str!("../sql/insert_offsets.sql");
    client.execute(insert, &[&group, &topic, &partitions]).await.map_err(statement("beginning offsets"))?;
    let select = include_str!("../sql/load_offsets.sql");
    let rows = client.query(select, &[&group, &topic, &partitions]).await.map_err(statement("loading offsets"))?;
    rows.iter().map(resume_position).collect::<Result<_, _>>().map_err(statement("reading an offset's row"))
}

fn resume_position(row: &tokio_postgres::Row) -> Result<ResumePosition, tokio_postgres::Error> {
    let offset: Option<i64> = row.try_get("last_offset")?;
    let event: Option<Uuid> = row.try_get("last_event_id")?;
    Ok(ResumePosition {
        partition: row.try_get("partition")?,
        next_offset: row.try_get("next_offset")?,
        last: offset.zip(event.map(EventId::new)),
    })
}

/// Advances the offsets by compare-and-set.
///
/// # Errors
/// [`AttemptError::Moved`] if another projector has advanced one of them.
pub(crate) async fn advance(
    transaction: &Transaction<'_>,
    statements: &Statements,
    scope: Scope<'_>,
    moves: &Moves,
    now: Timestamp,
) -> Result<(), AttemptError> {
    let column = |value: fn(&Move) -> i64| moves.values().map(value).collect::<Vec<_>>();
    let partitions: Vec<_> = moves.keys().copied().collect();
    let last = || moves.values().map(|one| one.last.as_ref());
    let last_offsets: Vec<_> = last().map(|last| last.map(|last| last.offset)).collect();
    let event_ids: Vec<_> = last().map(|last| last.map(|last| last.event_id.uuid())).collect();
    let positions: Vec<_> = last().map(|last| last.map(|last| last.position.as_str())).collect();
    let recorded: Vec<Option<DateTime<Utc>>> =
        last().map(|last| last.map(|last| last.recorded_at.to_datetime())).collect();
    let lags: Vec<_> = last().map(|last| last.map(|last| last.lag_ms(now))).collect();
    let advanced = transaction
        .execute(
            &statements.advance_offsets,
            &[
                &scope.group,
                &scope.topic,
                &partitions,
                &column(|one| one.expected),
                &column(|one| one.next),
                &last_offsets,
                &event_ids,
                &positions,
                &recorded,
                &lags,
            ],
        )
        .await
        .map_err(statement("advancing offsets"))?;
    if usize::try_from(advanced) == Ok(moves.len()) { Ok(()) } else { Err(AttemptError::Moved) }
}

/// Whether every stored offset is the target of its move: a commit whose answer was lost has succeeded, or nobody else has moved what
/// is to stay.
pub(crate) async fn have_moved(
    client: &impl GenericClient,
    statements: &Statements,
    scope: Scope<'_>,
    moves: &Moves,
) -> Result<bool, AttemptError> {
    let partitions: Vec<_> = moves.keys().copied().collect();
    let rows = client.query(&statements.load_offsets, &[&scope.group, &scope.topic, &partitions]).await;
    let rows = rows.map_err(statement("loading offsets"))?;
    let stored: BTreeMap<i32, i64> = rows
        .iter()
        .map(|row| Ok((row.try_get("partition")?, row.try_get("next_offset")?)))
        .collect::<Result<_, _>>()
        .map_err(statement("reading an offset's row"))?;
    Ok(moves.iter().all(|(partition, one)| stored.get(partition) == Some(&one.next)))
}
