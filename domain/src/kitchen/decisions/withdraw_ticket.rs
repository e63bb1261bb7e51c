use crate::decision::Decision;
use crate::{FulfilmentId, Scope, TenantId, Timestamp};

use super::super::{Kitchen, KitchenEvent, KitchenRejection, KitchenState, TicketWithdrawn};
use super::{OF_STAFF, kitchen_of, open_ticket};

/// Take a ticket out of the queue: nobody wants it any more. What is in hand of it is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawTicket {
    pub tenant: TenantId,
    pub ticket: FulfilmentId,
    pub at: Timestamp,
}

impl Decision<Kitchen> for WithdrawTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, ticket, at } = self;
        let kitchen = kitchen_of(state, &tenant)?;
        let order = open_ticket(kitchen, ticket)?.order;
        let location = kitchen.location.clone();
        Ok(vec![KitchenEvent::TicketWithdrawn(TicketWithdrawn { location, ticket, order, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_is_in_the_queue_is_withdrawn_with_what_is_in_hand_of_it() {
        let queue = [set_up(), vec![queued(1, &["soup", "pie"], 300)]].concat();
        given(queue.clone()).when(withdraw(1)).then([withdrawn(1)]);
        let cooking = [queue, vec![begun(1, 1, "stove", 240)]].concat();
        given(cooking.clone()).when(withdraw(1)).then([withdrawn(1)]);
        given([cooking, vec![withdrawn(1)]].concat()).when(withdraw(1)).then_rejected(KitchenRejection::NoSuchTicket);
    }
}
