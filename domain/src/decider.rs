//! The interface of every aggregate and saga: `initial`, `decide`, `evolve`.
//!
//! Guarantees: deciding and folding are pure. Time, ids and random values arrive inside the command.
//! Does not: load, store, retry or log. A command bus does that.

use serde::{Serialize, de::DeserializeOwned};

use crate::upcast::Upcaster;

/// An event that can be stored: it has a name, a schema version and a JSON body.
pub trait StoredEvent: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The steps that convert bodies of earlier releases to the current schema.
    const UPCASTERS: &'static [Upcaster];
    /// Every type of event that this release writes, by index.
    const TYPES: &'static [EventType];

    /// The event's place in [`StoredEvent::TYPES`].
    fn index(&self) -> usize;

    /// The fact's name in the past tense, such as `OrderPlaced`.
    fn event_type(&self) -> &'static str {
        Self::TYPES[self.index()].name
    }

    /// The version of the stored schema, written to every row (`"1.0"`).
    fn event_version(&self) -> &'static str {
        Self::TYPES[self.index()].version
    }

    /// The version that this release writes for a type, `None` for a type it does not know.
    fn current_version(event_type: &str) -> Option<&'static str> {
        Self::TYPES.iter().find(|known| known.name == event_type).map(|known| known.version)
    }

    /// Whether this release reads a type in a version.
    fn is_read(event_type: &str, version: &str) -> bool {
        let is_lifted = |step: &Upcaster| step.event_type == event_type && step.from == version;
        Self::current_version(event_type)
            .is_some_and(|current| current == version || Self::UPCASTERS.iter().any(is_lifted))
    }
}

/// A type of event and the version in which this release stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    pub name: &'static str,
    pub version: &'static str,
}

/// Pure decisions over one stream of events.
pub trait Decider: Send + Sync + 'static {
    /// The stream's type, the `aggregate_type` column of the store.
    const KIND: &'static str;
    /// Raised whenever [`Decider::State`] or [`Decider::evolve`] changes, so that snapshots of an earlier fold are not
    /// taken for this one's.
    const FOLD_VERSION: i32;
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
