//! What the command edge has to be told about an aggregate.

use domain::{Decider, EventId, TenantId};
use event_store::{Claim, Decided};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service_kit::auth::{Principal, Scope};

use domain::refusal::Rejection;

use super::{Refusal, Words};

/// A command of an aggregate.
pub type Command<A> = <<A as Aggregate>::Decider as Decider>::Command;
/// The state of an aggregate.
pub type State<A> = <<A as Aggregate>::Decider as Decider>::State;
/// An event of an aggregate.
pub type Event<A> = <<A as Aggregate>::Decider as Decider>::Event;

/// An aggregate as its command edge sees it. A service implements it for a type of its own.
pub trait Aggregate: Send + Sync + Sized + 'static {
    /// Its decisions.
    type Decider: Decider<Command: Clone + Sync, Event: Sync, Rejection: Rejection>;
    /// What its commands answer.
    type Receipt: Receipt;
    /// What refusals call it.
    const WORDS: Words;

    /// The scopes that a command needs, all of them.
    fn scopes(command: &Command<Self>) -> &'static [Scope];

    /// Whether the state is the principal's to command. An absent one, and somebody else's, are refused alike.
    ///
    /// # Errors
    /// A [`Refusal`], before the expected version is looked at and before anything is decided.
    fn admit(principal: &Principal, command: &Command<Self>, state: &State<Self>) -> Result<(), Refusal>;

    /// The value that only this stream may hold after an event, from the state before it and the event.
    fn claim(tenant: &TenantId, before: &State<Self>, event: &Event<Self>) -> Option<Claim>;

    /// The answer to a command that is done.
    fn receipt(id: &str, command: &Command<Self>, decided: &Decided<Self::Decider>) -> Self::Receipt;
}

/// What a command answers when it is done. It is kept as JSON for the command's idempotency key, so later releases must read it.
pub trait Receipt: Serialize + DeserializeOwned + Send {
    /// The stream's version after the command.
    fn version(&self) -> i64;
    /// The events that were stored; none where the work had been done already.
    fn event_ids(&self) -> &[EventId];
}
