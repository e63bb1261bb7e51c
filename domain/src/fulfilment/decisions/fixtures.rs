//! Fixtures of the decisions' tests.

use uuid::Uuid;

use super::{
    AcceptFulfilment, CancelFulfilment, DeliverFulfilment, FulfilmentCommand, HoldFulfilment, LoseFulfilment,
    PackFulfilment, PickFulfilment, RecordHandover, RejectFulfilment, ReleaseFulfilment, Request, RequestFulfilment,
    ShipFulfilment,
};
use crate::fulfilment::{
    Fulfilment, FulfilmentAccepted, FulfilmentCancelled, FulfilmentDelivered, FulfilmentEvent, FulfilmentHeld,
    FulfilmentLine, FulfilmentLost, FulfilmentPacked, FulfilmentPicked, FulfilmentRejected, FulfilmentRejection,
    FulfilmentRejectionReason, FulfilmentReleased, FulfilmentRequested, FulfilmentShipped, RequestRefusalReason,
    RequestRefused,
};
use crate::testing::{Given, given_for};
use crate::{Carrier, LocationId, OrderId, Quantity, RequestId, Sku, TenantId, Timestamp, TrackingNumber};

pub(in crate::fulfilment) fn given(history: impl IntoIterator<Item = FulfilmentEvent>) -> Given<Fulfilment> {
    given_for(history)
}

/// When everything happens in these tests.
pub(in crate::fulfilment) fn now() -> Timestamp {
    Timestamp::try_from_micros(1_600_000_000_000_000).unwrap()
}

fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn order(n: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(n))
}

fn location() -> LocationId {
    LocationId::try_new("zrh-1").unwrap()
}

fn carrier() -> Carrier {
    Carrier::try_new("post").unwrap()
}

fn tracking(number: &str) -> TrackingNumber {
    TrackingNumber::try_new(number).unwrap()
}

fn request_id(n: u128) -> RequestId {
    RequestId::new(Uuid::from_u128(n))
}

pub(in crate::fulfilment) fn request(n: u128) -> Request {
    Request { id: request_id(n), tenant: tenant(), order: order(1) }
}

/// A request of another tenant.
pub(in crate::fulfilment) fn foreign(n: u128) -> Request {
    Request { tenant: TenantId::try_new("other-shop").unwrap(), ..request(n) }
}

/// A request for another order.
pub(in crate::fulfilment) fn other_order(n: u128) -> Request {
    Request { order: order(2), ..request(n) }
}

pub(in crate::fulfilment) fn line(name: &str, quantity: u32) -> FulfilmentLine {
    FulfilmentLine { sku: Sku::try_new(name).unwrap(), quantity: Quantity::try_new(quantity).unwrap() }
}

fn lines() -> Vec<FulfilmentLine> {
    vec![line("a", 3), line("b", 2)]
}

pub(in crate::fulfilment) fn ask_of(request: Request) -> RequestFulfilment {
    RequestFulfilment { request, location: location(), lines: lines(), at: now() }
}

pub(in crate::fulfilment) fn ask(request: Request) -> FulfilmentCommand {
    ask_of(request).into()
}

pub(in crate::fulfilment) fn release(request: Request) -> FulfilmentCommand {
    ReleaseFulfilment { request, at: now() }.into()
}

pub(in crate::fulfilment) fn hold(request: Request) -> FulfilmentCommand {
    HoldFulfilment { request, at: now() }.into()
}

pub(in crate::fulfilment) fn cancel(request: Request) -> FulfilmentCommand {
    CancelFulfilment { request, at: now() }.into()
}

pub(in crate::fulfilment) fn accept() -> FulfilmentCommand {
    AcceptFulfilment { at: now() }.into()
}

pub(in crate::fulfilment) fn reject() -> FulfilmentCommand {
    RejectFulfilment { reason: FulfilmentRejectionReason::OutOfStock, note: None, at: now() }.into()
}

pub(in crate::fulfilment) fn pick() -> FulfilmentCommand {
    PickFulfilment { at: now() }.into()
}

pub(in crate::fulfilment) fn pack() -> FulfilmentCommand {
    PackFulfilment { at: now() }.into()
}

pub(in crate::fulfilment) fn ship(number: &str) -> FulfilmentCommand {
    ShipFulfilment { carrier: carrier(), tracking: tracking(number), at: now() }.into()
}

pub(in crate::fulfilment) fn hand_over(number: &str) -> FulfilmentCommand {
    RecordHandover { carrier: carrier(), tracking: tracking(number), at: now() }.into()
}

pub(in crate::fulfilment) fn deliver() -> FulfilmentCommand {
    DeliverFulfilment { at: now() }.into()
}

pub(in crate::fulfilment) fn lose() -> FulfilmentCommand {
    LoseFulfilment { at: now() }.into()
}

pub(in crate::fulfilment) fn requested() -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentRequested(FulfilmentRequested {
        tenant: tenant(),
        request: request_id(1),
        order: order(1),
        location: location(),
        lines: lines(),
        at: now(),
    })
}

pub(in crate::fulfilment) fn released(request: u128) -> FulfilmentEvent {
    let request = request_id(request);
    FulfilmentEvent::FulfilmentReleased(FulfilmentReleased { request, order: order(1), at: now() })
}

pub(in crate::fulfilment) fn held(request: u128) -> FulfilmentEvent {
    let request = request_id(request);
    FulfilmentEvent::FulfilmentHeld(FulfilmentHeld { request, order: order(1), at: now() })
}

pub(in crate::fulfilment) fn cancelled(request: u128) -> FulfilmentEvent {
    let request = request_id(request);
    let cancelled = FulfilmentCancelled { tenant: tenant(), request, order: order(1), at: now() };
    FulfilmentEvent::FulfilmentCancelled(cancelled)
}

pub(in crate::fulfilment) fn accepted() -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentAccepted(FulfilmentAccepted { order: order(1), at: now() })
}

pub(in crate::fulfilment) fn rejected() -> FulfilmentEvent {
    let reason = FulfilmentRejectionReason::OutOfStock;
    FulfilmentEvent::FulfilmentRejected(FulfilmentRejected { order: order(1), reason, note: None, at: now() })
}

pub(in crate::fulfilment) fn picked() -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentPicked(FulfilmentPicked { order: order(1), at: now() })
}

pub(in crate::fulfilment) fn packed() -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentPacked(FulfilmentPacked { order: order(1), at: now() })
}

pub(in crate::fulfilment) fn shipped() -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentShipped(FulfilmentShipped {
        order: order(1),
        location: location(),
        lines: lines(),
        carrier: carrier(),
        tracking: tracking("X1"),
        at: now(),
    })
}

pub(in crate::fulfilment) fn delivered() -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentDelivered(FulfilmentDelivered { order: order(1), at: now() })
}

pub(in crate::fulfilment) fn lost() -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentLost(FulfilmentLost { order: order(1), at: now() })
}

/// A history whose goods have left.
pub(in crate::fulfilment) fn sent() -> Vec<FulfilmentEvent> {
    vec![requested(), released(2), accepted(), packed(), shipped()]
}

/// A history for each state that follows a request.
pub(in crate::fulfilment) fn every_stage() -> Vec<Vec<FulfilmentEvent>> {
    let mut stages: Vec<_> = (1..=sent().len()).map(|events| sent()[..events].to_vec()).collect();
    stages.extend([delivered(), lost()].map(|end| [sent(), vec![end]].concat()));
    stages.push(vec![requested(), accepted(), picked()]);
    stages.extend([rejected(), cancelled(5)].map(|end| vec![requested(), end]));
    stages
}

pub(in crate::fulfilment) fn request_refused(request: Request, reason: RequestRefusalReason) -> FulfilmentEvent {
    let Request { id: request, tenant, order } = request;
    FulfilmentEvent::RequestRefused(RequestRefused { tenant, request, order, reason, at: now() })
}

pub(in crate::fulfilment) const fn not_allowed(state: &'static str, done: &'static str) -> FulfilmentRejection {
    FulfilmentRejection::NotAllowed { state, done }
}
