use crate::decision::Decision;
use crate::{FulfilmentId, Scope, TenantId, Timestamp};

use super::super::{Kitchen, KitchenEvent, KitchenRejection, KitchenState, Stage};
use super::{OF_STAFF, finish, kitchen_of, open_ticket};

/// Say that an item is done. The last one completes its ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishCooking {
    pub tenant: TenantId,
    pub ticket: FulfilmentId,
    /// Its place in the ticket, from 1.
    pub item: u32,
    pub at: Timestamp,
}

impl Decision<Kitchen> for FinishCooking {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, ticket, item, at } = self;
        let kitchen = kitchen_of(state, &tenant)?;
        let done = open_ticket(kitchen, ticket)?.item(item).ok_or(KitchenRejection::NoSuchItem(item))?;
        match done.stage {
            Stage::Waiting => Err(KitchenRejection::NotBegun(item)),
            Stage::Cooking(_) => Ok(finish(kitchen, ticket, item, at)),
            Stage::Cooked => Ok(vec![]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn the_last_item_completes_the_ticket() {
        let soup = [set_up(), vec![queued(1, &["soup", "pie"], 300), begun(1, 1, "stove", 240)]].concat();
        given(soup.clone()).when(end(1, 1)).then([finished(1, 1, "stove")]);
        let pie = [soup, vec![finished(1, 1, "stove"), begun(1, 2, "oven", 600)]].concat();
        given(pie.clone()).when(end(1, 2)).then([finished(1, 2, "oven"), completed(1)]);
        given(pie.clone()).when(end(1, 1)).then_nothing();
        let over = [pie, vec![finished(1, 2, "oven"), completed(1)]].concat();
        given(over).when(end(1, 2)).then_rejected(KitchenRejection::NoSuchTicket);
    }

    #[test]
    fn what_was_not_begun_is_not_done() {
        let queue = [set_up(), vec![queued(1, &["soup"], 300)]].concat();
        given(queue.clone()).when(end(1, 1)).then_rejected(KitchenRejection::NotBegun(1));
        given(queue).when(end(1, 7)).then_rejected(KitchenRejection::NoSuchItem(7));
    }
}
