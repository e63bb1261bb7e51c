//! What a saga has learned from the others.
//!
//! An answer clears the request that it answers and no other: a grant that comes while the release is under way leaves the release
//! pending. A failure that is tried again leaves its request pending until `retry_at`.
//!
//! A refusal says nothing of the part: what the part has come to was told by an event before, and the refusal may be of an earlier
//! request that was asked twice.

use crate::order::HoldKind;
use crate::{ReservationId, Timestamp};

use super::super::answer::AnswerKind;
use super::super::asked::Asked;
use super::super::event::AnswerReceived;
use super::super::state::{
    Ask, FulfilmentPart, FulfilmentStatus, PaymentPart, PaymentStatus, ReservationPart, ReservationStatus, Saga,
};
use super::asked::{part_of, payment, reservation};

/// `None` where the event names no part that the saga has asked for, or another sort of part than its answer is of.
pub(super) fn answered(saga: &mut Saga, event: &AnswerReceived) -> Option<()> {
    match (event.reservation, event.payment, event.fulfilment) {
        (Some(id), None, None) => {
            let part = reservation(saga, id)?;
            part.seen = event.answer_version;
            of_stock(part, event)?;
            if event.answer == AnswerKind::StockGranted {
                saga.stock_wait = None;
                take_over(saga, id);
                // The order's hold for stock ends with it, whoever had put it there.
                super::lift(saga, HoldKind::Stock, event.at);
            }
            Some(())
        }
        (None, Some(id), None) => {
            let part = payment(saga, id)?;
            part.seen = event.answer_version;
            of_payment(part, event)
        }
        (None, None, Some(id)) => {
            let part = part_of(saga, id)?;
            part.seen = event.answer_version;
            of_fulfilment(part, event)?;
            if event.answer == AnswerKind::FulfilmentShipped {
                // It may have been what stock was waited for. What still lacks stock is waited for anew.
                saga.stock_wait = None;
            }
            Some(())
        }
        _ => None,
    }
}

/// What a location is to send of a share is sent from the share's new reservation there, whatever became of the ones before.
fn take_over(saga: &mut Saga, granted: ReservationId) {
    let Some(reservation) = saga.current_reservations().find(|one| one.id == granted) else { return };
    let sent_from_there =
        saga.fulfilment_of(reservation.share).filter(|part| saga.is_sent_from(part, &reservation.location));
    let Some(fulfilment) = sent_from_there.map(|part| part.id) else { return };
    for part in saga.fulfilments.iter_mut().filter(|part| part.id == fulfilment) {
        part.reservation = granted;
    }
}

fn clear(ask: &mut Option<Ask>, answers: &[Asked]) {
    if ask.is_some_and(|pending| answers.contains(&pending.asked)) {
        *ask = None;
    }
}

fn retry(ask: &mut Option<Ask>, at: Option<Timestamp>) {
    if let (Some(pending), Some(at)) = (ask, at) {
        pending.due = at;
    }
}

fn of_stock(part: &mut ReservationPart, event: &AnswerReceived) -> Option<()> {
    match event.answer {
        AnswerKind::StockGranted => {
            part.status = ReservationStatus::Granted;
            part.expires_at = event.expires_at;
            clear(&mut part.ask, &[Asked::Reserve]);
        }
        AnswerKind::StockRenewed => {
            part.expires_at = event.expires_at;
            clear(&mut part.ask, &[Asked::Renew]);
        }
        AnswerKind::StockRefused => end(part, ReservationStatus::Refused),
        AnswerKind::StockReleased => end(part, ReservationStatus::Released),
        AnswerKind::StockExpired => end(part, ReservationStatus::Expired),
        AnswerKind::StockShipped => end(part, ReservationStatus::Shipped),
        AnswerKind::StockShippedInPart => clear(&mut part.ask, &[Asked::ShipStock]),
        AnswerKind::StockBackorderFilled => {}
        AnswerKind::StockRequestRefused => retry(&mut part.ask, event.retry_at),
        _ => return None,
    }
    Some(())
}

const fn end(part: &mut ReservationPart, status: ReservationStatus) {
    part.status = status;
    part.expires_at = None;
    part.ask = None;
}

fn of_payment(part: &mut PaymentPart, event: &AnswerReceived) -> Option<()> {
    use PaymentStatus as S;
    match event.answer {
        AnswerKind::PaymentPending | AnswerKind::PaymentActionRequired => clear(&mut part.ask, &[Asked::Authorize]),
        AnswerKind::PaymentDeclined => {
            part.declines += 1;
            clear(&mut part.ask, &[Asked::Authorize]);
        }
        AnswerKind::PaymentAuthorized => {
            part.status = S::Authorized;
            clear(&mut part.ask, &[Asked::Authorize]);
        }
        AnswerKind::PaymentCaptured => {
            part.status = S::Captured;
            part.captured = event.amount?;
            // A void that is under way cannot take money back: it is refunded instead.
            clear(&mut part.ask, &[Asked::Authorize, Asked::Capture, Asked::Void]);
        }
        AnswerKind::PaymentVoided => {
            part.status = S::Voided;
            part.ask = None;
        }
        AnswerKind::PaymentRefunded => {
            part.refunded = event.amount?;
            if part.refunded.minor() >= part.captured.minor() {
                part.status = S::Refunded;
                clear(&mut part.ask, &[Asked::Refund]);
            }
        }
        AnswerKind::PaymentExpired => {
            part.status = S::Failed;
            part.ask = None;
        }
        AnswerKind::CaptureFailed
        | AnswerKind::VoidFailed
        | AnswerKind::RefundFailed
        | AnswerKind::PaymentRequestRefused => {
            retry(&mut part.ask, event.retry_at);
        }
        AnswerKind::PaymentDisputed => {}
        _ => return None,
    }
    Some(())
}

fn of_fulfilment(part: &mut FulfilmentPart, event: &AnswerReceived) -> Option<()> {
    use FulfilmentStatus as S;
    let status = match event.answer {
        AnswerKind::FulfilmentRequested => {
            clear(&mut part.ask, &[Asked::Fulfil]);
            return Some(());
        }
        AnswerKind::FulfilmentReleased => {
            part.released = true;
            clear(&mut part.ask, &[Asked::ReleaseFulfilment]);
            return Some(());
        }
        AnswerKind::FulfilmentHeld => {
            part.released = false;
            clear(&mut part.ask, &[Asked::HoldFulfilment]);
            return Some(());
        }
        AnswerKind::FulfilmentRequestRefused => {
            retry(&mut part.ask, event.retry_at);
            return Some(());
        }
        AnswerKind::FulfilmentAccepted => S::Accepted,
        AnswerKind::FulfilmentPacked => S::Packed,
        AnswerKind::FulfilmentShipped => S::Shipped,
        AnswerKind::FulfilmentDelivered => S::Delivered,
        AnswerKind::FulfilmentLost => S::Lost,
        AnswerKind::FulfilmentRejected => S::Rejected,
        AnswerKind::FulfilmentCancelled => S::Cancelled,
        _ => return None,
    };
    part.since = event.at;
    match status {
        S::Unknown | S::Accepted | S::Packed => {
            part.status = status;
            clear(&mut part.ask, &[Asked::Fulfil]);
        }
        S::Shipped | S::Delivered | S::Lost | S::Rejected | S::Cancelled => end_fulfilment(part, status),
    }
    Some(())
}

/// Nothing is asked of a fulfilment that its location has done with.
const fn end_fulfilment(part: &mut FulfilmentPart, status: FulfilmentStatus) {
    part.status = status;
    part.ask = None;
}

/// An answer is waited for no longer, as if it had been a refusal.
pub(super) fn skipped(saga: &mut Saga, step: Asked) {
    let is_pending = |ask: &Option<Ask>| ask.is_some_and(|pending| pending.asked == step);
    for part in saga.reservations.iter_mut().filter(|part| is_pending(&part.ask)) {
        match step {
            Asked::Reserve => part.status = ReservationStatus::Refused,
            Asked::Release => part.status = ReservationStatus::Released,
            Asked::ShipStock => part.status = ReservationStatus::Shipped,
            _ => {}
        }
        part.ask = None;
    }
    for part in saga.payments.iter_mut().filter(|part| is_pending(&part.ask)) {
        match step {
            Asked::Authorize | Asked::Capture => part.status = PaymentStatus::Failed,
            Asked::Void => part.status = PaymentStatus::Voided,
            Asked::Refund => part.status = PaymentStatus::Refunded,
            _ => {}
        }
        part.ask = None;
    }
    for part in saga.fulfilments.iter_mut().filter(|part| is_pending(&part.ask)) {
        match step {
            Asked::Fulfil => part.status = FulfilmentStatus::Rejected,
            Asked::CancelFulfilment => part.status = FulfilmentStatus::Cancelled,
            Asked::ReleaseFulfilment => part.released = true,
            Asked::HoldFulfilment => part.released = false,
            _ => {}
        }
        part.ask = None;
    }
}
