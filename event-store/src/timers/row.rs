//! The rows of timers: taken, renewed, moved and removed.

use chrono::{DateTime, Utc};
use domain::{InvalidTimestamp, Timestamp};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::{ReadError, Store, StreamId};

/// A timer that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTimer {
    pub stream: StreamId,
    /// By the engine's clock.
    pub due: Timestamp,
    /// How many wake-ups have failed since it was set.
    pub failures: u32,
    /// The stream's version after the append that set it.
    version: i64,
}

/// The timers of one kind of stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerCounts {
    pub kind: String,
    pub waiting: i64,
    /// Of those, due by the clock.
    pub due: i64,
    /// Of those, whose last wake-up failed.
    pub failing: i64,
    /// The earliest of them.
    pub first_due: Timestamp,
}

/// Why timers could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TimerError {
    /// The database cannot be reached, or refuses the statement.
    #[error("the timers of the event store cannot be used")]
    Store(#[from] ReadError),
    /// A row was changed by hand.
    #[error("the timer of stream {stream} is due at an impossible moment")]
    Moment {
        stream: StreamId,
        #[source]
        source: InvalidTimestamp,
    },
}

impl Store {
    /// Takes timers of some kinds that are due at `now`, of each kind at most `limit`, for `lease_s` seconds. `only` names the
    /// streams that come into question, `None` all of them.
    pub(super) async fn lease_due_timers(
        &self,
        kinds: &[&str],
        only: Option<&[String]>,
        now: Timestamp,
        limit: i64,
        lease_s: f64,
    ) -> Result<Vec<DueTimer>, TimerError> {
        let parameters: [&(dyn ToSql + Sync); 5] = [&kinds, &now.to_datetime(), &limit, &lease_s, &only];
        let rows = self.timer_rows(include_str!("../sql/timers_lease.sql"), &parameters).await?;
        rows.iter().map(due_timer).collect()
    }

    /// Keeps a taken timer for `lease_s` more seconds.
    pub(super) async fn renew_timer(&self, timer: &DueTimer, lease_s: f64) -> Result<(), TimerError> {
        let stream = &timer.stream;
        let parameters: [&(dyn ToSql + Sync); 4] = [&&*stream.kind, &&*stream.id, &timer.version, &lease_s];
        self.timer_rows(include_str!("../sql/timer_renew.sql"), &parameters).await?;
        Ok(())
    }

    /// Ends a taken timer after its stream was woken: removes it, or moves it to the stream's next moment. A timer that an append has
    /// set anew meanwhile stays.
    pub(super) async fn finish_timer(&self, timer: &DueTimer, next: Option<Timestamp>) -> Result<(), TimerError> {
        let stream = &timer.stream;
        let key: [&(dyn ToSql + Sync); 3] = [&&*stream.kind, &&*stream.id, &timer.version];
        match next {
            None => self.timer_rows(include_str!("../sql/timer_remove.sql"), &key).await?,
            Some(next) => {
                let [kind, id, version] = key;
                let parameters: [&(dyn ToSql + Sync); 4] = [kind, id, version, &next.to_datetime()];
                self.timer_rows(include_str!("../sql/timer_move.sql"), &parameters).await?
            }
        };
        Ok(())
    }

    /// Keeps a timer whose wake-up failed from being taken for `pause_s` seconds.
    pub(super) async fn postpone_timer(&self, timer: &DueTimer, pause_s: f64, error: &str) -> Result<(), TimerError> {
        let stream = &timer.stream;
        let parameters: [&(dyn ToSql + Sync); 5] = [&&*stream.kind, &&*stream.id, &timer.version, &pause_s, &error];
        self.timer_rows(include_str!("../sql/timer_postpone.sql"), &parameters).await?;
        Ok(())
    }

    /// How many timers wait, by kind of stream.
    ///
    /// # Errors
    /// [`TimerError`] when the database cannot be reached.
    pub async fn timer_counts(&self, now: Timestamp) -> Result<Vec<TimerCounts>, TimerError> {
        let rows = self.timer_rows(include_str!("../sql/timers_waiting.sql"), &[&now.to_datetime()]).await?;
        rows.iter()
            .map(|row| {
                let kind: String = row.try_get(0).map_err(ReadError::Query)?;
                let first = row.try_get(4).map_err(ReadError::Query)?;
                Ok(TimerCounts {
                    waiting: row.try_get(1).map_err(ReadError::Query)?,
                    due: row.try_get(2).map_err(ReadError::Query)?,
                    failing: row.try_get(3).map_err(ReadError::Query)?,
                    first_due: timestamp(first, || StreamId::new(&kind, "?"))?,
                    kind,
                })
            })
            .collect()
    }

    async fn timer_rows(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, TimerError> {
        let client = self.reader().await?;
        let statement = client.prepare_cached(sql).await.map_err(ReadError::Query)?;
        Ok(client.query(&statement, parameters).await.map_err(ReadError::Query)?)
    }
}

fn due_timer(row: &Row) -> Result<DueTimer, TimerError> {
    let stream = StreamId::new(row.try_get(0).map_err(ReadError::Query)?, row.try_get(1).map_err(ReadError::Query)?);
    let due = timestamp(row.try_get(2).map_err(ReadError::Query)?, || stream.clone())?;
    let failures: i32 = row.try_get(4).map_err(ReadError::Query)?;
    let version = row.try_get(3).map_err(ReadError::Query)?;
    Ok(DueTimer { due, failures: failures.unsigned_abs(), version, stream })
}

fn timestamp(moment: DateTime<Utc>, stream: impl FnOnce() -> StreamId) -> Result<Timestamp, TimerError> {
    Timestamp::try_from(moment).map_err(|source| TimerError::Moment { stream: stream(), source })
}
