use crate::decision::Decision;
use crate::ticket::TicketRejectionReason;
use crate::{Scope, Sku, TenantId, Timestamp};

use super::super::{Kitchen, KitchenEvent, KitchenRejection, KitchenState, SoldOutChanged, Stage, TicketTurnedAway};
use super::{OF_STAFF, kitchen_of};

/// Say that there is none left of a SKU, or some again. Tickets that wait for it are given up, also where other items are done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSoldOut {
    pub tenant: TenantId,
    pub sku: Sku,
    pub sold_out: bool,
    pub at: Timestamp,
}

impl Decision<Kitchen> for SetSoldOut {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, sku, sold_out, at } = self;
        let kitchen = kitchen_of(state, &tenant)?;
        let Some(dish) = kitchen.menu.get(&sku) else { return Err(KitchenRejection::NotOnMenu(sku)) };
        if dish.sold_out == sold_out {
            return Ok(vec![]);
        }
        let location = kitchen.location.clone();
        let changed = SoldOutChanged { location: location.clone(), sku: sku.clone(), sold_out, at };
        let waits = kitchen.tickets.iter().filter(|(_, open)| {
            sold_out && open.items.iter().any(|item| item.item.sku == sku && item.stage == Stage::Waiting)
        });
        let given_up = waits.map(|(ticket, open)| {
            KitchenEvent::TicketTurnedAway(TicketTurnedAway {
                tenant: tenant.clone(),
                location: location.clone(),
                ticket: *ticket,
                order: open.order,
                reason: TicketRejectionReason::SoldOut,
                skus: vec![sku.clone()],
                at,
            })
        });
        Ok(std::iter::once(KitchenEvent::SoldOutChanged(changed)).chain(given_up).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_waits_for_it_is_given_up_and_what_is_in_hand_goes_on() {
        let queue = [queued(1, &["soup"], 600), queued(2, &["soup", "pie"], 600), queued(3, &["pie"], 600)];
        let history = [set_up(), queue.to_vec(), vec![begun(1, 1, "stove", 240)]].concat();
        given(history)
            .when(sell_out("soup", true))
            .then([sold_out("soup", true), turned_away(2, TicketRejectionReason::SoldOut, &["soup"])]);
    }

    #[test]
    fn it_is_said_once_and_taken_back() {
        given(set_up()).when(sell_out("soup", false)).then_nothing();
        let history = [set_up(), vec![sold_out("soup", true)]].concat();
        given(history.clone()).when(sell_out("soup", true)).then_nothing();
        given(history).when(sell_out("soup", false)).then([sold_out("soup", false)]);
        given(set_up()).when(sell_out("cake", true)).then_rejected(KitchenRejection::NotOnMenu(sku("cake")));
    }
}
