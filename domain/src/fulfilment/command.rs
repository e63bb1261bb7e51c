//! A fulfilment's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Timestamp, Unfoldable};

use super::contract::PublicEvent;
use super::{Fulfilment, FulfilmentCommand, FulfilmentEvent, FulfilmentRejection, FulfilmentState, evolve::evolve};

impl Decider for Fulfilment {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    type State = FulfilmentState;
    type Command = FulfilmentCommand;
    type Event = FulfilmentEvent;
    type Rejection = FulfilmentRejection;

    fn initial() -> FulfilmentState {
        FulfilmentState::Absent
    }

    fn decide(
        state: &FulfilmentState,
        command: FulfilmentCommand,
    ) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        command.decide(state)
    }

    fn evolve(state: FulfilmentState, event: &FulfilmentEvent) -> Result<FulfilmentState, Unfoldable> {
        evolve(state, event)
    }

    /// Never: people act, and whoever asked watches the time.
    fn wake_at(_state: &FulfilmentState) -> Option<Timestamp> {
        None
    }
}
