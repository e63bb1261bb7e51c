use crate::decision::Decision;
use crate::{FulfilmentId, Scope, TenantId, Timestamp};

use super::super::{
    CookingStarted, Kitchen, KitchenDetails, KitchenEvent, KitchenRejection, KitchenState, OpenTicket, Stage,
};
use super::{OF_STAFF, kitchen_of, open_ticket};

/// Say that somebody has taken an item in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartCooking {
    pub tenant: TenantId,
    pub ticket: FulfilmentId,
    /// Its place in the ticket, from 1.
    pub item: u32,
    pub at: Timestamp,
}

impl Decision<Kitchen> for StartCooking {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, ticket, item, at } = self;
        let kitchen = kitchen_of(state, &tenant)?;
        let open = open_ticket(kitchen, ticket)?;
        let wanted = open.item(item).ok_or(KitchenRejection::NoSuchItem(item))?;
        if wanted.stage != Stage::Waiting {
            return Ok(vec![]);
        }
        may_begin(kitchen, open, item)?;
        Ok(vec![KitchenEvent::CookingStarted(CookingStarted {
            location: kitchen.location.clone(),
            ticket,
            order: open.order,
            item,
            station: wanted.item.station.clone(),
            until: at.later_by_micros(i64::from(wanted.item.preparation_s) * 1_000_000),
            simulated: false,
            at,
        })])
    }
}

fn may_begin(kitchen: &KitchenDetails, open: &OpenTicket, item: u32) -> Result<(), KitchenRejection> {
    let wanted = open.item(item).ok_or(KitchenRejection::NoSuchItem(item))?;
    if open.held {
        return Err(KitchenRejection::Held);
    }
    if let Some(course) = open.course().filter(|course| *course < wanted.item.course) {
        return Err(KitchenRejection::EarlierCourse { course });
    }
    let has_room = |count: usize, limit: u32| usize::try_from(limit).is_ok_and(|limit| count < limit);
    let station = &wanted.item.station;
    let capacity = kitchen.stations.get(station).copied().unwrap_or_default();
    if !has_room(kitchen.in_hand_at(station), capacity) {
        return Err(KitchenRejection::StationFull(station.clone()));
    }
    if !has_room(kitchen.in_hand().count(), kitchen.staff.on_shift) {
        return Err(KitchenRejection::NobodyFree);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn an_item_is_begun_once_also_when_it_is_done() {
        let queue = [set_up(), vec![queued(1, &["soup", "pie"], 300)]].concat();
        given(queue.clone()).when(begin(1, 1)).then([begun(1, 1, "stove", 240)]);
        let cooking = [queue, vec![begun(1, 1, "stove", 240)]].concat();
        given(cooking.clone()).when(begin(1, 1)).then_nothing();
        given([cooking, vec![finished(1, 1, "stove")]].concat()).when(begin(1, 1)).then_nothing();
    }

    #[test]
    fn courses_stations_people_and_holds_are_respected() {
        let queue = |more: Vec<KitchenEvent>| given([set_up(), vec![queued(1, &["soup", "pie"], 300)], more].concat());
        queue(vec![]).when(begin(1, 2)).then_rejected(KitchenRejection::EarlierCourse { course: 1 });
        queue(vec![held(1)]).when(begin(1, 1)).then_rejected(KitchenRejection::Held);
        queue(vec![staff(0)]).when(begin(1, 1)).then_rejected(KitchenRejection::NobodyFree);
        let soups = [2, 3].map(|ticket| queued(ticket, &["soup"], 300)).to_vec();
        let busy = [soups, vec![begun(2, 1, "stove", 240), begun(3, 1, "stove", 240), staff(9)]].concat();
        queue(busy).when(begin(1, 1)).then_rejected(KitchenRejection::StationFull(station("stove")));
        queue(vec![]).when(begin(1, 3)).then_rejected(KitchenRejection::NoSuchItem(3));
        queue(vec![]).when(begin(2, 1)).then_rejected(KitchenRejection::NoSuchTicket);
    }
}
