//! Deletes kept answers that have expired. Lookups ignore them anyway; this only frees their space.

use std::sync::Arc;
use std::time::Duration;

use crate::{Job, ReadError, Store};

/// Pause between two rounds.
const PURGE_EVERY: Duration = Duration::from_mins(1);
/// Most answers dropped by one statement, so that none holds locks for long.
const PURGE_ROWS_MAX: i64 = 5_000;

impl Store {
    /// The job that deletes expired answers.
    pub fn job_to_forget_expired_answers(&self) -> Job {
        let store = self.clone();
        let run = move || {
            let store = store.clone();
            Box::pin(async move { Ok(format!("{} expired answers deleted", store.purge_round().await?)) }) as _
        };
        Job { name: "forget-expired-answers", every: PURGE_EVERY, run: Arc::new(run) }
    }

    /// Deletes all answers that are expired now. Returns how many.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn purge_round(&self) -> Result<u64, ReadError> {
        let client = self.reader().await?;
        let statement = client.prepare_cached(include_str!("sql/purge_expired.sql")).await.map_err(ReadError::Query)?;
        let mut dropped = 0;
        loop {
            let rows = client.execute(&statement, &[&PURGE_ROWS_MAX]).await.map_err(ReadError::Query)?;
            dropped += rows;
            if rows < PURGE_ROWS_MAX.unsigned_abs() {
                return Ok(dropped);
            }
        }
    }
}
