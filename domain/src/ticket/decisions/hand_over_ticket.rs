use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Ticket, TicketEvent, TicketHandedOver, TicketRejection, TicketState};
use super::OF_STAFF;

/// Say that it left the kitchen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOverTicket {
    pub at: Timestamp,
}

impl Decision<Ticket> for HandOverTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &TicketState) -> Result<Vec<TicketEvent>, TicketRejection> {
        match state {
            TicketState::Ready(details) => {
                let (order, location) = (details.order, details.location.clone());
                Ok(vec![TicketEvent::TicketHandedOver(TicketHandedOver { order, location, at: self.at })])
            }
            TicketState::HandedOver(_) => Ok(vec![]),
            TicketState::Absent
            | TicketState::Queued(_)
            | TicketState::Cooking(_)
            | TicketState::Rejected(_)
            | TicketState::Cancelled(_) => Err(state.forbids("handed over")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn what_is_ready_is_handed_over_once() {
        given(done()).when(hand_over()).then([handed_over()]);
        given([done(), vec![handed_over()]].concat()).when(hand_over()).then_nothing();
        given([accepted(), started()]).when(hand_over()).then_rejected(not_allowed("Cooking", "handed over"));
    }
}
