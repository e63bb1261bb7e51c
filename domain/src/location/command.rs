//! A location's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Unfoldable};

use super::contract::PublicEvent;
use super::{Location, LocationCommand, LocationEvent, LocationRejection, LocationState, evolve::evolve};

impl Decider for Location {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    type State = LocationState;
    type Command = LocationCommand;
    type Event = LocationEvent;
    type Rejection = LocationRejection;

    fn initial() -> LocationState {
        LocationState::Absent
    }

    fn decide(state: &LocationState, command: LocationCommand) -> Result<Vec<LocationEvent>, LocationRejection> {
        command.decide(state)
    }

    fn evolve(state: LocationState, event: &LocationEvent) -> Result<LocationState, Unfoldable> {
        evolve(state, event)
    }
}
