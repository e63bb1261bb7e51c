use crate::decision::Decision;
use crate::ticket::{TicketItem, TicketRejectionReason};
use crate::{FulfilmentId, OrderId, Scope, Sku, TenantId, Timestamp};

use super::super::{
    Dish, ITEMS_MAX, Kitchen, KitchenDetails, KitchenEvent, KitchenMode, KitchenRejection, KitchenState, OpenItem,
    OpenTicket, OrderedLine, PIECES_MAX, PREPARATION_S_MAX, StaffSpeed, Stage, TICKETS_MAX, TicketQueued,
    TicketTurnedAway, schedule,
};
use super::{OF_STAFF, kitchen_of};

/// Take what a fulfilment needs into the queue, with a promise, or turn it away.
///
/// Whoever asks has looked whether there was a ticket of this id before: the kitchen knows those alone that it works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeTicket {
    pub tenant: TenantId,
    pub ticket: FulfilmentId,
    pub order: OrderId,
    pub lines: Vec<OrderedLine>,
    /// How fast the staff is where it is simulated.
    pub speed: StaffSpeed,
    pub at: Timestamp,
}

/// Why it is turned away, and because of what.
type Refusal = (TicketRejectionReason, Vec<Sku>);

impl Decision<Kitchen> for TakeTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, ticket, order, lines, speed, at } = self;
        let kitchen = kitchen_of(state, &tenant)?;
        if kitchen.tickets.contains_key(&ticket) {
            return Ok(vec![]);
        }
        let location = kitchen.location.clone();
        let taken = items(kitchen, &lines).and_then(|items| {
            let expected = schedule::ready_at(&with_ticket(kitchen, ticket, order, &items, at), ticket, at, speed);
            let expected = expected.ok_or((TicketRejectionReason::NoStaff, Vec::new()))?;
            Ok((items, schedule::promise(kitchen.mode, at, expected)))
        });
        Ok(vec![match taken {
            Ok((items, promised_at)) => {
                KitchenEvent::TicketQueued(TicketQueued { tenant, location, ticket, order, items, promised_at, at })
            }
            Err((reason, skus)) => {
                KitchenEvent::TicketTurnedAway(TicketTurnedAway { tenant, location, ticket, order, reason, skus, at })
            }
        }])
    }
}

/// What has to be made, as the menu says.
fn items(kitchen: &KitchenDetails, lines: &[OrderedLine]) -> Result<Vec<TicketItem>, Refusal> {
    use TicketRejectionReason as Reason;
    if kitchen.mode == KitchenMode::Paused {
        return Err((Reason::Paused, Vec::new()));
    }
    if kitchen.tickets.len() >= TICKETS_MAX {
        return Err((Reason::Full, Vec::new()));
    }
    if !(1..=ITEMS_MAX).contains(&lines.len()) {
        return Err((Reason::TooLarge, Vec::new()));
    }
    let without = |is_without: &dyn Fn(Option<&Dish>) -> bool| -> Vec<Sku> {
        lines.iter().map(|line| &line.sku).filter(|sku| is_without(kitchen.menu.get(*sku))).cloned().collect()
    };
    for (reason, skus) in [
        (Reason::NotOnMenu, without(&|dish| dish.is_none())),
        (Reason::SoldOut, without(&|dish| dish.is_some_and(|dish| dish.sold_out))),
    ] {
        if !skus.is_empty() {
            return Err((reason, skus));
        }
    }
    let items = lines.iter().filter_map(|line| kitchen.menu.get(&line.sku).map(|dish| item(dish, line)));
    items.map(|item| item.ok_or((Reason::TooLarge, Vec::new()))).collect()
}

/// `None` where it is too much for one.
fn item(dish: &Dish, line: &OrderedLine) -> Option<TicketItem> {
    let OrderedLine { sku, quantity } = line.clone();
    let preparation_s = dish.preparation_s.checked_mul(quantity.get())?;
    let is_small = quantity.get() <= PIECES_MAX && preparation_s <= PREPARATION_S_MAX;
    let (station, course) = (dish.station.clone(), dish.course);
    is_small.then_some(TicketItem { sku, quantity, station, course, preparation_s })
}

/// The kitchen with the ticket behind all that is in the queue.
fn with_ticket(
    kitchen: &KitchenDetails,
    ticket: FulfilmentId,
    order: OrderId,
    items: &[TicketItem],
    at: Timestamp,
) -> KitchenDetails {
    let last = kitchen.tickets.values().map(|open| open.promised_at).max().unwrap_or(at);
    let waiting = items.iter().map(|item| OpenItem { item: item.clone(), stage: Stage::Waiting });
    let open =
        OpenTicket { order, place: kitchen.next_place, promised_at: last, held: false, items: waiting.collect() };
    let mut with = kitchen.clone();
    with.tickets.insert(ticket, open);
    with
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use TicketRejectionReason as Reason;

    #[test]
    fn it_is_promised_for_when_the_queue_leaves_it_room_and_a_little_later() {
        given(set_up()).when(take(1, &["soup"])).then([queued(1, &["soup"], 300)]);
        given(set_up()).when(take(1, &["soup", "pie"])).then([queued(1, &["soup", "pie"], 924)]);
        let full = [queued(1, &["soup"], 300), queued(2, &["soup"], 300)];
        given([set_up(), full.to_vec()].concat()).when(take(3, &["soup"])).then([queued(3, &["soup"], 540)]);
        let rush = [set_up(), vec![mode(KitchenMode::Rush)]].concat();
        given(rush).when(take(1, &["soup", "pie"])).then([queued(1, &["soup", "pie"], 1_344)]);
    }

    #[test]
    fn promises_are_as_near_as_simulated_staff_are_fast() {
        let kitchen = [set_up(), vec![simulated_staff(2)]].concat();
        given(kitchen.clone()).when(take_at_speed(1, "pie", 1)).then([queued(1, &["pie"], 660)]);
        given(kitchen).when(take_at_speed(1, "pie", 60)).then([queued(1, &["pie"], 70)]);
        given(set_up()).when(take_at_speed(1, "pie", 60)).then([queued(1, &["pie"], 660)]);
    }

    #[test]
    fn what_is_there_is_not_taken_again() {
        given([set_up(), vec![queued(1, &["soup"], 300)]].concat()).when(take(1, &["soup"])).then_nothing();
    }

    #[test]
    fn it_is_turned_away_for_a_reason() {
        let after = |more: KitchenEvent| given([set_up(), vec![more]].concat());
        let away = |reason, skus: &[&str]| [turned_away(1, reason, skus)];
        given(set_up()).when(take(1, &["soup", "cake"])).then(away(Reason::NotOnMenu, &["cake"]));
        after(sold_out("soup", true)).when(take(1, &["soup", "pie"])).then(away(Reason::SoldOut, &["soup"]));
        after(mode(KitchenMode::Paused)).when(take(1, &["soup"])).then(away(Reason::Paused, &[]));
        after(staff(0)).when(take(1, &["soup"])).then(away(Reason::NoStaff, &[]));
        given(set_up()).when(take(1, &[])).then(away(Reason::TooLarge, &[]));
        given(set_up()).when(take(1, &["soup"; ITEMS_MAX + 1])).then(away(Reason::TooLarge, &[]));
        given(set_up()).when(take_pieces(1, "soup", PIECES_MAX + 1)).then(away(Reason::TooLarge, &[]));
        let many: Vec<_> = (1..=500).map(|ticket| queued(ticket, &["soup"], 300)).collect();
        given([set_up(), many].concat()).when(take(501, &["soup"])).then([turned_away(501, Reason::Full, &[])]);
        given([]).when(take(1, &["soup"])).then_rejected(KitchenRejection::NotFound);
    }
}
