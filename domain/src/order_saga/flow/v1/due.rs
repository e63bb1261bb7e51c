//! When a stage of the first version is due although nothing happens.

use crate::Timestamp;

use super::super::super::policy::after;
use super::super::super::state::{
    FulfilmentPart, FulfilmentStatus, Goal, PaymentStatus, ReservationPart, ReservationStatus, Saga,
};
use super::super::super::task::TaskKind;
use super::super::Due;
use super::route::{fails_too_often, is_comparison_due, is_unreserved};

/// When a stage is due although nothing happens.
pub(in crate::order_saga::flow) fn deadlines(saga: &Saga) -> impl Iterator<Item = (Due, Timestamp)> {
    let is_forward = saga.goal == Goal::Fulfil && saga.outcome.is_none();
    let is_blocked = saga.task.as_ref().is_some_and(|task| task.kind.blocks());
    let unasked = saga.current_reservations().filter(|part| part.ask.is_none());
    let renewals = unasked.filter_map(|part| renewal_at(saga, part));
    let is_tried_again = !fails_too_often(saga) && saga.current_shares().any(|share| is_unreserved(saga, share));
    let wait = saga.stock_wait.filter(|_| is_tried_again);
    let waits = wait.map(|wait| [(Due::StockTry, wait.next_try), (Due::StockGivenUp, wait.until)]);
    let payment = payment_ends_at(saga).map(|at| (Due::Payment, at));
    let fulfilments = saga.current_fulfilments().filter(|_| saga.task.is_none());
    let late = fulfilments.filter_map(|part| late_at(saga, part));
    // It is due at once, and was from the beginning.
    let route = is_comparison_due(saga).then_some((Due::Route, saga.started_at));
    let stages = waits.into_iter().flatten().chain(payment).chain(late).chain(route).filter(move |_| !is_blocked);
    let all = stages.chain(renewals.map(|at| (Due::Renewal, at)));
    is_forward.then_some(all).into_iter().flatten()
}

/// When a reservation has to be renewed.
pub(super) fn renewal_at(saga: &Saga, part: &ReservationPart) -> Option<Timestamp> {
    let is_needed = part.status == ReservationStatus::Granted && !saga.has_left(part.share);
    let expires_at = part.expires_at.filter(|_| is_needed)?;
    let before = i64::from(saga.policy.renew_before_s.min(part.hold_for_s / 2)) * 1_000_000;
    Timestamp::try_from_micros(expires_at.micros() - before).ok()
}

/// When a fulfilment takes too long, and the task that says so.
pub(super) fn late(saga: &Saga, part: &FulfilmentPart) -> Option<(u32, TaskKind)> {
    let policy = &saga.policy;
    match part.status {
        FulfilmentStatus::Unknown => Some((policy.accept_s, TaskKind::NotAccepted)),
        FulfilmentStatus::Accepted => Some((policy.pack_s, TaskKind::NotPacked)),
        FulfilmentStatus::Packed if saga.is_held() => None,
        FulfilmentStatus::Packed => Some((policy.ship_s, TaskKind::NotShipped)),
        FulfilmentStatus::Shipped => Some((policy.deliver_s, TaskKind::NotDelivered)),
        FulfilmentStatus::Delivered
        | FulfilmentStatus::Lost
        | FulfilmentStatus::Rejected
        | FulfilmentStatus::Cancelled => None,
    }
}

/// When the customer has taken too long to pay; `None` while it is not for the customer to act.
pub(super) fn payment_ends_at(saga: &Saga) -> Option<Timestamp> {
    let part = saga.payments.last().filter(|part| part.status == PaymentStatus::Unknown && part.ask.is_none())?;
    Some(after(part.asked_at, saga.policy.payment_window_s))
}

fn late_at(saga: &Saga, part: &FulfilmentPart) -> Option<(Due, Timestamp)> {
    late(saga, part).map(|(seconds, task)| (Due::Late(task), after(part.since, seconds)))
}
