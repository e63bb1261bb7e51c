//! The first version of the flow.
//!
//! To fulfil: stock, screening, authorisation, readiness, capture (now, or when the goods are packed), fulfilment, its release, the
//! shipment out of stock, delivery. To undo: fulfilment, then payment, then stock.

mod due;
mod goods;
mod rearrange;
mod route;

use crate::Timestamp;

use super::super::asked::Asked;
use super::super::event::{
    AuthorizationRequested, OrderReady, OrderSagaEvent, OrderScreened, SagaEnded, SagaOutcome, UndoCause, UndoStarted,
};
use super::super::policy::{CaptureMoment, PaymentTerms, Routing, after};
use super::super::routing::Candidate;
use super::super::screening::Screening;
use super::super::state::{
    Ask, Destination, FulfilmentPart, FulfilmentStatus, Goal, PaymentStatus, ReservationPart, ReservationStatus, Saga,
};
use super::super::task::TaskKind;
use super::overdue::{Asking, open};
use super::stage::{Defined, Stage, StageName};
use due::{late, payment_ends_at, renewal_at};
use route::{fails_too_often, tries};

use crate::order::ScreeningOutcome;
pub(super) use due::deadlines;

/// The next event of a saga, if one is due.
pub(super) fn next(saga: &Saga, at: Timestamp, candidates: Option<&[Candidate]>) -> Option<OrderSagaEvent> {
    let asking = Asking { saga, at, candidates };
    match saga.goal {
        Goal::Undo(_) => asking.undo(),
        Goal::Fulfil if saga.outcome.is_some() => asking.give_replaced_payment_back(),
        Goal::Fulfil => asking.forward(),
    }
}

/// Looked at before every stage of the way to the delivery.
pub(super) const ALWAYS: [Defined; 4] = [
    Defined {
        name: StageName::Hold,
        run: |asking| asking.hold(),
        asks: &[Asked::HoldFulfilment],
        opens: &[],
        gives_up: &[],
    },
    Defined {
        name: StageName::Rearrangement,
        run: |asking| asking.rearrange(),
        asks: &[Asked::CancelFulfilment],
        opens: &[],
        gives_up: &[],
    },
    Defined {
        name: StageName::Deadlines,
        run: |asking| asking.deadlines(),
        asks: &[],
        opens: &[TaskKind::NotAccepted, TaskKind::NotPacked, TaskKind::NotShipped, TaskKind::NotDelivered],
        gives_up: &[UndoCause::PaymentTimedOut],
    },
    Defined {
        name: StageName::Replaced,
        run: |asking| asking.give_back_what_is_replaced(),
        asks: &[Asked::Release, Asked::ShipStock, Asked::Void, Asked::Refund],
        opens: &[],
        gives_up: &[],
    },
];

/// The way to the delivery.
pub(super) const FORWARD: [Defined; 6] = [
    Defined {
        name: StageName::Stock,
        run: |asking| asking.each_share(Asking::stock),
        asks: &[Asked::Reserve],
        opens: &[TaskKind::NotFulfillable],
        gives_up: &[UndoCause::OutOfStock],
    },
    Defined {
        name: StageName::Screening,
        run: |asking| asking.screening(),
        asks: &[],
        opens: &[TaskKind::Review],
        gives_up: &[UndoCause::Fraud],
    },
    Defined {
        name: StageName::Authorization,
        run: |asking| asking.authorization(),
        asks: &[Asked::Authorize],
        opens: &[],
        gives_up: &[UndoCause::PaymentDeclined, UndoCause::PaymentFailed],
    },
    Defined {
        name: StageName::Ready,
        run: |asking| asking.ready(),
        asks: &[Asked::Renew, Asked::Capture],
        opens: &[],
        gives_up: &[],
    },
    Defined {
        name: StageName::Fulfilment,
        run: |asking| asking.each_share(Asking::fulfilment),
        asks: &[
            Asked::Fulfil,
            Asked::Capture,
            Asked::ReleaseFulfilment,
            Asked::CancelFulfilment,
            Asked::ShipStock,
            Asked::Release,
        ],
        opens: &[TaskKind::Lost],
        gives_up: &[],
    },
    Defined {
        name: StageName::Delivery,
        run: |asking| asking.each_share(Asking::delivery),
        asks: &[],
        opens: &[],
        gives_up: &[],
    },
];

impl Asking<'_> {
    fn forward(&self) -> Option<OrderSagaEvent> {
        if self.saga.task.as_ref().is_some_and(|task| task.kind.blocks()) {
            return match self.hold() {
                Stage::Next(event) => Some(*event),
                Stage::Done | Stage::Wait => self.renew(),
            };
        }
        for stages in [&ALWAYS[..], &FORWARD[..]] {
            match self.through(stages) {
                Stage::Done => {}
                Stage::Wait => return self.renew(),
                Stage::Next(event) => return Some(*event),
            }
        }
        Some(OrderSagaEvent::SagaEnded(SagaEnded { outcome: SagaOutcome::Completed, at: self.at }))
    }

    /// Takes back that the goods may leave, for as long as something holds the order.
    fn hold(&self) -> Stage {
        let may_leave = |part: &&FulfilmentPart| {
            let is_asked = |asked: Asked| Ask::is_pending(part.ask, asked);
            let is_released = part.released || is_asked(Asked::ReleaseFulfilment);
            let is_stopped = is_asked(Asked::HoldFulfilment) || is_asked(Asked::CancelFulfilment);
            !part.status.has_left() && is_released && !is_stopped
        };
        let held = self.saga.current_fulfilments().filter(|_| self.saga.is_held()).find(may_leave);
        let event = held.and_then(|part| self.of_fulfilment(part, Asked::HoldFulfilment, 1));
        event.map_or(Stage::Done, Stage::next)
    }

    /// Renews reservations in time, whatever else is waited for.
    fn renew(&self) -> Option<OrderSagaEvent> {
        let is_due = |part: &&ReservationPart| {
            part.ask.is_none() && renewal_at(self.saga, part).is_some_and(|due| due <= self.at)
        };
        let part = self.saga.current_reservations().find(is_due)?;
        self.of_stock(part, Asked::Renew, 1)
    }

    /// What takes too long, whatever stage the order is in: the stages may be gone through again.
    fn deadlines(&self) -> Stage {
        let saga = self.saga;
        let is_late = |part: &FulfilmentPart| {
            late(saga, part).filter(|(seconds, _)| after(part.since, *seconds) <= self.at).map(|(_, task)| task)
        };
        if let Some(task) = saga.current_fulfilments().filter(|_| saga.task.is_none()).find_map(is_late) {
            return Stage::next(open(saga, task, self.at));
        }
        if payment_ends_at(saga).is_some_and(|ends_at| ends_at <= self.at) {
            return self.undo_because(UndoCause::PaymentTimedOut);
        }
        Stage::Done
    }

    /// Reservations at locations that did not take the order, of parcels that were lost and are sent again, and payments that were replaced,
    /// hold what is not needed.
    fn give_back_what_is_replaced(&self) -> Stage {
        let saga = self.saga;
        let is_unwanted = |part: &&ReservationPart| {
            let rejected = saga.fulfilments.iter().any(|one| {
                one.reservation == part.id
                    && matches!(one.status, FulfilmentStatus::Rejected | FulfilmentStatus::Cancelled)
            });
            let is_stopped = saga.is_being_rearranged(part.share) && saga.fulfilment_of(part.share).is_none();
            let is_asked = Ask::is_pending(part.ask, self.way_out(part));
            part.status == ReservationStatus::Granted && !is_asked && (rejected || is_stopped || !saga.is_current(part))
        };
        let unwanted = saga.reservations.iter().find(is_unwanted);
        let event = unwanted.and_then(|part| self.of_stock(part, self.way_out(part), 1));
        event.or_else(|| self.give_replaced_payment_back()).map_or(Stage::Done, Stage::next)
    }

    /// A payment that counted as failed, and was replaced, may turn out to be authorised or captured. The customer pays once.
    fn give_replaced_payment_back(&self) -> Option<OrderSagaEvent> {
        let (_, replaced) = self.saga.payments.split_last()?;
        replaced.iter().find_map(|part| {
            let wanted = match part.status {
                PaymentStatus::Authorized => Asked::Void,
                PaymentStatus::Captured => Asked::Refund,
                PaymentStatus::Unknown | PaymentStatus::Voided | PaymentStatus::Refunded | PaymentStatus::Failed => {
                    return None;
                }
            };
            let is_asked = Ask::is_pending(part.ask, wanted);
            if is_asked { None } else { self.of_payment(part, wanted, 1) }
        })
    }

    /// Does for every share what it needs. It waits where one of them does, after the others had their turn.
    fn each_share(&self, run: impl Fn(&Self, usize) -> Stage) -> Stage {
        let mut is_waiting = false;
        for share in self.saga.current_shares() {
            if self.saga.is_being_rearranged(share) {
                is_waiting = true;
                continue;
            }
            match run(self, share) {
                Stage::Done => {}
                Stage::Wait => is_waiting = true,
                next @ Stage::Next(_) => return next,
            }
        }
        if is_waiting { Stage::Wait } else { Stage::Done }
    }

    fn stock(&self, share: usize) -> Stage {
        let saga = self.saga;
        let Some(part) = saga.reservation_of(share) else { return self.reserve_at_next_location(share) };
        match part.status {
            ReservationStatus::Granted | ReservationStatus::Shipped => {
                let is_being_released = Ask::is_pending(part.ask, Asked::Release);
                if is_being_released { Stage::Wait } else { Stage::Done }
            }
            ReservationStatus::Unknown => Stage::Wait,
            ReservationStatus::Refused | ReservationStatus::Released | ReservationStatus::Expired => {
                // Goods that have left need no stock any more.
                if saga.has_left(share) { Stage::Done } else { self.reserve_at_next_location(share) }
            }
        }
    }

    fn reserve_at_next_location(&self, share: usize) -> Stage {
        let saga = self.saga;
        if fails_too_often(saga) {
            return self.task(TaskKind::NotFulfillable);
        }
        // A reservation that has expired was granted, so its location is as good as before.
        let is_open = |location: &crate::LocationId| {
            !tries(saga, share).any(|part| part.location == *location && part.status != ReservationStatus::Expired)
        };
        let location = saga.policy.locations.iter().find(|location| is_open(location));
        let is_untried = tries(saga, share).next().is_none();
        let is_waiting = saga.stock_wait.is_some_and(|wait| is_untried && self.at < wait.next_try);
        if saga.stock_wait.is_some_and(|wait| wait.until <= self.at) {
            return self.undo_because(UndoCause::OutOfStock);
        }
        match &saga.shares[share].destination {
            Destination::Location(location) => return self.reserve_at(share, location),
            Destination::Nowhere => return self.await_stock(),
            Destination::Open => {}
        }
        if saga.policy.routing == Routing::Best {
            let is_tried = |location: &crate::LocationId| !is_open(location) || saga.has_rejected(location);
            return if is_waiting { Stage::Wait } else { self.compare_locations(share, is_tried) };
        }
        match location {
            Some(_) if is_waiting => Stage::Wait,
            Some(location) => self.reserve_at(share, location),
            None => self.await_stock(),
        }
    }

    fn screening(&self) -> Stage {
        match self.saga.screening {
            Some(ScreeningOutcome::Pass) => Stage::Done,
            Some(ScreeningOutcome::Review) => self.task(TaskKind::Review),
            Some(ScreeningOutcome::Reject) => self.undo_because(UndoCause::Fraud),
            None => {
                let Saga { customer, total, signals, policy, .. } = self.saga;
                let Screening { outcome, points, reasons } =
                    policy.screening.screen(customer.as_ref(), *total, signals);
                Stage::next(OrderSagaEvent::OrderScreened(OrderScreened { outcome, points, reasons, at: self.at }))
            }
        }
    }

    fn authorization(&self) -> Stage {
        let saga = self.saga;
        if saga.policy.terms == PaymentTerms::Credit || saga.total.minor() == 0 {
            return Stage::Done;
        }
        let Some(part) = saga.payments.last() else { return self.authorize() };
        match part.status {
            PaymentStatus::Authorized | PaymentStatus::Captured => Stage::Done,
            PaymentStatus::Unknown if part.declines >= saga.policy.declines_max => {
                self.undo_because(UndoCause::PaymentDeclined)
            }
            PaymentStatus::Unknown => Stage::Wait,
            PaymentStatus::Failed | PaymentStatus::Voided
                if saga.payments.len() < to_usize(saga.policy.payments_max) =>
            {
                self.authorize()
            }
            // Also where somebody has given the money back, so that the order is not paid any more.
            PaymentStatus::Failed | PaymentStatus::Voided | PaymentStatus::Refunded => {
                self.undo_because(UndoCause::PaymentFailed)
            }
        }
    }

    fn authorize(&self) -> Stage {
        let saga = self.saga;
        Stage::next(
            AuthorizationRequested {
                customer: saga.customer.clone(),
                payment: saga.next_payment(),
                amount: saga.total,
                attempt: 1,
                due: self.due(1),
                at: self.at,
            }
            .into(),
        )
    }

    /// From here on the order is confirmed, and its stock is held for longer.
    fn ready(&self) -> Stage {
        let saga = self.saga;
        if saga.ready_at.is_none() {
            return Stage::next(OrderSagaEvent::OrderReady(OrderReady { at: self.at }));
        }
        let hold_for_s = saga.policy.confirmed_hold_s;
        let is_short = |part: &&ReservationPart| {
            part.status == ReservationStatus::Granted && part.ask.is_none() && part.hold_for_s < hold_for_s
        };
        if let Some(part) = saga.current_reservations().find(is_short) {
            let longer = ReservationPart { hold_for_s, ..part.clone() };
            return self.of_stock(&longer, Asked::Renew, 1).map_or(Stage::Done, Stage::next);
        }
        if saga.policy.capture == CaptureMoment::AtConfirmation { self.capture() } else { Stage::Done }
    }

    pub(super) fn capture(&self) -> Stage {
        match self.saga.payments.last() {
            Some(part) if part.status == PaymentStatus::Authorized && part.ask.is_none() => {
                self.of_payment(part, Asked::Capture, 1).map_or(Stage::Done, Stage::next)
            }
            Some(part) if part.status == PaymentStatus::Authorized => Stage::Wait,
            _ => Stage::Done,
        }
    }

    fn undo_because(&self, cause: UndoCause) -> Stage {
        Stage::next(OrderSagaEvent::UndoStarted(UndoStarted { cause, by: None, at: self.at }))
    }
}

fn to_usize(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
