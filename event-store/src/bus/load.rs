//! Bringing a state up to the stored tail of its stream.

use std::sync::Arc;

use domain::{Decider, upcast};

use super::snapshot::SNAPSHOT_EVENTS;
use super::{CommandBus, ExecuteError};
use crate::loaded::counted_bytes;
use crate::{Loaded, StoredRow, StreamId};

/// Events read at once while folding.
const PAGE_EVENTS: i64 = SNAPSHOT_EVENTS;

/// A state on its way to the tail.
struct Folded<S> {
    version: i64,
    state: S,
    bytes: usize,
}

impl<D: Decider> CommandBus<D> {
    pub(super) async fn catch_up(
        &self,
        stream: &StreamId,
        known: Loaded<D::State>,
    ) -> Result<Loaded<D::State>, ExecuteError> {
        let seen = known.version;
        let mut folded = Folded { version: seen, state: (*known.state).clone(), bytes: known.bytes };
        loop {
            let rows = self.store.read_stream_page(stream, folded.version, PAGE_EVENTS).await?;
            let full = i64::try_from(rows.len()) == Ok(PAGE_EVENTS);
            let first = folded.version == 0;
            folded = Self::fold_rows(stream, folded, rows)?;
            // A stream of more than one page is long enough for a snapshot further on to be worth a look.
            if first
                && full
                && let Some((version, state)) =
                    self.store.snapshot(stream, D::FOLD_VERSION, |state| serde_json::from_str(state)).await?
                && version > folded.version
            {
                folded = Folded { version, state, bytes: folded.bytes };
            }
            if !full {
                break;
            }
        }
        if folded.version == seen {
            return Ok(known);
        }
        let loaded = Loaded { version: folded.version, state: Arc::new(folded.state), bytes: folded.bytes };
        self.cache.insert(&stream.id, loaded.clone());
        Ok(loaded)
    }

    fn fold_rows(
        stream: &StreamId,
        mut folded: Folded<D::State>,
        rows: Vec<StoredRow>,
    ) -> Result<Folded<D::State>, ExecuteError> {
        for row in rows {
            let event: D::Event = upcast::decode(&row.event_type, &row.event_version, &row.payload)
                .map_err(|source| ExecuteError::Unreadable { stream: stream.clone(), version: row.version, source })?;
            folded.version = row.version;
            folded.bytes = counted_bytes(folded.bytes + row.payload.len(), D::STATE_BYTES_MAX);
            folded.state = D::evolve(folded.state, &event)
                .map_err(|source| ExecuteError::Damaged { stream: stream.clone(), source })?;
        }
        Ok(folded)
    }
}
