//! Snapshots of long streams.
//!
//! Guarantees: a snapshot is a state that was folded from stored events, kept under the decider's fold version; one that
//! cannot be read counts as absent. Does not: replace events. Every stream folds without it.

use domain::Decider;

use super::CommandBus;
use crate::{ReadError, StreamId};

/// Events between two snapshots. A stream shorter than this is loaded by one page and needs none.
pub(super) const SNAPSHOT_EVENTS: i64 = 1_000;

impl<D: Decider> CommandBus<D> {
    /// The version and state of the newest snapshot of a stream with this release's fold version.
    pub(super) async fn snapshot(&self, stream: &StreamId) -> Result<Option<(i64, D::State)>, ReadError> {
        let client = self.store.reader().await?;
        let statement =
            client.prepare_cached(include_str!("../sql/snapshot_load.sql")).await.map_err(ReadError::Query)?;
        let row = client
            .query_opt(&statement, &[&D::KIND, &&*stream.id, &D::FOLD_VERSION])
            .await
            .map_err(ReadError::Query)?;
        let Some(row) = row else { return Ok(None) };
        let (version, state): (i64, &str) =
            (row.try_get(0).map_err(ReadError::Query)?, row.try_get(1).map_err(ReadError::Query)?);
        match serde_json::from_str(state) {
            Ok(state) => Ok(Some((version, state))),
            Err(error) => {
                tracing::warn!(%stream, version, error = %error, "a snapshot cannot be read; the stream is folded whole");
                Ok(None)
            }
        }
    }

    /// Keeps a snapshot when a stream has grown past another thousand events. A failure costs only time later.
    pub(super) async fn keep_snapshot(&self, stream: &StreamId, before: i64, version: i64, state: &D::State) {
        if before / SNAPSHOT_EVENTS == version / SNAPSHOT_EVENTS {
            return;
        }
        if let Err(error) = self.save_snapshot(stream, version, state).await {
            tracing::warn!(%stream, version, error = service_kit::errors::chain(&error), "a snapshot was not kept");
        }
    }

    async fn save_snapshot(&self, stream: &StreamId, version: i64, state: &D::State) -> Result<(), ReadError> {
        let Ok(state) = serde_json::to_string(state) else { return Ok(()) };
        let client = self.store.reader().await?;
        let statement =
            client.prepare_cached(include_str!("../sql/snapshot_save.sql")).await.map_err(ReadError::Query)?;
        client
            .execute(&statement, &[&D::KIND, &&*stream.id, &D::FOLD_VERSION, &version, &state])
            .await
            .map_err(ReadError::Query)?;
        Ok(())
    }
}
