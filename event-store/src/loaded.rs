//! A stream folded to a state.

use std::sync::Arc;

use domain::Decider;

/// A folded stream.
#[derive(Debug)]
pub struct Loaded<S: ?Sized> {
    /// Version of the last folded event; 0 for none.
    pub version: i64,
    pub state: Arc<S>,
    /// Bytes of the events' payloads, or the most that the state takes where that is less: for the cache's bound.
    pub(crate) bytes: usize,
}

impl<S: ?Sized> Clone for Loaded<S> {
    fn clone(&self) -> Self {
        Self { version: self.version, state: Arc::clone(&self.state), bytes: self.bytes }
    }
}

/// What a state counts for in the cache, by the bytes of its events and the most that it takes.
pub(crate) fn counted_bytes(events: usize, state_max: Option<usize>) -> usize {
    state_max.map_or(events, |max| events.min(max))
}

impl<S> Loaded<S> {
    pub(crate) fn initial<D: Decider<State = S>>() -> Self {
        Self { version: 0, state: Arc::new(D::initial()), bytes: 0 }
    }
}
