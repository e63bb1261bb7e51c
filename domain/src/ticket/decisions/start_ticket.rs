use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Ticket, TicketEvent, TicketRejection, TicketStarted, TicketState};
use super::OF_STAFF;

/// Say that an item of it is being prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartTicket {
    pub at: Timestamp,
}

impl Decision<Ticket> for StartTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &TicketState) -> Result<Vec<TicketEvent>, TicketRejection> {
        match state {
            TicketState::Queued(details) => {
                let (order, location) = (details.order, details.location.clone());
                Ok(vec![TicketEvent::TicketStarted(TicketStarted { order, location, at: self.at })])
            }
            TicketState::Cooking(_) => Ok(vec![]),
            TicketState::Absent
            | TicketState::Ready(_)
            | TicketState::HandedOver(_)
            | TicketState::Rejected(_)
            | TicketState::Cancelled(_) => Err(state.forbids("started")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn the_first_item_starts_it_and_no_other_one() {
        given([accepted()]).when(start()).then([started()]);
        given([accepted(), started()]).when(start()).then_nothing();
    }

    #[test]
    fn what_has_ended_is_not_started() {
        given([]).when(start()).then_rejected(TicketRejection::NotFound);
        given(done()).when(start()).then_rejected(not_allowed("Ready", "started"));
        given([rejected()]).when(start()).then_rejected(not_allowed("Rejected", "started"));
    }
}
