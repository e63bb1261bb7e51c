use crate::decision::Decision;
use crate::{Money, Scope, Timestamp};

use super::super::{
    CaptureStarted, Payment, PaymentCaptured, PaymentDetails, PaymentEvent, PaymentRejection, PaymentState,
    RequestRefusalReason,
};
use super::{Request, check_amount, not_authorized};

/// Capture until so much is captured in all.
///
/// Answered by [`CaptureStarted`] and then by its result, at once by [`PaymentCaptured`] where as much is captured already, or by
/// [`RequestRefused`](super::super::RequestRefused).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturePayment {
    pub request: Request,
    /// In all.
    pub amount: Money,
    pub at: Timestamp,
}

impl Decision<Payment> for CapturePayment {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::PAYMENTS_CAPTURE]
    }

    fn decide(self, state: &PaymentState) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        let Self { request, amount, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        let payment = match request.payment(state) {
            Ok(payment) => payment,
            Err(reason) => return request.refused(state, reason, at),
        };
        if let Err(reason) = check_amount(amount, payment.amount).and_then(|()| capturable(payment, amount)) {
            return request.refused(state, reason, at);
        }
        let Request { id, order, .. } = request;
        let request = Some(id);
        if amount.minor() <= payment.ledger.captured {
            return Ok(vec![PaymentEvent::PaymentCaptured(PaymentCaptured {
                request,
                order,
                amount: payment.money(0),
                captured: payment.money(payment.ledger.captured),
                capturable: payment.money(payment.ledger.capturable),
                at,
            })]);
        }
        let effect = payment.last_effect + 1;
        Ok(vec![PaymentEvent::CaptureStarted(CaptureStarted { request, order, effect, amount, at })])
    }
}

/// Whether so much is captured in all, or can be.
fn capturable(payment: &PaymentDetails, amount: Money) -> Result<(), RequestRefusalReason> {
    let ledger = payment.ledger;
    if amount.minor() <= ledger.captured {
        return Ok(());
    }
    if ledger.capturable == 0 && ledger.captured == 0 {
        return Err(not_authorized(payment.stage));
    }
    if amount.minor() > ledger.captured.saturating_add(ledger.capturable).min(ledger.authorized) {
        return Err(RequestRefusalReason::MoreThanAuthorized);
    }
    if payment.effect.is_some() { Err(RequestRefusalReason::InProgress) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::payment::RequestRefusalReason as Refusal;

    fn paid() -> Vec<PaymentEvent> {
        vec![requested(), opened(), authorized(100)]
    }

    #[test]
    fn what_is_authorised_is_captured_all_of_it_or_a_part() {
        for minor in [100, 60] {
            given(paid()).when(capture(request(3), minor)).then([capture_started(3, 2, minor)]);
        }
    }

    #[test]
    fn what_is_left_may_be_captured_where_the_provider_keeps_it() {
        let part = |left| paid().into_iter().chain([capture_started(3, 2, 60), captured(Some(3), 60, 60, left)]);
        given(part(40)).when(capture(request(4), 100)).then([capture_started(4, 3, 100)]);
        let answer = request_refused(request(4), Refusal::MoreThanAuthorized);
        given(part(0)).when(capture(request(4), 100)).then([answer]);
    }

    #[test]
    fn what_is_captured_already_is_answered_so() {
        let history = paid().into_iter().chain([capture_started(3, 2, 60), captured(Some(3), 60, 60, 0)]);
        given(history).when(capture(request(4), 50)).then([captured(Some(4), 0, 60, 0)]);
    }

    #[test]
    fn a_repeat_is_no_fact() {
        let begun = || paid().into_iter().chain([capture_started(3, 2, 60)]);
        given(begun()).when(capture(request(3), 60)).then_nothing();
        given(begun().chain([captured(Some(3), 60, 60, 0)])).when(capture(request(3), 60)).then_nothing();
    }

    #[test]
    fn more_than_authorised_is_refused() {
        let answer = request_refused(request(3), Refusal::MoreThanAuthorized);
        given(paid()).when(capture(request(3), 101)).then([answer]);
    }

    #[test]
    fn one_capture_waits_for_the_other() {
        let begun = paid().into_iter().chain([capture_started(3, 2, 60)]);
        given(begun).when(capture(request(4), 100)).then([request_refused(request(4), Refusal::InProgress)]);
    }

    #[test]
    fn amounts_that_are_none_are_refused() {
        given(paid()).when(capture(request(3), 0)).then([request_refused(request(3), Refusal::InvalidAmount)]);
        let yen = CapturePayment { request: request(3), amount: Money::new(5, crate::Currency::JPY), at: at(0) };
        given(paid()).when(yen.into()).then([request_refused(request(3), Refusal::OtherCurrency)]);
    }

    #[test]
    fn is_refused_by_every_stage_without_an_authorisation() {
        for history in stages() {
            let reason = match stage_of(&history) {
                "Pending" | "RequiresAction" => Refusal::NotAuthorized,
                "Voided" => Refusal::Voided,
                "Failed" => Refusal::Failed,
                "Expired" => Refusal::Expired,
                _ => continue,
            };
            given(history).when(capture(request(77), 100)).then([request_refused(request(77), reason)]);
        }
        given([]).when(capture(request(77), 100)).then([request_refused(request(77), Refusal::NotRequested)]);
        let other = request_refused(other_order(77), Refusal::OtherOrder);
        given(paid()).when(capture(other_order(77), 100)).then([other]);
        given(paid()).when(capture(foreign(77), 100)).then_rejected(PaymentRejection::OtherTenant);
    }
}
