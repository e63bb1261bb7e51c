use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Ticket, TicketCancelled, TicketEvent, TicketRejection, TicketState};
use super::OF_STAFF;

/// Say that nobody wants it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelTicket {
    pub at: Timestamp,
}

impl Decision<Ticket> for CancelTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &TicketState) -> Result<Vec<TicketEvent>, TicketRejection> {
        match state {
            TicketState::Queued(details) | TicketState::Cooking(details) | TicketState::Ready(details) => {
                let (order, location) = (details.order, details.location.clone());
                Ok(vec![TicketEvent::TicketCancelled(TicketCancelled { order, location, at: self.at })])
            }
            TicketState::Cancelled(_) | TicketState::Rejected(_) => Ok(vec![]),
            TicketState::Absent | TicketState::HandedOver(_) => Err(state.forbids("cancelled")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_is_in_the_kitchen_is_cancelled_once() {
        for history in [vec![accepted()], vec![accepted(), started()], done()] {
            given(history).when(cancel()).then([cancelled()]);
        }
        given([accepted(), cancelled()]).when(cancel()).then_nothing();
        given([rejected()]).when(cancel()).then_nothing();
    }

    #[test]
    fn what_has_left_or_never_was_is_not_cancelled() {
        given([]).when(cancel()).then_rejected(TicketRejection::NotFound);
        given([done(), vec![handed_over()]].concat())
            .when(cancel())
            .then_rejected(not_allowed("HandedOver", "cancelled"));
    }
}
