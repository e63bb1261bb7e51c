//! The interface of every aggregate and saga: `initial`, `decide`, `evolve`.
//!
//! Guarantees: deciding and folding are pure. Time, ids and random values arrive inside the command.
//! Does not: load, store, retry or log. A command bus does that.

use serde::{Serialize, de::DeserializeOwned};

use crate::Timestamp;
use crate::upcast::StoredEvent;

/// Pure decisions over one stream of events.
pub trait Decider: Send + Sync + 'static {
    /// The stream's type, the `aggregate_type` column of the store.
    const KIND: &'static str;
    /// Raised whenever [`Decider::State`] or [`Decider::evolve`] changes, so that snapshots of an earlier fold are not
    /// taken for this one's.
    const FOLD_VERSION: i32;
    /// Most bytes that a state takes in memory, for the bound of a cache; `None` where it grows with its events.
    const STATE_BYTES_MAX: Option<usize> = None;
    /// The state after some events.
    type State: Clone + Send + Sync + std::fmt::Debug + Serialize + DeserializeOwned + 'static;
    /// A request to change the state.
    type Command: Send + 'static;
    /// A stored fact.
    type Event: StoredEvent;
    /// Why a request was refused.
    type Rejection: std::error::Error + Send + Sync + 'static;

    /// The state of a stream without events.
    fn initial() -> Self::State;

    /// The events a command leads to. An empty list means that there is nothing to do, as for a repeated command.
    ///
    /// # Errors
    /// The rejection says why the state or a rule refuses the command. It results in no event.
    fn decide(state: &Self::State, command: Self::Command) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// The state after one more event.
    ///
    /// # Errors
    /// [`Unfoldable`] when the event cannot follow the state, which means a damaged stream.
    fn evolve(state: Self::State, event: &Self::Event) -> Result<Self::State, Unfoldable>;

    /// When the stream wants to be woken next, by the engine's clock; `None` where nothing is due.
    fn wake_at(_state: &Self::State) -> Option<Timestamp> {
        None
    }
}

/// A stream holds an event that cannot follow the ones before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {event} cannot follow state {state}")]
pub struct Unfoldable {
    pub state: String,
    pub event: String,
}

/// Folds events from the initial state.
///
/// # Errors
/// [`Unfoldable`] at the first event that cannot follow.
pub fn fold<'a, D: Decider>(events: impl IntoIterator<Item = &'a D::Event>) -> Result<D::State, Unfoldable> {
    events.into_iter().try_fold(D::initial(), D::evolve)
}
