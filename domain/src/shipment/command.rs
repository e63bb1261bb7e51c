//! A shipment's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Timestamp, Unfoldable};

use super::contract::PublicEvent;
use super::{Shipment, ShipmentCommand, ShipmentEvent, ShipmentRejection, ShipmentState, evolve::evolve};

impl Decider for Shipment {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    type State = ShipmentState;
    type Command = ShipmentCommand;
    type Event = ShipmentEvent;
    type Rejection = ShipmentRejection;

    fn initial() -> ShipmentState {
        ShipmentState::Absent
    }

    fn decide(state: &ShipmentState, command: ShipmentCommand) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        command.decide(state)
    }

    fn evolve(state: ShipmentState, event: &ShipmentEvent) -> Result<ShipmentState, Unfoldable> {
        evolve(state, event)
    }

    /// The first of: when the effect under way is to be looked after, when nothing was heard of the parcel for too long.
    fn wake_at(state: &ShipmentState) -> Option<Timestamp> {
        let shipment = state.shipment()?;
        let ask_at = shipment.effect.as_ref().map(|effect| effect.ask_at);
        ask_at.into_iter().chain(shipment.silent_at()).min()
    }
}
