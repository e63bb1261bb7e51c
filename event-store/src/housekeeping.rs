//! Deletes kept answers that have expired. Lookups ignore them anyway; this only frees their space.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{ReadError, Store};

/// Pause between two rounds.
const PURGE_EVERY_MS: u64 = 60_000;
/// Most answers dropped by one statement, so that none holds locks for long.
const PURGE_ROWS_MAX: i64 = 5_000;

impl Store {
    /// Deletes expired answers until cancelled. Any number of processes may do it at once.
    pub async fn purge_expired_answers(self, stop: CancellationToken) {
        while service_kit::poll::pause(Duration::from_millis(PURGE_EVERY_MS), &stop).await {
            if let Err(error) = self.purge_round().await {
                tracing::warn!(
                    error = service_kit::errors::chain(&error),
                    "dropping expired answers failed; tried again later"
                );
            }
        }
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
