//! The one shape every aggregate and saga takes: `initial`, `decide`, `evolve`.
//!
//! Guarantees: deciding and folding are pure. Time, ids and random values arrive inside the command.
//! Does not: load, store, retry or log. A command bus does that around it.

use serde::{Serialize, de::DeserializeOwned};

use crate::upcast::Upcaster;

/// An event as a store keeps it: a name, a version of its shape and a JSON body.
pub trait StoredEvent: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The steps that lift bodies of earlier releases to the current shape.
    const UPCASTERS: &'static [Upcaster];
    /// The fact's name in the past tense, such as `OrderPlaced`.
    fn event_type(&self) -> &'static str;
    /// The version of the stored shape, written beside every row (`"1.0"`).
    fn event_version(&self) -> &'static str;
    /// The version that this release writes for a type, `None` for a type it does not know.
    fn current_version(event_type: &str) -> Option<&'static str>;
}

/// A pure decision maker over one stream of events.
pub trait Decider: Send + Sync + 'static {
    /// The stream's type, the `aggregate_type` column of the store.
    const KIND: &'static str;
    /// Raised whenever [`Decider::State`] or [`Decider::evolve`] changes, so that snapshots of an earlier fold are not
    /// taken for this one's.
    const FOLD_VERSION: i32;
    /// Where the stream stands after some events.
    type State: Clone + Send + Sync + std::fmt::Debug + Serialize + DeserializeOwned + 'static;
    /// What somebody asks for.
    type Command: Send + 'static;
    /// What happened.
    type Event: StoredEvent;
    /// Why a request was refused.
    type Rejection: std::error::Error + Send + Sync + 'static;

    /// The state of a stream without events.
    fn initial() -> Self::State;

    /// The events a command leads to. An empty list means that a repeat found its work done.
    ///
    /// # Errors
    /// The rejection says why the state or a rule refuses the command. Nothing happened then.
    fn decide(state: &Self::State, command: Self::Command) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// The state after one more event.
    ///
    /// # Errors
    /// [`Unfoldable`] when the event cannot follow the state, which means a damaged stream.
    fn evolve(state: Self::State, event: &Self::Event) -> Result<Self::State, Unfoldable>;
}

/// A stream holds an event that cannot follow the ones before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {event} cannot follow state {state}")]
pub struct Unfoldable {
    /// The state's name.
    pub state: String,
    /// The event's name.
    pub event: String,
}

/// Folds a history from the initial state.
///
/// # Errors
/// [`Unfoldable`] at the first event that cannot follow.
pub fn fold<'a, D: Decider>(events: impl IntoIterator<Item = &'a D::Event>) -> Result<D::State, Unfoldable> {
    events.into_iter().try_fold(D::initial(), D::evolve)
}
