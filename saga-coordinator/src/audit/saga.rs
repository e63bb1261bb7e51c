//! What a saga asked for and what became of it, computed apart from the deciders that wrote its events.

use std::collections::BTreeMap;

use domain::order_saga::{
    AnswerKind, AnswerReceived, Asked, OrderSagaEvent, PaymentTerms, SagaOutcome, SagaStarted, StepSkipped,
};
use domain::{FulfilmentId, Money, PaymentId, ReservationId};
use service_kit::audit::Invariant;
use uuid::Uuid;

use super::Problem;

/// What is known of one thing that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It may have been done.
    Open,
    Refused,
    Undone,
    /// It was done for good: goods have left.
    Done,
}

/// Money of a payment, in minor units.
#[derive(Debug, Clone, Copy, Default)]
struct Paid {
    captured: i64,
    refunded: i64,
}

/// A saga before its next event.
#[derive(Debug, Default)]
pub(super) struct SagaBooks {
    is_credit: bool,
    is_skipped: bool,
    total: i64,
    outcome: Option<SagaOutcome>,
    reservations: BTreeMap<ReservationId, Known>,
    payments: BTreeMap<PaymentId, (Known, Paid)>,
    fulfilments: BTreeMap<FulfilmentId, Known>,
}

impl SagaBooks {
    /// Whether the order is paid by invoice.
    pub(super) const fn is_credit(&self) -> bool {
        self.is_credit
    }

    /// Whether a person has skipped a step.
    pub(super) const fn is_skipped(&self) -> bool {
        self.is_skipped
    }

    /// Moves on to what an event records, and says what is wrong with it.
    pub(super) fn follow(&mut self, event: &OrderSagaEvent) -> Option<Problem> {
        use OrderSagaEvent as E;
        match event {
            E::SagaStarted(event) => self.begin(event),
            E::StockRequested(event) => {
                self.reservations.entry(event.reservation).or_insert(Known::Open);
            }
            E::AuthorizationRequested(event) => {
                self.payments.entry(event.payment).or_insert((Known::Open, Paid::default()));
            }
            E::FulfilmentRequested(event) => {
                self.fulfilments.entry(event.fulfilment).or_insert(Known::Open);
            }
            E::AnswerReceived(event) => return self.answered(event),
            E::StepSkipped(event) => self.skipped(event),
            E::SagaEnded(event) => self.outcome = Some(event.outcome),
            _ => {}
        }
        None
    }

    fn begin(&mut self, event: &SagaStarted) {
        self.is_credit = event.policy.terms == PaymentTerms::Credit;
        self.total = event.total.minor();
    }

    fn answered(&mut self, event: &AnswerReceived) -> Option<Problem> {
        use AnswerKind as A;
        if let Some(known) = event.reservation.and_then(|id| self.reservations.get_mut(&id)) {
            match event.answer {
                A::StockGranted => *known = Known::Open,
                A::StockRefused => *known = Known::Refused,
                A::StockReleased | A::StockExpired => *known = Known::Undone,
                A::StockShipped => *known = Known::Done,
                _ => {}
            }
        }
        if let Some(known) = event.fulfilment.and_then(|id| self.fulfilments.get_mut(&id)) {
            match event.answer {
                A::FulfilmentRejected => *known = Known::Refused,
                A::FulfilmentCancelled => *known = Known::Undone,
                A::FulfilmentShipped | A::FulfilmentDelivered | A::FulfilmentLost => *known = Known::Done,
                _ => {}
            }
        }
        let (known, paid) = event.payment.and_then(|id| self.payments.get_mut(&id))?;
        match event.answer {
            A::PaymentAuthorized => *known = Known::Open,
            A::PaymentVoided => *known = Known::Undone,
            A::PaymentExpired => *known = Known::Refused,
            A::PaymentCaptured => {
                *known = Known::Open;
                paid.captured = event.amount.map_or(paid.captured, Money::minor);
            }
            A::PaymentRefunded => {
                paid.refunded = event.amount.map_or(paid.refunded, Money::minor);
                if paid.refunded >= paid.captured {
                    *known = Known::Undone;
                }
            }
            _ => {}
        }
        (paid.refunded > paid.captured).then(|| {
            let detail = format!("{} refunded of {} captured", paid.refunded, paid.captured);
            (Invariant::I11, "refunded_beyond_captured", detail)
        })
    }

    /// A person says that a request counts as refused, or as done.
    fn skipped(&mut self, event: &StepSkipped) {
        self.is_skipped = true;
        let all = |known: &mut Known| *known = Known::Refused;
        match event.step {
            Asked::Reserve | Asked::Renew | Asked::Release | Asked::ShipStock => {
                self.reservations.values_mut().for_each(all);
            }
            Asked::Authorize | Asked::Capture | Asked::Void | Asked::Refund => {
                self.payments.values_mut().for_each(|(known, _)| all(known));
            }
            Asked::Fulfil | Asked::HoldFulfilment | Asked::ReleaseFulfilment | Asked::CancelFulfilment => {
                self.fulfilments.values_mut().for_each(all);
            }
        }
    }

    /// What is wrong with a saga that has ended and asks for nothing.
    pub(super) fn left_over(&self) -> Vec<Problem> {
        match self.outcome {
            Some(SagaOutcome::Undone) => self.not_undone(),
            Some(SagaOutcome::Completed) => self.not_done(),
            None => Vec::new(),
        }
    }

    fn not_undone(&self) -> Vec<Problem> {
        let reservations = open(&self.reservations).map(|id| ("reservation", id.uuid()));
        let payments = self.payments.iter().filter(|(_, (known, _))| *known == Known::Open);
        let payments = payments.map(|(id, _)| ("payment", id.uuid()));
        let fulfilments = open(&self.fulfilments).map(|id| ("fulfilment", id.uuid()));
        let problem = |(what, id): (&str, Uuid)| {
            let detail = format!("{what} {id} was asked for, and is not known to be refused or undone");
            (Invariant::I11, "step_not_undone", detail)
        };
        reservations.chain(payments).chain(fulfilments).map(problem).collect()
    }

    fn not_done(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let captured: i64 = self.payments.values().map(|(_, paid)| paid.captured).sum();
        if !self.is_credit && !self.is_skipped && captured < self.total {
            let detail = format!("it was completed with {captured} captured of {}", self.total);
            problems.push((Invariant::I12, "completed_unpaid", detail));
        }
        if !self.is_skipped && !self.fulfilments.values().any(|known| *known == Known::Done) {
            problems.push((
                Invariant::I12,
                "completed_unshipped",
                "it was completed, and nothing was shipped".to_owned(),
            ));
        }
        problems
    }
}

fn open<I: Copy>(parts: &BTreeMap<I, Known>) -> impl Iterator<Item = I> {
    parts.iter().filter(|(_, known)| **known == Known::Open).map(|(id, _)| *id)
}
