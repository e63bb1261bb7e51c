use crate::decision::Decision;
use crate::{Money, Reason, Scope, Timestamp};

use super::super::{
    Payment, PaymentDetails, PaymentEvent, PaymentRefunded, PaymentRejection, PaymentState, RefundStarted,
    RequestRefusalReason,
};
use super::{Request, check_amount, not_authorized};

/// Give captured money back until so much is refunded in all.
///
/// Answered by [`RefundStarted`] and then by its result, at once by [`PaymentRefunded`] where as much is refunded already, or by
/// [`RequestRefused`](super::super::RequestRefused).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPayment {
    pub request: Request,
    /// In all.
    pub amount: Money,
    pub reason: Reason,
    pub at: Timestamp,
}

impl Decision<Payment> for RefundPayment {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::PAYMENTS_REFUND]
    }

    fn decide(self, state: &PaymentState) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        let Self { request, amount, reason, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        let payment = match request.payment(state) {
            Ok(payment) => payment,
            Err(refusal) => return request.refused(state, refusal, at),
        };
        if let Err(refusal) = check_amount(amount, payment.amount).and_then(|()| refundable(payment, amount)) {
            return request.refused(state, refusal, at);
        }
        let Request { id, order, .. } = request;
        let request = Some(id);
        if amount.minor() <= payment.ledger.refunded {
            return Ok(vec![PaymentEvent::PaymentRefunded(PaymentRefunded {
                request,
                order,
                amount: payment.money(0),
                refunded: payment.money(payment.ledger.refunded),
                at,
            })]);
        }
        let effect = payment.last_effect + 1;
        Ok(vec![PaymentEvent::RefundStarted(RefundStarted { request, order, effect, amount, reason, at })])
    }
}

/// Whether so much is refunded in all, or can be.
fn refundable(payment: &PaymentDetails, amount: Money) -> Result<(), RequestRefusalReason> {
    let ledger = payment.ledger;
    if amount.minor() <= ledger.refunded {
        return Ok(());
    }
    if ledger.captured == 0 {
        return Err(not_authorized(payment.stage));
    }
    if amount.minor() > ledger.captured.saturating_sub(ledger.disputed) {
        return Err(RequestRefusalReason::MoreThanCaptured);
    }
    if payment.refund.is_some() { Err(RequestRefusalReason::InProgress) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::payment::RequestRefusalReason as Refusal;

    fn paid() -> Vec<PaymentEvent> {
        vec![requested(), opened(), authorized(100), captured(None, 100, 100, 0)]
    }

    #[test]
    fn captured_money_is_given_back_in_parts_or_at_once() {
        given(paid()).when(refund(request(3), 100)).then([refund_started(3, 2, 100)]);
        let part = paid().into_iter().chain([refund_started(3, 2, 30), refunded(Some(3), 30, 30)]);
        given(part).when(refund(request(4), 100)).then([refund_started(4, 3, 100)]);
    }

    #[test]
    fn what_is_refunded_already_is_answered_so() {
        let part = paid().into_iter().chain([refund_started(3, 2, 30), refunded(Some(3), 30, 30)]);
        given(part).when(refund(request(4), 30)).then([refunded(Some(4), 0, 30)]);
    }

    #[test]
    fn a_repeat_is_no_fact() {
        let begun = || paid().into_iter().chain([refund_started(3, 2, 30)]);
        given(begun()).when(refund(request(3), 30)).then_nothing();
        given(begun().chain([refunded(Some(3), 30, 30)])).when(refund(request(3), 30)).then_nothing();
    }

    #[test]
    fn more_than_captured_less_what_was_charged_back_is_refused() {
        let answer = || request_refused(request(3), Refusal::MoreThanCaptured);
        given(paid()).when(refund(request(3), 101)).then([answer()]);
        given(paid().into_iter().chain([disputed(40, 40)])).when(refund(request(3), 61)).then([answer()]);
        given(paid().into_iter().chain([disputed(40, 40)]))
            .when(refund(request(3), 60))
            .then([refund_started(3, 2, 60)]);
    }

    #[test]
    fn one_refund_waits_for_the_other_and_for_nothing_else() {
        let begun = paid().into_iter().chain([refund_started(3, 2, 30)]);
        given(begun).when(refund(request(4), 100)).then([request_refused(request(4), Refusal::InProgress)]);
        let capturing =
            [requested(), opened(), authorized(100), captured(None, 60, 60, 40), capture_started(3, 2, 100)];
        given(capturing).when(refund(request(4), 60)).then([refund_started(4, 3, 60)]);
    }

    #[test]
    fn is_refused_where_nothing_was_captured() {
        for history in stages() {
            let reason = match stage_of(&history) {
                "Pending" | "RequiresAction" | "Authorized" => Refusal::NotAuthorized,
                "Voided" => Refusal::Voided,
                "Failed" => Refusal::Failed,
                "Expired" => Refusal::Expired,
                _ => continue,
            };
            given(history).when(refund(request(77), 10)).then([request_refused(request(77), reason)]);
        }
        given([]).when(refund(request(77), 10)).then([request_refused(request(77), Refusal::NotRequested)]);
        given(paid()).when(refund(foreign(77), 10)).then_rejected(PaymentRejection::OtherTenant);
        given(paid()).when(refund(request(77), -1)).then([request_refused(request(77), Refusal::InvalidAmount)]);
    }
}
