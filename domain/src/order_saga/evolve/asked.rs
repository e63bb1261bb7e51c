//! What a saga has asked for: a new part, or one more request to one that is there. `None` where there is no such part.

use crate::{FulfilmentId, Money, PaymentId, ReservationId, Timestamp};

use super::super::asked::Asked;
use super::super::event::{
    AuthorizationRequested, CaptureRequested, FulfilmentCancelRequested, FulfilmentHoldRequested,
    FulfilmentReleaseRequested, FulfilmentRequested, RefundRequested, StockReleaseRequested, StockRenewalRequested,
    StockRequested, StockShipmentRequested, VoidRequested,
};
use super::super::state::{
    Ask, Destination, FulfilmentPart, FulfilmentStatus, PaymentPart, PaymentStatus, ReservationPart, ReservationStatus,
    Saga,
};

const fn ask(asked: Asked, attempt: u32, due: Timestamp) -> Ask {
    Ask { asked, attempt, due }
}

pub(super) fn stock(saga: &mut Saga, event: &StockRequested) -> Option<()> {
    let ask = Some(ask(Asked::Reserve, event.attempt, event.due));
    if let Some(part) = saga.reservations.iter_mut().find(|part| part.id == event.reservation) {
        part.ask = ask;
        return Some(());
    }
    let share = saga.share_with(&event.lines)?;
    saga.shares[share].destination = Destination::Open;
    saga.reservations.push(ReservationPart {
        id: event.reservation,
        share,
        location: event.location.clone(),
        status: ReservationStatus::Unknown,
        expires_at: None,
        hold_for_s: event.hold_for_s,
        ask,
        seen: 0,
    });
    Some(())
}

pub(super) fn renewal(saga: &mut Saga, event: &StockRenewalRequested) -> Option<()> {
    let part = reservation(saga, event.reservation)?;
    part.hold_for_s = event.hold_for_s;
    part.ask = Some(ask(Asked::Renew, event.attempt, event.due));
    Some(())
}

pub(super) fn release(saga: &mut Saga, event: &StockReleaseRequested) -> Option<()> {
    reservation(saga, event.reservation)?.ask = Some(ask(Asked::Release, event.attempt, event.due));
    Some(())
}

pub(super) fn stock_shipment(saga: &mut Saga, event: &StockShipmentRequested) -> Option<()> {
    reservation(saga, event.reservation)?.ask = Some(ask(Asked::ShipStock, event.attempt, event.due));
    Some(())
}

pub(super) fn authorization(saga: &mut Saga, event: &AuthorizationRequested) {
    let ask = Some(ask(Asked::Authorize, event.attempt, event.due));
    if let Some(part) = payment(saga, event.payment) {
        part.ask = ask;
        return;
    }
    let none = Money::zero(event.amount.currency());
    saga.payments.push(PaymentPart {
        id: event.payment,
        status: PaymentStatus::Unknown,
        captured: none,
        refunded: none,
        declines: 0,
        asked_at: event.at,
        ask,
        seen: 0,
    });
}

pub(super) fn capture(saga: &mut Saga, event: &CaptureRequested) -> Option<()> {
    payment(saga, event.payment)?.ask = Some(ask(Asked::Capture, event.attempt, event.due));
    Some(())
}

pub(super) fn void(saga: &mut Saga, event: &VoidRequested) -> Option<()> {
    payment(saga, event.payment)?.ask = Some(ask(Asked::Void, event.attempt, event.due));
    Some(())
}

pub(super) fn refund(saga: &mut Saga, event: &RefundRequested) -> Option<()> {
    payment(saga, event.payment)?.ask = Some(ask(Asked::Refund, event.attempt, event.due));
    Some(())
}

pub(super) fn fulfilment(saga: &mut Saga, event: &FulfilmentRequested) {
    let ask = Some(ask(Asked::Fulfil, event.attempt, event.due));
    if let Some(part) = part_of(saga, event.fulfilment) {
        part.ask = ask;
        return;
    }
    saga.fulfilments.push(FulfilmentPart {
        id: event.fulfilment,
        reservation: event.reservation,
        status: FulfilmentStatus::Unknown,
        released: false,
        since: event.at,
        ask,
        seen: 0,
    });
}

pub(super) fn fulfilment_release(saga: &mut Saga, event: &FulfilmentReleaseRequested) -> Option<()> {
    part_of(saga, event.fulfilment)?.ask = Some(ask(Asked::ReleaseFulfilment, event.attempt, event.due));
    Some(())
}

pub(super) fn fulfilment_cancel(saga: &mut Saga, event: &FulfilmentCancelRequested) -> Option<()> {
    part_of(saga, event.fulfilment)?.ask = Some(ask(Asked::CancelFulfilment, event.attempt, event.due));
    Some(())
}

pub(super) fn fulfilment_hold(saga: &mut Saga, event: &FulfilmentHoldRequested) -> Option<()> {
    part_of(saga, event.fulfilment)?.ask = Some(ask(Asked::HoldFulfilment, event.attempt, event.due));
    Some(())
}

pub(super) fn reservation(saga: &mut Saga, id: ReservationId) -> Option<&mut ReservationPart> {
    saga.reservations.iter_mut().find(|part| part.id == id)
}

pub(super) fn payment(saga: &mut Saga, id: PaymentId) -> Option<&mut PaymentPart> {
    saga.payments.iter_mut().find(|part| part.id == id)
}

pub(super) fn part_of(saga: &mut Saga, id: FulfilmentId) -> Option<&mut FulfilmentPart> {
    saga.fulfilments.iter_mut().find(|part| part.id == id)
}
