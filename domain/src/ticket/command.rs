//! A ticket's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Timestamp, Unfoldable};

use super::contract::PublicEvent;
use super::{DELAYS_MAX, Ticket, TicketCommand, TicketEvent, TicketRejection, TicketState, evolve::evolve};

impl Decider for Ticket {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    type State = TicketState;
    type Command = TicketCommand;
    type Event = TicketEvent;
    type Rejection = TicketRejection;

    fn initial() -> TicketState {
        TicketState::Absent
    }

    fn decide(state: &TicketState, command: TicketCommand) -> Result<Vec<TicketEvent>, TicketRejection> {
        command.decide(state)
    }

    fn evolve(state: TicketState, event: &TicketEvent) -> Result<TicketState, Unfoldable> {
        evolve(state, event)
    }

    /// At the promised moment, while it is not ready and whoever waits was not told too often.
    fn wake_at(state: &TicketState) -> Option<Timestamp> {
        state.open().filter(|details| details.delays < DELAYS_MAX).map(|details| details.promised_at)
    }
}
