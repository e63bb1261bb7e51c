use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Ticket, TicketEvent, TicketRejection, TicketResumed, TicketState};
use super::OF_STAFF;

/// Begin further items of it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeTicket {
    pub at: Timestamp,
}

impl Decision<Ticket> for ResumeTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &TicketState) -> Result<Vec<TicketEvent>, TicketRejection> {
        match state.open() {
            Some(details) if !details.held => Ok(vec![]),
            Some(details) => {
                let (order, location) = (details.order, details.location.clone());
                Ok(vec![TicketEvent::TicketResumed(TicketResumed { order, location, at: self.at })])
            }
            None => Err(state.forbids("resumed")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn what_is_held_is_resumed_once() {
        given([accepted(), held()]).when(resume()).then([resumed()]);
        given([accepted()]).when(resume()).then_nothing();
        given([accepted(), held(), resumed()]).when(resume()).then_nothing();
        given([rejected()]).when(resume()).then_rejected(not_allowed("Rejected", "resumed"));
    }
}
