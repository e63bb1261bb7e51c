//! Which requests have no answer yet.
//!
//! An answer clears the request that it answers and no other: a grant that comes while the release is under way leaves the release
//! pending. A failure that is tried again leaves its request pending until then.

use chrono::{DateTime, Utc};
use domain::order_saga::contract::{AnswerKind, AnswerReceived, Asked, PublicEvent};

use super::view::{PartKind, PendingRequest, PendingRequests};
use crate::fold::{Checked, FoldError};

/// The request that an event is; `None` for one that asks nobody.
pub(super) fn request(checked: &Checked<'_, PublicEvent>) -> Result<Option<PendingRequest>, FoldError> {
    use PartKind as P;
    use PublicEvent as E;
    let (part, id, step, attempt, due) = match checked.event {
        E::StockRequested(event) => (P::Reservation, &event.reservation, Asked::Reserve, event.attempt, event.due),
        E::StockRenewalRequested(event) => (P::Reservation, &event.reservation, Asked::Renew, event.attempt, event.due),
        E::StockReleaseRequested(event) => {
            (P::Reservation, &event.reservation, Asked::Release, event.attempt, event.due)
        }
        E::StockShipmentRequested(event) => {
            (P::Reservation, &event.reservation, Asked::ShipStock, event.attempt, event.due)
        }
        E::AuthorizationRequested(event) => (P::Payment, &event.payment, Asked::Authorize, event.attempt, event.due),
        E::CaptureRequested(event) => (P::Payment, &event.payment, Asked::Capture, event.attempt, event.due),
        E::VoidRequested(event) => (P::Payment, &event.payment, Asked::Void, event.attempt, event.due),
        E::RefundRequested(event) => (P::Payment, &event.payment, Asked::Refund, event.attempt, event.due),
        E::FulfilmentRequested(event) => (P::Fulfilment, &event.fulfilment, Asked::Fulfil, event.attempt, event.due),
        E::FulfilmentReleaseRequested(event) => {
            (P::Fulfilment, &event.fulfilment, Asked::ReleaseFulfilment, event.attempt, event.due)
        }
        E::FulfilmentCancelRequested(event) => {
            (P::Fulfilment, &event.fulfilment, Asked::CancelFulfilment, event.attempt, event.due)
        }
        E::FulfilmentHoldRequested(event) => {
            (P::Fulfilment, &event.fulfilment, Asked::HoldFulfilment, event.attempt, event.due)
        }
        _ => return Ok(None),
    };
    let field = match part {
        P::Reservation => "reservation",
        P::Payment => "payment",
        P::Fulfilment => "fulfilment",
    };
    let refund_minor = match checked.event {
        E::RefundRequested(event) => Some(event.amount.minor),
        _ => None,
    };
    let (part_id, due) = (checked.uuid(field, id)?, checked.moment("due", due)?);
    Ok(Some(PendingRequest { part, part_id, step, attempt, due, refund_minor }))
}

impl PendingRequests {
    /// One more request takes the place of the one before it to the same part.
    pub(super) fn ask(&mut self, request: PendingRequest) {
        self.0.retain(|known| (known.part, known.part_id) != (request.part, request.part_id));
        self.0.push(request);
    }

    /// Every request is due, as if it had not been asked.
    pub(super) fn ask_at_once(&mut self, at: DateTime<Utc>) {
        for request in &mut self.0 {
            request.due = at;
            request.attempt = 0;
        }
    }

    /// An answer is waited for no longer.
    pub(super) fn skip(&mut self, step: Asked) {
        self.0.retain(|request| request.step != step);
    }

    /// What an answer leaves.
    pub(super) fn answer(
        &mut self,
        event: &AnswerReceived,
        checked: &Checked<'_, PublicEvent>,
    ) -> Result<(), FoldError> {
        let retry_at = event.retry_at.map(|at| checked.moment("retry_at", at)).transpose()?;
        let (part, field, id) = match (&event.reservation, &event.payment, &event.fulfilment) {
            (Some(id), None, None) => (PartKind::Reservation, "reservation", id),
            (None, Some(id), None) => (PartKind::Payment, "payment", id),
            (None, None, Some(id)) => (PartKind::Fulfilment, "fulfilment", id),
            _ => return Err(checked.invalid("answer", "not of one part")),
        };
        let part_id = checked.uuid(field, id)?;
        let amount = event.amount.as_ref().map(|amount| amount.minor);
        let is_answered = |request: &&mut PendingRequest| (request.part, request.part_id) == (part, part_id);
        let Some(request) = self.0.iter_mut().find(is_answered) else { return Ok(()) };
        match effect(request, event.answer, amount) {
            Effect::Cleared => self.0.retain(|request| (request.part, request.part_id) != (part, part_id)),
            Effect::TriedAgain => request.due = retry_at.unwrap_or(request.due),
            Effect::Grown => request.refund_minor = amount,
            Effect::None => {}
        }
        Ok(())
    }
}

/// What an answer is to a request of the part that gives it.
enum Effect {
    Cleared,
    TriedAgain,
    /// There is more to refund.
    Grown,
    None,
}

fn effect(request: &PendingRequest, answer: AnswerKind, amount: Option<i64>) -> Effect {
    use AnswerKind as A;
    let step = request.step;
    let answers = |steps: &[Asked]| if steps.contains(&step) { Effect::Cleared } else { Effect::None };
    match answer {
        A::StockGranted => answers(&[Asked::Reserve]),
        A::StockRenewed => answers(&[Asked::Renew]),
        A::StockShippedInPart => answers(&[Asked::ShipStock]),
        A::PaymentPending | A::PaymentActionRequired | A::PaymentDeclined | A::PaymentAuthorized => {
            answers(&[Asked::Authorize])
        }
        A::PaymentCaptured if step == Asked::Refund => Effect::Grown,
        A::PaymentCaptured => answers(&[Asked::Authorize, Asked::Capture, Asked::Void]),
        // A part of it leaves the rest pending.
        A::PaymentRefunded if amount >= request.refund_minor => answers(&[Asked::Refund]),
        A::CaptureFailed
        | A::VoidFailed
        | A::RefundFailed
        | A::StockRequestRefused
        | A::PaymentRequestRefused
        | A::FulfilmentRequestRefused => Effect::TriedAgain,
        A::FulfilmentRequested | A::FulfilmentAccepted | A::FulfilmentPacked => answers(&[Asked::Fulfil]),
        A::FulfilmentReleased => answers(&[Asked::ReleaseFulfilment]),
        A::FulfilmentHeld => answers(&[Asked::HoldFulfilment]),
        A::StockRefused
        | A::StockReleased
        | A::StockExpired
        | A::StockShipped
        | A::PaymentVoided
        | A::PaymentExpired
        | A::FulfilmentShipped
        | A::FulfilmentDelivered
        | A::FulfilmentLost
        | A::FulfilmentRejected
        | A::FulfilmentCancelled => Effect::Cleared,
        A::StockBackorderFilled | A::PaymentRefunded | A::PaymentDisputed | A::Unknown => Effect::None,
    }
}
