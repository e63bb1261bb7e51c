//! Bringing a state up to the stored tail of its stream.

use std::sync::Arc;

use domain::{Decider, upcast};

use super::{CommandBus, ExecuteError};
use crate::StreamId;

/// A folded stream.
#[derive(Debug)]
pub struct Loaded<S> {
    /// How many events are folded.
    pub version: i64,
    /// Where the stream stands.
    pub state: Arc<S>,
    /// Bytes of the events' payloads, for the cache's bound.
    pub(crate) bytes: usize,
}

impl<S> Clone for Loaded<S> {
    fn clone(&self) -> Self {
        Self { version: self.version, state: Arc::clone(&self.state), bytes: self.bytes }
    }
}

impl<S> Loaded<S> {
    pub(super) fn initial<D: Decider<State = S>>() -> Self {
        Self { version: 0, state: Arc::new(D::initial()), bytes: 0 }
    }
}

impl<D: Decider> CommandBus<D> {
    pub(super) async fn catch_up(
        &self,
        stream: &StreamId,
        known: Loaded<D::State>,
    ) -> Result<Loaded<D::State>, ExecuteError> {
        let rows = self.store.read_stream(stream, known.version).await?;
        if rows.is_empty() {
            return Ok(known);
        }
        let (mut state, mut bytes) = ((*known.state).clone(), known.bytes);
        let version = known.version + i64::try_from(rows.len()).expect("a stream's length fits");
        for row in rows {
            let event: D::Event = upcast::decode(&row.event_type, &row.event_version, &row.payload)
                .map_err(|source| ExecuteError::Unreadable { stream: stream.clone(), version: row.version, source })?;
            bytes += row.payload.len();
            state =
                D::evolve(state, &event).map_err(|source| ExecuteError::Damaged { stream: stream.clone(), source })?;
        }
        let loaded = Loaded { version, state: Arc::new(state), bytes };
        self.cache.insert(&stream.id, loaded.clone());
        Ok(loaded)
    }
}
