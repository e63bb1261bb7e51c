//! Fixtures of the decisions' tests.

use uuid::Uuid;

use super::{
    AcceptTicket, CancelTicket, FinishTicket, HandOverTicket, HoldTicket, RejectTicket, ResumeTicket, StartTicket,
    TicketCommand,
};
use crate::testing::{Given, given_for};
use crate::ticket::{
    Ticket, TicketAccepted, TicketCancelled, TicketEvent, TicketHandedOver, TicketHeld, TicketItem, TicketReady,
    TicketRejected, TicketRejection, TicketRejectionReason, TicketResumed, TicketStarted,
};
use crate::{LocationId, OrderId, Quantity, Sku, StationName, TenantId, Timestamp, fold};

pub(in crate::ticket) fn given(history: impl IntoIterator<Item = TicketEvent>) -> Given<Ticket> {
    given_for(history)
}

/// When everything happens in these tests. The ticket is promised ten minutes later.
pub(in crate::ticket) fn now() -> Timestamp {
    Timestamp::try_from_micros(1_600_000_000_000_000).unwrap()
}

fn promised() -> Timestamp {
    now().later_by_micros(600_000_000)
}

fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub(in crate::ticket) fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(1))
}

pub(in crate::ticket) fn location() -> LocationId {
    LocationId::try_new("zrh-k").unwrap()
}

fn items() -> Vec<TicketItem> {
    vec![TicketItem {
        sku: Sku::try_new("soup").unwrap(),
        quantity: Quantity::try_new(2).unwrap(),
        station: StationName::try_new("stove").unwrap(),
        course: 1,
        preparation_s: 240,
    }]
}

fn sold_out() -> Vec<Sku> {
    vec![Sku::try_new("soup").unwrap()]
}

pub(in crate::ticket) fn accept() -> TicketCommand {
    let (tenant, order, location) = (tenant(), order(), location());
    AcceptTicket { tenant, order, location, items: items(), promised_at: promised(), at: now() }.into()
}

pub(in crate::ticket) fn reject() -> TicketCommand {
    let (tenant, order, location) = (tenant(), order(), location());
    let reason = TicketRejectionReason::SoldOut;
    RejectTicket { tenant, order, location, reason, skus: sold_out(), at: now() }.into()
}

pub(in crate::ticket) fn start() -> TicketCommand {
    StartTicket { at: now() }.into()
}

pub(in crate::ticket) fn hold() -> TicketCommand {
    HoldTicket { at: now() }.into()
}

pub(in crate::ticket) fn resume() -> TicketCommand {
    ResumeTicket { at: now() }.into()
}

pub(in crate::ticket) fn finish() -> TicketCommand {
    FinishTicket { at: now() }.into()
}

pub(in crate::ticket) fn hand_over() -> TicketCommand {
    HandOverTicket { at: now() }.into()
}

pub(in crate::ticket) fn cancel() -> TicketCommand {
    CancelTicket { at: now() }.into()
}

pub(in crate::ticket) fn accepted() -> TicketEvent {
    let (tenant, order, location) = (tenant(), order(), location());
    let promised_at = promised();
    TicketEvent::TicketAccepted(TicketAccepted { tenant, order, location, items: items(), promised_at, at: now() })
}

pub(in crate::ticket) fn rejected() -> TicketEvent {
    let (tenant, order, location) = (tenant(), order(), location());
    let reason = TicketRejectionReason::SoldOut;
    TicketEvent::TicketRejected(TicketRejected { tenant, order, location, reason, skus: sold_out(), at: now() })
}

pub(in crate::ticket) fn started() -> TicketEvent {
    TicketEvent::TicketStarted(TicketStarted { order: order(), location: location(), at: now() })
}

pub(in crate::ticket) fn held() -> TicketEvent {
    TicketEvent::TicketHeld(TicketHeld { order: order(), location: location(), at: now() })
}

pub(in crate::ticket) fn resumed() -> TicketEvent {
    TicketEvent::TicketResumed(TicketResumed { order: order(), location: location(), at: now() })
}

pub(in crate::ticket) fn ready() -> TicketEvent {
    TicketEvent::TicketReady(TicketReady { order: order(), location: location(), at: now() })
}

pub(in crate::ticket) fn handed_over() -> TicketEvent {
    TicketEvent::TicketHandedOver(TicketHandedOver { order: order(), location: location(), at: now() })
}

pub(in crate::ticket) fn cancelled() -> TicketEvent {
    TicketEvent::TicketCancelled(TicketCancelled { order: order(), location: location(), at: now() })
}

/// A history whose items are all done.
pub(in crate::ticket) fn done() -> Vec<TicketEvent> {
    vec![accepted(), started(), ready()]
}

/// A history for each state but the first.
pub(in crate::ticket) fn every_stage() -> Vec<Vec<TicketEvent>> {
    vec![
        vec![accepted()],
        vec![accepted(), started()],
        done(),
        [done(), vec![handed_over()]].concat(),
        vec![rejected()],
        vec![accepted(), cancelled()],
    ]
}

/// The name of the state after a history.
pub(in crate::ticket) fn state_of(history: &[TicketEvent]) -> &'static str {
    fold::<Ticket>(history).unwrap().name()
}

pub(in crate::ticket) const fn not_allowed(state: &'static str, done: &'static str) -> TicketRejection {
    TicketRejection::NotAllowed { state, done }
}
