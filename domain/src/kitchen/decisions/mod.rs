//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.
//!
//! Every command names its tenant, and no stream of another one is changed.

mod finish_cooking;
mod hold_queued;
mod resume_queued;
mod set_menu_item;
mod set_mode;
mod set_sold_out;
mod set_staff;
mod set_stations;
mod start_cooking;
mod take_ticket;
mod wake;
mod withdraw_ticket;

pub use finish_cooking::*;
pub use hold_queued::*;
pub use resume_queued::*;
pub use set_menu_item::*;
pub use set_mode::*;
pub use set_sold_out::*;
pub use set_staff::*;
pub use set_stations::*;
pub use start_cooking::*;
pub use take_ticket::*;
pub use wake::*;
pub use withdraw_ticket::*;

use super::{
    CookingFinished, Kitchen, KitchenDetails, KitchenEvent, KitchenRejection, KitchenState, OpenTicket, Stage,
    TicketCompleted,
};
use crate::decision::declare_commands;
use crate::{FulfilmentId, Scope, TenantId, Timestamp};

declare_commands! {
    /// A command of a kitchen.
    KitchenCommand of Kitchen {
        SetStations,
        SetMenuItem,
        SetSoldOut,
        SetStaff,
        SetMode,
        TakeTicket,
        HoldQueued,
        ResumeQueued,
        WithdrawTicket,
        StartCooking,
        FinishCooking,
        Wake,
    }
}

/// What the staff of a kitchen need to set it up and to report anything.
const OF_STAFF: &[Scope] = &[Scope::TENANT_STAFF, Scope::FULFILMENT_WRITE];

/// The kitchen of a state, for a command of its tenant.
fn kitchen_of<'a>(state: &'a KitchenState, tenant: &TenantId) -> Result<&'a KitchenDetails, KitchenRejection> {
    match state {
        KitchenState::Absent => Err(KitchenRejection::NotFound),
        KitchenState::Open(kitchen) if kitchen.tenant != *tenant => Err(KitchenRejection::OtherTenant),
        KitchenState::Open(kitchen) => Ok(kitchen),
    }
}

/// A ticket that the kitchen works on.
fn open_ticket(kitchen: &KitchenDetails, ticket: FulfilmentId) -> Result<&OpenTicket, KitchenRejection> {
    kitchen.tickets.get(&ticket).ok_or(KitchenRejection::NoSuchTicket)
}

/// That an item is done, and with the last one its ticket.
fn finish(kitchen: &KitchenDetails, ticket: FulfilmentId, item: u32, at: Timestamp) -> Vec<KitchenEvent> {
    let Some((open, done)) = kitchen.tickets.get(&ticket).and_then(|open| Some((open, open.item(item)?))) else {
        return vec![];
    };
    let (location, order) = (kitchen.location.clone(), open.order);
    let station = done.item.station.clone();
    let finished = CookingFinished { location: location.clone(), ticket, order, item, station, at };
    let left = open.items.iter().zip(1..).filter(|(other, place)| *place != item && other.stage != Stage::Cooked);
    let completed =
        (left.count() == 0).then_some(KitchenEvent::TicketCompleted(TicketCompleted { location, ticket, order, at }));
    std::iter::once(KitchenEvent::CookingFinished(finished)).chain(completed).collect()
}

#[cfg(test)]
pub(in crate::kitchen) mod fixtures;
