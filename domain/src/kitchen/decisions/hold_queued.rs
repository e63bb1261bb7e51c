use crate::decision::Decision;
use crate::{FulfilmentId, Scope, TenantId, Timestamp};

use super::super::{Kitchen, KitchenEvent, KitchenRejection, KitchenState, TicketHeld};
use super::{OF_STAFF, kitchen_of, open_ticket};

/// Begin no further item of a ticket until it is resumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldQueued {
    pub tenant: TenantId,
    pub ticket: FulfilmentId,
    pub at: Timestamp,
}

impl Decision<Kitchen> for HoldQueued {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, ticket, at } = self;
        let kitchen = kitchen_of(state, &tenant)?;
        let open = open_ticket(kitchen, ticket)?;
        if open.held {
            return Ok(vec![]);
        }
        let (location, order) = (kitchen.location.clone(), open.order);
        Ok(vec![KitchenEvent::TicketHeld(TicketHeld { location, ticket, order, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn a_ticket_is_held_once() {
        let queue = [set_up(), vec![queued(1, &["soup"], 300)]].concat();
        given(queue.clone()).when(hold(1)).then([held(1)]);
        given([queue.clone(), vec![held(1)]].concat()).when(hold(1)).then_nothing();
        given(queue).when(hold(2)).then_rejected(KitchenRejection::NoSuchTicket);
    }
}
