//! Snapshots of long streams.
//!
//! Guarantees: a snapshot is a state that was folded from stored events, kept under the decider's fold version; one that
//! cannot be read counts as absent. Does not: replace events. Every stream folds without it.

use crate::{ReadError, Store, StreamId};

/// Events between two snapshots. A stream shorter than this is loaded by one page and needs none.
pub(crate) const SNAPSHOT_EVENTS: i64 = 1_000;

impl Store {
    /// The version and state of a stream's newest snapshot of a fold version. `read` reads the state's JSON.
    pub(crate) async fn snapshot<S>(
        &self,
        stream: &StreamId,
        fold_version: i32,
        read: impl FnOnce(&str) -> serde_json::Result<S>,
    ) -> Result<Option<(i64, S)>, ReadError> {
        let client = self.reader().await?;
        let statement =
            client.prepare_cached(include_str!("../sql/snapshot_load.sql")).await.map_err(ReadError::Query)?;
        let row = client
            .query_opt(&statement, &[&&*stream.kind, &&*stream.id, &fold_version])
            .await
            .map_err(ReadError::Query)?;
        let Some(row) = row else { return Ok(None) };
        let (version, state): (i64, &str) =
            (row.try_get(0).map_err(ReadError::Query)?, row.try_get(1).map_err(ReadError::Query)?);
        match read(state) {
            Ok(state) => Ok(Some((version, state))),
            Err(error) => {
                tracing::warn!(%stream, version, error = %error, "a snapshot cannot be read; the stream is folded whole");
                Ok(None)
            }
        }
    }

    /// Keeps a snapshot when a stream has grown past another thousand events. A failure costs only time later.
    pub(crate) async fn keep_snapshot(
        &self,
        stream: &StreamId,
        fold_version: i32,
        before: i64,
        version: i64,
        write: impl FnOnce() -> serde_json::Result<String>,
    ) {
        if before / SNAPSHOT_EVENTS == version / SNAPSHOT_EVENTS {
            return;
        }
        let Ok(state) = write() else { return };
        if let Err(error) = self.save_snapshot(stream, fold_version, version, &state).await {
            tracing::warn!(%stream, version, error = service_kit::errors::chain(&error), "a snapshot was not kept");
        }
    }

    async fn save_snapshot(
        &self,
        stream: &StreamId,
        fold_version: i32,
        version: i64,
        state: &str,
    ) -> Result<(), ReadError> {
        let client = self.reader().await?;
        let statement =
            client.prepare_cached(include_str!("../sql/snapshot_save.sql")).await.map_err(ReadError::Query)?;
        client
            .execute(&statement, &[&&*stream.kind, &&*stream.id, &fold_version, &version, &state])
            .await
            .map_err(ReadError::Query)?;
        Ok(())
    }
}
