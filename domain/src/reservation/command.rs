//! A reservation's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Timestamp, Unfoldable};

use super::contract::PublicEvent;
use super::{
    Reservation, ReservationCommand, ReservationEvent, ReservationRejection, ReservationState, evolve::evolve,
};

impl Decider for Reservation {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    type State = ReservationState;
    type Command = ReservationCommand;
    type Event = ReservationEvent;
    type Rejection = ReservationRejection;

    fn initial() -> ReservationState {
        ReservationState::Absent
    }

    fn decide(
        state: &ReservationState,
        command: ReservationCommand,
    ) -> Result<Vec<ReservationEvent>, ReservationRejection> {
        command.decide(state)
    }

    fn evolve(state: ReservationState, event: &ReservationEvent) -> Result<ReservationState, Unfoldable> {
        evolve(state, event)
    }

    /// Its expiry, while it holds stock.
    fn wake_at(state: &ReservationState) -> Option<Timestamp> {
        match state {
            ReservationState::Granted(granted) => Some(granted.expires_at),
            ReservationState::Absent
            | ReservationState::Unreserved(_)
            | ReservationState::Refused(_)
            | ReservationState::Released(_)
            | ReservationState::Expired(_)
            | ReservationState::Shipped(_) => None,
        }
    }
}
