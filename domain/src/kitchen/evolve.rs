//! Folding a kitchen's events.

use std::collections::BTreeMap;

use crate::{FulfilmentId, StationName, StoredEvent, Timestamp, Unfoldable};

use super::{
    Cooking, Dish, KitchenDetails, KitchenEvent, KitchenMode, KitchenState, OpenItem, OpenTicket, Staff, Stage,
    StationsSet,
};

pub(super) fn evolve(state: KitchenState, event: &KitchenEvent) -> Result<KitchenState, Unfoldable> {
    match (state, event) {
        (KitchenState::Absent, KitchenEvent::StationsSet(set)) => Ok(KitchenState::Open(opened(set))),
        (KitchenState::Open(mut kitchen), event) => match apply(&mut kitchen, event) {
            Some(at) => {
                kitchen.changed_at = at;
                Ok(KitchenState::Open(kitchen))
            }
            None => Err(unfoldable("Open", event)),
        },
        (state, event) => Err(unfoldable(state.name(), event)),
    }
}

fn unfoldable(state: &str, event: &KitchenEvent) -> Unfoldable {
    Unfoldable { state: state.to_owned(), event: event.event_type().to_owned() }
}

fn opened(set: &StationsSet) -> KitchenDetails {
    KitchenDetails {
        tenant: set.tenant.clone(),
        location: set.location.clone(),
        stations: capacities(set),
        menu: BTreeMap::new(),
        staff: Staff { on_shift: 0, simulated: false },
        mode: KitchenMode::Normal,
        tickets: BTreeMap::new(),
        next_place: 0,
        changed_at: set.at,
    }
}

fn capacities(set: &StationsSet) -> BTreeMap<StationName, u32> {
    set.stations.iter().map(|station| (station.name.clone(), station.capacity)).collect()
}

/// What an event changes in a kitchen, and when it happened; `None` where it cannot follow.
fn apply(kitchen: &mut KitchenDetails, event: &KitchenEvent) -> Option<Timestamp> {
    match event {
        KitchenEvent::StationsSet(event) => {
            kitchen.stations = capacities(event);
            Some(event.at)
        }
        KitchenEvent::MenuItemSet(event) => {
            let sold_out = kitchen.menu.get(&event.sku).is_some_and(|dish| dish.sold_out);
            let (station, course, preparation_s) = (event.station.clone(), event.course, event.preparation_s);
            kitchen.menu.insert(event.sku.clone(), Dish { station, course, preparation_s, sold_out });
            Some(event.at)
        }
        KitchenEvent::SoldOutChanged(event) => {
            kitchen.menu.get_mut(&event.sku)?.sold_out = event.sold_out;
            Some(event.at)
        }
        KitchenEvent::StaffChanged(event) => {
            kitchen.staff = Staff { on_shift: event.on_shift, simulated: event.simulated };
            Some(event.at)
        }
        KitchenEvent::ModeChanged(event) => {
            kitchen.mode = event.mode;
            Some(event.at)
        }
        KitchenEvent::TicketQueued(event) => {
            let waiting = event.items.iter().map(|item| OpenItem { item: item.clone(), stage: Stage::Waiting });
            let ticket = OpenTicket {
                order: event.order,
                place: kitchen.next_place,
                promised_at: event.promised_at,
                held: false,
                items: waiting.collect(),
            };
            kitchen.next_place = kitchen.next_place.saturating_add(1);
            kitchen.tickets.insert(event.ticket, ticket).is_none().then_some(event.at)
        }
        // One that was never taken is no part of the state.
        KitchenEvent::TicketTurnedAway(event) => {
            kitchen.tickets.remove(&event.ticket);
            Some(event.at)
        }
        KitchenEvent::TicketHeld(event) => {
            kitchen.tickets.get_mut(&event.ticket)?.held = true;
            Some(event.at)
        }
        KitchenEvent::TicketResumed(event) => {
            kitchen.tickets.get_mut(&event.ticket)?.held = false;
            Some(event.at)
        }
        KitchenEvent::TicketWithdrawn(event) => kitchen.tickets.remove(&event.ticket).map(|_| event.at),
        KitchenEvent::CookingStarted(event) => {
            let cooking = Cooking { until: event.until, simulated: event.simulated };
            let before = set_stage(kitchen, event.ticket, event.item, Stage::Cooking(cooking))?;
            (before == Stage::Waiting).then_some(event.at)
        }
        KitchenEvent::CookingFinished(event) => {
            let before = set_stage(kitchen, event.ticket, event.item, Stage::Cooked)?;
            matches!(before, Stage::Cooking(_)).then_some(event.at)
        }
        KitchenEvent::TicketCompleted(event) => {
            kitchen.tickets.remove(&event.ticket).filter(OpenTicket::is_done).map(|_| event.at)
        }
    }
}

/// Sets how far an item has come, and returns how far it had.
fn set_stage(kitchen: &mut KitchenDetails, ticket: FulfilmentId, place: u32, stage: Stage) -> Option<Stage> {
    let index = usize::try_from(place).ok()?.checked_sub(1)?;
    let item = kitchen.tickets.get_mut(&ticket)?.items.get_mut(index)?;
    Some(std::mem::replace(&mut item.stage, stage))
}
