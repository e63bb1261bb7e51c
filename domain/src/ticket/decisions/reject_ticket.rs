use crate::decision::Decision;
use crate::{LocationId, OrderId, Scope, Sku, TenantId, Timestamp};

use super::super::{Ticket, TicketEvent, TicketRejected, TicketRejection, TicketRejectionReason, TicketState};
use super::OF_STAFF;

/// Say that the kitchen will not prepare it, at once or because something has sold out meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectTicket {
    pub tenant: TenantId,
    pub order: OrderId,
    pub location: LocationId,
    pub reason: TicketRejectionReason,
    pub skus: Vec<Sku>,
    pub at: Timestamp,
}

impl Decision<Ticket> for RejectTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &TicketState) -> Result<Vec<TicketEvent>, TicketRejection> {
        let Self { tenant, order, location, reason, skus, at } = self;
        match state {
            TicketState::Absent | TicketState::Queued(_) | TicketState::Cooking(_) => {
                Ok(vec![TicketEvent::TicketRejected(TicketRejected { tenant, order, location, reason, skus, at })])
            }
            TicketState::Rejected(_) => Ok(vec![]),
            TicketState::Ready(_) | TicketState::HandedOver(_) | TicketState::Cancelled(_) => {
                Err(state.forbids("rejected"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn the_kitchen_rejects_at_once_or_while_something_is_to_be_done() {
        given([]).when(reject()).then([rejected()]);
        given([accepted()]).when(reject()).then([rejected()]);
        given([accepted(), started()]).when(reject()).then([rejected()]);
        given([accepted(), rejected()]).when(reject()).then_nothing();
    }

    #[test]
    fn what_is_done_is_not_rejected() {
        given(done()).when(reject()).then_rejected(not_allowed("Ready", "rejected"));
        given([accepted(), cancelled()]).when(reject()).then_rejected(not_allowed("Cancelled", "rejected"));
    }
}
