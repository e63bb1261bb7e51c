use crate::decision::Decision;
use crate::{FulfilmentId, Scope, TenantId, Timestamp};

use super::super::{Kitchen, KitchenEvent, KitchenRejection, KitchenState, TicketResumed};
use super::{OF_STAFF, kitchen_of, open_ticket};

/// Begin further items of a ticket again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeQueued {
    pub tenant: TenantId,
    pub ticket: FulfilmentId,
    pub at: Timestamp,
}

impl Decision<Kitchen> for ResumeQueued {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, ticket, at } = self;
        let kitchen = kitchen_of(state, &tenant)?;
        let open = open_ticket(kitchen, ticket)?;
        if !open.held {
            return Ok(vec![]);
        }
        let (location, order) = (kitchen.location.clone(), open.order);
        Ok(vec![KitchenEvent::TicketResumed(TicketResumed { location, ticket, order, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn a_held_ticket_is_resumed_once() {
        let queue = [set_up(), vec![queued(1, &["soup"], 300)]].concat();
        given([queue.clone(), vec![held(1)]].concat()).when(resume(1)).then([resumed(1)]);
        given(queue.clone()).when(resume(1)).then_nothing();
        given(queue).when(resume(2)).then_rejected(KitchenRejection::NoSuchTicket);
    }
}
