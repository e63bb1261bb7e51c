//! A decider without its type, so that a unit of work holds streams of several kinds.

use std::sync::Arc;

use domain::{Decider, upcast};

use crate::cache::AnyState;
use crate::{ExecuteError, StreamId};

/// A stored event's type, version and body, as far as folding needs them.
pub(super) struct StoredBody<'a> {
    pub(super) version: i64,
    pub(super) event_type: &'a str,
    pub(super) event_version: &'a str,
    pub(super) payload: &'a str,
}

/// The state after one more stored event.
pub(super) type Fold = fn(&StreamId, Arc<AnyState>, &StoredBody<'_>) -> Result<Arc<AnyState>, ExecuteError>;

/// What a unit does with the states of a kind.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) fold_version: i32,
    pub(super) state_bytes_max: Option<usize>,
    pub(super) initial: fn() -> Arc<AnyState>,
    pub(super) fold: Fold,
    pub(super) from_json: fn(&str) -> serde_json::Result<Arc<AnyState>>,
    pub(super) to_json: fn(&AnyState) -> serde_json::Result<String>,
}

impl Kind {
    pub(super) fn of<D: Decider>() -> Self {
        Self {
            name: D::KIND,
            fold_version: D::FOLD_VERSION,
            state_bytes_max: D::STATE_BYTES_MAX,
            initial: || Arc::new(D::initial()),
            fold: fold::<D>,
            from_json: |text| Ok(Arc::new(serde_json::from_str::<D::State>(text)?)),
            to_json: |state| serde_json::to_string(state_of::<D>(state)),
        }
    }
}

/// A state by its type.
///
/// # Panics
/// If the state is of another kind, which the handles of members rule out.
pub(super) fn state_of<D: Decider>(state: &AnyState) -> &D::State {
    state.downcast_ref().expect("the state of a member is of the member's kind")
}

fn fold<D: Decider>(
    stream: &StreamId,
    state: Arc<AnyState>,
    stored: &StoredBody<'_>,
) -> Result<Arc<AnyState>, ExecuteError> {
    let StoredBody { version, event_type, event_version, payload } = *stored;
    let event: D::Event = upcast::decode(event_type, event_version, payload)
        .map_err(|source| ExecuteError::Unreadable { stream: stream.clone(), version, source })?;
    let state = state.downcast::<D::State>().map_or_else(|other| state_of::<D>(&*other).clone(), Arc::unwrap_or_clone);
    let state = D::evolve(state, &event).map_err(|source| ExecuteError::Damaged { stream: stream.clone(), source })?;
    Ok(Arc::new(state))
}
