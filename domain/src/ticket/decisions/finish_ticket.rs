use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Ticket, TicketEvent, TicketReady, TicketRejection, TicketState};
use super::OF_STAFF;

/// Say that every item of it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishTicket {
    pub at: Timestamp,
}

impl Decision<Ticket> for FinishTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &TicketState) -> Result<Vec<TicketEvent>, TicketRejection> {
        match state {
            TicketState::Cooking(details) => {
                let (order, location) = (details.order, details.location.clone());
                Ok(vec![TicketEvent::TicketReady(TicketReady { order, location, at: self.at })])
            }
            TicketState::Ready(_) => Ok(vec![]),
            TicketState::Absent
            | TicketState::Queued(_)
            | TicketState::HandedOver(_)
            | TicketState::Rejected(_)
            | TicketState::Cancelled(_) => Err(state.forbids("finished")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn what_was_started_is_finished_once() {
        given([accepted(), started()]).when(finish()).then([ready()]);
        given(done()).when(finish()).then_nothing();
        given([accepted()]).when(finish()).then_rejected(not_allowed("Queued", "finished"));
    }
}
