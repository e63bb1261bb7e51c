//! Fixtures of the decisions' tests: a kitchen with a stove for two and an oven for one, two people on shift, and soup before pie.

use std::num::NonZeroU32;

use uuid::Uuid;

use super::{
    FinishCooking, HoldQueued, KitchenCommand, ResumeQueued, SetMode, SetSoldOut, SetStaff, StartCooking, TakeTicket,
    WithdrawTicket,
};
use crate::kitchen::{
    CookingFinished, CookingStarted, Kitchen, KitchenEvent, KitchenMode, KitchenState, KitchenStation, MenuItemSet,
    ModeChanged, OrderedLine, SoldOutChanged, Staff, StaffChanged, StaffSpeed, StationsSet, TicketCompleted,
    TicketHeld, TicketQueued, TicketResumed, TicketTurnedAway, TicketWithdrawn,
};
use crate::testing::{Given, given_for};
use crate::ticket::{TicketItem, TicketRejectionReason};
use crate::{FulfilmentId, LocationId, OrderId, Quantity, Sku, StationName, TenantId, Timestamp, fold};

pub(in crate::kitchen) fn given(history: impl IntoIterator<Item = KitchenEvent>) -> Given<Kitchen> {
    given_for(history)
}

pub(in crate::kitchen) fn state_of(history: &[KitchenEvent]) -> KitchenState {
    fold::<Kitchen>(history).unwrap()
}

/// When everything happens in these tests.
pub(in crate::kitchen) fn now() -> Timestamp {
    later(0)
}

pub(in crate::kitchen) fn later(seconds: i64) -> Timestamp {
    Timestamp::try_from_micros(1_600_000_000_000_000 + seconds * 1_000_000).unwrap()
}

pub(in crate::kitchen) fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub(in crate::kitchen) fn rival() -> TenantId {
    TenantId::try_new("other-shop").unwrap()
}

pub(in crate::kitchen) fn location() -> LocationId {
    LocationId::try_new("zrh-k").unwrap()
}

pub(in crate::kitchen) fn station(name: &str) -> StationName {
    StationName::try_new(name).unwrap()
}

pub(in crate::kitchen) fn sku(name: &str) -> Sku {
    Sku::try_new(name).unwrap()
}

pub(in crate::kitchen) fn id(ticket: u128) -> FulfilmentId {
    FulfilmentId::new(Uuid::from_u128(ticket))
}

pub(in crate::kitchen) fn order(ticket: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(ticket))
}

pub(in crate::kitchen) fn station_list(stations: &[(&str, u32)]) -> Vec<KitchenStation> {
    let station = |(name, capacity): &(&str, u32)| KitchenStation { name: station(name), capacity: *capacity };
    stations.iter().map(station).collect()
}

pub(in crate::kitchen) fn stations(list: &[(&str, u32)]) -> KitchenEvent {
    let stations = station_list(list);
    KitchenEvent::StationsSet(StationsSet { tenant: tenant(), location: location(), stations, at: now() })
}

pub(in crate::kitchen) fn on_menu(name: &str, at: &str, course: u32, preparation_s: u32) -> KitchenEvent {
    let (location, sku, station) = (location(), sku(name), station(at));
    KitchenEvent::MenuItemSet(MenuItemSet { location, sku, station, course, preparation_s, at: now() })
}

pub(in crate::kitchen) fn set_up() -> Vec<KitchenEvent> {
    vec![
        stations(&[("stove", 2), ("oven", 1)]),
        on_menu("soup", "stove", 1, 240),
        on_menu("pie", "oven", 2, 600),
        staff(2),
    ]
}

pub(in crate::kitchen) fn staff(on_shift: u32) -> KitchenEvent {
    KitchenEvent::StaffChanged(StaffChanged { location: location(), on_shift, simulated: false, at: now() })
}

pub(in crate::kitchen) fn simulated_staff(on_shift: u32) -> KitchenEvent {
    KitchenEvent::StaffChanged(StaffChanged { location: location(), on_shift, simulated: true, at: now() })
}

pub(in crate::kitchen) fn mode(mode: KitchenMode) -> KitchenEvent {
    KitchenEvent::ModeChanged(ModeChanged { location: location(), mode, at: now() })
}

pub(in crate::kitchen) fn sold_out(name: &str, sold_out: bool) -> KitchenEvent {
    KitchenEvent::SoldOutChanged(SoldOutChanged { location: location(), sku: sku(name), sold_out, at: now() })
}

fn item(name: &str) -> TicketItem {
    let (at, course, preparation_s) = if name == "soup" { ("stove", 1, 240) } else { ("oven", 2, 600) };
    let quantity = Quantity::try_new(1).unwrap();
    TicketItem { sku: sku(name), quantity, station: station(at), course, preparation_s }
}

/// Promised so many seconds from now.
pub(in crate::kitchen) fn queued(ticket: u128, skus: &[&str], promised_s: i64) -> KitchenEvent {
    KitchenEvent::TicketQueued(TicketQueued {
        tenant: tenant(),
        location: location(),
        ticket: id(ticket),
        order: order(ticket),
        items: skus.iter().map(|name| item(name)).collect(),
        promised_at: later(promised_s),
        at: now(),
    })
}

pub(in crate::kitchen) fn turned_away(ticket: u128, reason: TicketRejectionReason, skus: &[&str]) -> KitchenEvent {
    KitchenEvent::TicketTurnedAway(TicketTurnedAway {
        tenant: tenant(),
        location: location(),
        ticket: id(ticket),
        order: order(ticket),
        reason,
        skus: skus.iter().map(|name| sku(name)).collect(),
        at: now(),
    })
}

pub(in crate::kitchen) fn held(ticket: u128) -> KitchenEvent {
    let (location, ticket, order) = (location(), id(ticket), order(ticket));
    KitchenEvent::TicketHeld(TicketHeld { location, ticket, order, at: now() })
}

pub(in crate::kitchen) fn resumed(ticket: u128) -> KitchenEvent {
    let (location, ticket, order) = (location(), id(ticket), order(ticket));
    KitchenEvent::TicketResumed(TicketResumed { location, ticket, order, at: now() })
}

pub(in crate::kitchen) fn withdrawn(ticket: u128) -> KitchenEvent {
    let (location, ticket, order) = (location(), id(ticket), order(ticket));
    KitchenEvent::TicketWithdrawn(TicketWithdrawn { location, ticket, order, at: now() })
}

fn started(ticket: u128, item: u32, at: &str, (from_s, until_s): (i64, i64), simulated: bool) -> KitchenEvent {
    KitchenEvent::CookingStarted(CookingStarted {
        location: location(),
        ticket: id(ticket),
        order: order(ticket),
        item,
        station: station(at),
        until: later(until_s),
        simulated,
        at: later(from_s),
    })
}

/// By somebody of the staff, to be done so many seconds from now.
pub(in crate::kitchen) fn begun(ticket: u128, item: u32, at: &str, until_s: i64) -> KitchenEvent {
    started(ticket, item, at, (0, until_s), false)
}

/// By the engine.
pub(in crate::kitchen) fn simulated(ticket: u128, item: u32, at: &str, from_s: i64, until_s: i64) -> KitchenEvent {
    started(ticket, item, at, (from_s, until_s), true)
}

pub(in crate::kitchen) fn finished(ticket: u128, item: u32, at: &str) -> KitchenEvent {
    done_at(ticket, item, at, 0)
}

pub(in crate::kitchen) fn done_at(ticket: u128, item: u32, at: &str, after_s: i64) -> KitchenEvent {
    let (location, order, ticket, station) = (location(), order(ticket), id(ticket), station(at));
    KitchenEvent::CookingFinished(CookingFinished { location, ticket, order, item, station, at: later(after_s) })
}

pub(in crate::kitchen) fn completed(ticket: u128) -> KitchenEvent {
    completed_at(ticket, 0)
}

pub(in crate::kitchen) fn completed_at(ticket: u128, after_s: i64) -> KitchenEvent {
    let (location, order, ticket) = (location(), order(ticket), id(ticket));
    KitchenEvent::TicketCompleted(TicketCompleted { location, ticket, order, at: later(after_s) })
}

pub(in crate::kitchen) fn sell_out(name: &str, sold_out: bool) -> KitchenCommand {
    SetSoldOut { tenant: tenant(), sku: sku(name), sold_out, at: now() }.into()
}

pub(in crate::kitchen) fn set_staff(on_shift: u32, simulated: bool) -> KitchenCommand {
    SetStaff { tenant: tenant(), staff: Staff { on_shift, simulated }, at: now() }.into()
}

pub(in crate::kitchen) fn set_mode(mode: KitchenMode) -> KitchenCommand {
    SetMode { tenant: tenant(), mode, at: now() }.into()
}

/// One piece of each.
pub(in crate::kitchen) fn take(ticket: u128, skus: &[&str]) -> KitchenCommand {
    let quantity = Quantity::try_new(1).unwrap();
    let lines = skus.iter().map(|name| OrderedLine { sku: sku(name), quantity }).collect();
    taken(ticket, lines, 1).into()
}

pub(in crate::kitchen) fn take_pieces(ticket: u128, name: &str, pieces: u32) -> KitchenCommand {
    let lines = vec![OrderedLine { sku: sku(name), quantity: Quantity::try_new(pieces).unwrap() }];
    taken(ticket, lines, 1).into()
}

/// One piece, in a kitchen whose staff is so fast where it is simulated.
pub(in crate::kitchen) fn take_at_speed(ticket: u128, name: &str, speed: u32) -> KitchenCommand {
    taken(ticket, vec![OrderedLine { sku: sku(name), quantity: Quantity::try_new(1).unwrap() }], speed).into()
}

pub(in crate::kitchen) fn speed(of: u32) -> StaffSpeed {
    StaffSpeed::new(NonZeroU32::new(of).unwrap())
}

fn taken(ticket: u128, lines: Vec<OrderedLine>, of: u32) -> TakeTicket {
    TakeTicket { tenant: tenant(), ticket: id(ticket), order: order(ticket), lines, speed: speed(of), at: now() }
}

pub(in crate::kitchen) fn hold(ticket: u128) -> KitchenCommand {
    HoldQueued { tenant: tenant(), ticket: id(ticket), at: now() }.into()
}

pub(in crate::kitchen) fn resume(ticket: u128) -> KitchenCommand {
    ResumeQueued { tenant: tenant(), ticket: id(ticket), at: now() }.into()
}

pub(in crate::kitchen) fn withdraw(ticket: u128) -> KitchenCommand {
    WithdrawTicket { tenant: tenant(), ticket: id(ticket), at: now() }.into()
}

pub(in crate::kitchen) fn begin(ticket: u128, item: u32) -> KitchenCommand {
    StartCooking { tenant: tenant(), ticket: id(ticket), item, at: now() }.into()
}

pub(in crate::kitchen) fn end(ticket: u128, item: u32) -> KitchenCommand {
    FinishCooking { tenant: tenant(), ticket: id(ticket), item, at: now() }.into()
}
