//! Fixtures of the decisions' tests.

use uuid::Uuid;

use super::{FillBackorders, Request};
use crate::reservation::{
    FilledLine, GrantedLine, ReleaseReservation, RenewReservation, RequestRefusalReason, RequestRefused, RequestedLine,
    Reservation, ReservationBackorderFilled, ReservationCommand, ReservationEvent, ReservationExpired,
    ReservationGranted, ReservationRefusalReason, ReservationRefused, ReservationReleased, ReservationRenewed,
    ReservationShipped, ReserveStock, ReservedLine, ShipReservation, Shortage, Wake,
};
use crate::stock::Availability;
use crate::testing::{Given, given_for};
use crate::{LocationId, OrderId, Pieces, Quantity, RequestId, Sku, TenantId, Timestamp};

/// When reservations of these tests expire, in seconds.
pub(in crate::reservation) const EXPIRY: i64 = 900;

pub(in crate::reservation) fn given(history: impl IntoIterator<Item = ReservationEvent>) -> Given<Reservation> {
    given_for(history)
}

pub(in crate::reservation) fn at(second: i64) -> Timestamp {
    Timestamp::try_from_micros(1_600_000_000_000_000 + second * 1_000_000).unwrap()
}

fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn location() -> LocationId {
    LocationId::try_new("zrh-1").unwrap()
}

pub(in crate::reservation) fn sku(name: &str) -> Sku {
    Sku::try_new(name).unwrap()
}

pub(in crate::reservation) fn pieces(number: u64) -> Pieces {
    Pieces::try_new(number).unwrap()
}

fn order(n: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(n))
}

pub(in crate::reservation) fn request_id(n: u128) -> RequestId {
    RequestId::new(Uuid::from_u128(n))
}

pub(in crate::reservation) fn request(n: u128) -> Request {
    Request { id: request_id(n), tenant: tenant(), order: order(1) }
}

/// A request of another tenant.
pub(in crate::reservation) fn foreign(n: u128) -> Request {
    Request { tenant: TenantId::try_new("other-shop").unwrap(), ..request(n) }
}

/// A request for another order.
pub(in crate::reservation) fn other_order(n: u128) -> Request {
    Request { order: order(2), ..request(n) }
}

pub(in crate::reservation) fn line(name: &str, quantity: u32) -> RequestedLine {
    RequestedLine { sku: sku(name), quantity: Quantity::try_new(quantity).unwrap() }
}

/// SKU, available, what may be backordered.
pub(in crate::reservation) fn reserve_of(lines: Vec<RequestedLine>, seen: &[(&str, u64, u64)]) -> ReserveStock {
    let seen = seen.iter().map(|(name, available, backorder_max)| {
        let availability = Availability { available: pieces(*available), backorder_max: pieces(*backorder_max) };
        (sku(name), availability)
    });
    ReserveStock {
        request: request(1),
        location: location(),
        lines,
        expires_at: at(EXPIRY),
        seen: seen.collect(),
        at: at(0),
    }
}

/// Three of `a`, two of `b`.
pub(in crate::reservation) fn reserve() -> ReserveStock {
    reserve_of(vec![line("a", 3), line("b", 2)], &[("a", 5, 0), ("b", 2, 0)])
}

/// SKU, quantity, backordered, available.
pub(in crate::reservation) fn granted_of(lines: &[(&str, u64, u64, u64)]) -> ReservationEvent {
    let lines = lines.iter().map(|(name, quantity, backordered, available)| GrantedLine {
        sku: sku(name),
        quantity: pieces(*quantity),
        backordered: pieces(*backordered),
        available: pieces(*available),
    });
    ReservationEvent::ReservationGranted(ReservationGranted {
        tenant: tenant(),
        request: request_id(1),
        order: order(1),
        location: location(),
        lines: lines.collect(),
        expires_at: at(EXPIRY),
        at: at(0),
    })
}

/// Three of `a`, two of `b`.
pub(in crate::reservation) fn granted() -> ReservationEvent {
    granted_of(&[("a", 3, 0, 5), ("b", 2, 0, 2)])
}

/// SKU, requested, available.
pub(in crate::reservation) fn refused(
    request: u128,
    reason: ReservationRefusalReason,
    shortages: &[(&str, u64, u64)],
) -> ReservationEvent {
    let shortages = shortages.iter().map(|(name, requested, available)| Shortage {
        sku: sku(name),
        requested: pieces(*requested),
        available: pieces(*available),
    });
    ReservationEvent::ReservationRefused(ReservationRefused {
        tenant: tenant(),
        request: request_id(request),
        order: order(1),
        location: location(),
        reason,
        shortages: shortages.collect(),
        at: at(0),
    })
}

pub(in crate::reservation) fn out_of_stock() -> ReservationEvent {
    refused(1, ReservationRefusalReason::OutOfStock, &[("a", 3, 0)])
}

pub(in crate::reservation) fn renew_until(request: Request, second: i64, now: i64) -> ReservationCommand {
    RenewReservation { request, expires_at: at(second), at: at(now) }.into()
}

pub(in crate::reservation) fn renewed_until(request: u128, second: i64, now: i64) -> ReservationEvent {
    ReservationEvent::ReservationRenewed(ReservationRenewed {
        request: request_id(request),
        order: order(1),
        expires_at: at(second),
        at: at(now),
    })
}

pub(in crate::reservation) fn release(request: Request) -> ReservationCommand {
    ReleaseReservation { request, at: at(20) }.into()
}

/// SKU, quantity, backordered.
fn reserved(lines: &[(&str, u64, u64)]) -> Vec<ReservedLine> {
    let lines = lines.iter().map(|(name, quantity, backordered)| ReservedLine {
        sku: sku(name),
        quantity: pieces(*quantity),
        backordered: pieces(*backordered),
    });
    lines.collect()
}

pub(in crate::reservation) fn released(request: u128, lines: &[(&str, u64, u64)]) -> ReservationEvent {
    ReservationEvent::ReservationReleased(ReservationReleased {
        tenant: tenant(),
        request: request_id(request),
        order: order(1),
        location: (!lines.is_empty()).then(location),
        lines: reserved(lines),
        at: at(20),
    })
}

pub(in crate::reservation) fn wake(second: i64) -> ReservationCommand {
    Wake { now: at(second) }.into()
}

pub(in crate::reservation) fn expired(second: i64, lines: &[(&str, u64, u64)]) -> ReservationEvent {
    ReservationEvent::ReservationExpired(ReservationExpired {
        tenant: tenant(),
        order: order(1),
        location: location(),
        lines: reserved(lines),
        at: at(second),
    })
}

pub(in crate::reservation) fn ship(request: Request, lines: Vec<RequestedLine>) -> ReservationCommand {
    ShipReservation { request, lines, at: at(30) }.into()
}

pub(in crate::reservation) fn shipped(request: u128, lines: &[(&str, u64, u64)], complete: bool) -> ReservationEvent {
    ReservationEvent::ReservationShipped(ReservationShipped {
        tenant: tenant(),
        request: request_id(request),
        order: order(1),
        location: location(),
        lines: reserved(lines),
        complete,
        at: at(30),
    })
}

pub(in crate::reservation) fn all_shipped() -> ReservationEvent {
    shipped(9, &[("a", 3, 0), ("b", 2, 0)], true)
}

/// SKU, pieces that could be set aside.
pub(in crate::reservation) fn fill(seen: &[(&str, u64)]) -> FillBackorders {
    let seen = seen.iter().map(|(name, fillable)| (sku(name), pieces(*fillable))).collect();
    FillBackorders { tenant: tenant(), seen, at: at(40) }
}

pub(in crate::reservation) fn filled(lines: &[(&str, u64)], complete: bool) -> ReservationEvent {
    let lines = lines.iter().map(|(name, quantity)| FilledLine { sku: sku(name), quantity: pieces(*quantity) });
    ReservationEvent::ReservationBackorderFilled(ReservationBackorderFilled {
        tenant: tenant(),
        order: order(1),
        location: location(),
        lines: lines.collect(),
        complete,
        at: at(40),
    })
}

pub(in crate::reservation) fn request_refused(
    request: Request,
    reason: RequestRefusalReason,
    at: Timestamp,
) -> ReservationEvent {
    let Request { id: request, tenant, order } = request;
    ReservationEvent::RequestRefused(RequestRefused { tenant, request, order, reason, at })
}
