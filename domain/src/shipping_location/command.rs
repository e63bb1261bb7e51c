//! The decisions about how a location ships, and their fold, as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Unfoldable};

use super::contract::PublicEvent;
use super::{
    ShippingLocation, ShippingLocationCommand, ShippingLocationEvent, ShippingLocationRejection, ShippingLocationState,
    evolve::evolve,
};

impl Decider for ShippingLocation {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    type State = ShippingLocationState;
    type Command = ShippingLocationCommand;
    type Event = ShippingLocationEvent;
    type Rejection = ShippingLocationRejection;

    fn initial() -> ShippingLocationState {
        ShippingLocationState::Absent
    }

    fn decide(
        state: &ShippingLocationState,
        command: ShippingLocationCommand,
    ) -> Result<Vec<ShippingLocationEvent>, ShippingLocationRejection> {
        command.decide(state)
    }

    fn evolve(
        state: ShippingLocationState,
        event: &ShippingLocationEvent,
    ) -> Result<ShippingLocationState, Unfoldable> {
        evolve(state, event)
    }
}
