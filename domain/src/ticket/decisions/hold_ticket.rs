use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Ticket, TicketEvent, TicketHeld, TicketRejection, TicketState};
use super::OF_STAFF;

/// Begin no further item of it until it is resumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldTicket {
    pub at: Timestamp,
}

impl Decision<Ticket> for HoldTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &TicketState) -> Result<Vec<TicketEvent>, TicketRejection> {
        match state.open() {
            Some(details) if details.held => Ok(vec![]),
            Some(details) => {
                let (order, location) = (details.order, details.location.clone());
                Ok(vec![TicketEvent::TicketHeld(TicketHeld { order, location, at: self.at })])
            }
            None => Err(state.forbids("held")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn what_is_to_be_done_is_held_once() {
        given([accepted()]).when(hold()).then([held()]);
        given([accepted(), started()]).when(hold()).then([held()]);
        given([accepted(), held()]).when(hold()).then_nothing();
        given(done()).when(hold()).then_rejected(not_allowed("Ready", "held"));
    }
}
