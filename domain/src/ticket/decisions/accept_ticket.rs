use crate::decision::Decision;
use crate::{LocationId, OrderId, Scope, TenantId, Timestamp};

use super::super::{Ticket, TicketAccepted, TicketEvent, TicketItem, TicketRejection, TicketState};
use super::OF_STAFF;

/// Take it into the kitchen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptTicket {
    pub tenant: TenantId,
    pub order: OrderId,
    pub location: LocationId,
    /// At least one.
    pub items: Vec<TicketItem>,
    pub promised_at: Timestamp,
    pub at: Timestamp,
}

impl Decision<Ticket> for AcceptTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &TicketState) -> Result<Vec<TicketEvent>, TicketRejection> {
        let Self { tenant, order, location, items, promised_at, at } = self;
        match state {
            TicketState::Absent => Ok(vec![TicketEvent::TicketAccepted(TicketAccepted {
                tenant,
                order,
                location,
                items,
                promised_at,
                at,
            })]),
            TicketState::Queued(_)
            | TicketState::Cooking(_)
            | TicketState::Ready(_)
            | TicketState::HandedOver(_)
            | TicketState::Rejected(_)
            | TicketState::Cancelled(_) => Err(state.forbids("accepted")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn a_ticket_is_accepted_once() {
        given([]).when(accept()).then([accepted()]);
        for history in every_stage() {
            let state = state_of(&history);
            given(history).when(accept()).then_rejected(not_allowed(state, "accepted"));
        }
    }
}
