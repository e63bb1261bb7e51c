use crate::decision::Decision;
use crate::{CustomerId, Money, Scope, Timestamp};

use super::super::{
    Payment, PaymentEvent, PaymentRejection, PaymentRequested, PaymentState, RequestRefusalReason, Stage,
};
use super::{Request, check_amount};

/// Ask for a payment of an order, which the customer can then authorise.
///
/// Answered by [`PaymentRequested`], or by [`RequestRefused`](super::super::RequestRefused) where the payment exists or was voided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPayment {
    pub request: Request,
    /// Who may pay beside staff.
    pub customer: Option<CustomerId>,
    /// What is to be authorised.
    pub amount: Money,
    pub at: Timestamp,
}

impl Decision<Payment> for RequestPayment {
    /// None: it comes from the order's saga alone.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &PaymentState) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        let Self { request, customer, amount, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        match request.payment(state) {
            Err(RequestRefusalReason::NotRequested) => {}
            Err(reason) => return request.refused(state, reason, at),
            Ok(payment) => {
                let reason = match payment.stage {
                    Stage::Voided { .. } => RequestRefusalReason::Voided,
                    Stage::Failed => RequestRefusalReason::Failed,
                    Stage::Expired => RequestRefusalReason::Expired,
                    Stage::Pending
                    | Stage::RequiresAction { .. }
                    | Stage::Authorized { .. }
                    | Stage::PartiallyCaptured
                    | Stage::Captured => RequestRefusalReason::AlreadyRequested,
                };
                return request.refused(state, reason, at);
            }
        }
        if let Err(reason) = check_amount(amount, amount) {
            return request.refused(state, reason, at);
        }
        let Request { id: request, tenant, order } = request;
        let effect = 1;
        Ok(vec![PaymentEvent::PaymentRequested(PaymentRequested {
            tenant,
            request,
            order,
            customer,
            amount,
            effect,
            at,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::payment::RequestRefusalReason as Refusal;

    #[test]
    fn a_payment_begins_with_being_opened() {
        given([]).when(request_payment(request(1), 100)).then([requested()]);
    }

    #[test]
    fn a_payment_may_begin_after_requests_that_came_too_early() {
        given([request_refused(request(9), Refusal::NotRequested)])
            .when(request_payment(request(1), 100))
            .then([requested()]);
    }

    #[test]
    fn a_repeat_is_no_fact_in_any_stage() {
        for history in stages() {
            given(history).when(request_payment(request(1), 100)).then_nothing();
        }
    }

    #[test]
    fn another_request_is_answered_with_what_became_of_the_payment() {
        let answer = |reason| request_refused(request(5), reason);
        for history in stages() {
            let reason = match stage_of(&history) {
                "Voided" => Refusal::Voided,
                "Failed" => Refusal::Failed,
                "Expired" => Refusal::Expired,
                _ => Refusal::AlreadyRequested,
            };
            given(history).when(request_payment(request(5), 100)).then([answer(reason)]);
        }
    }

    #[test]
    fn is_refused_where_it_was_voided_before() {
        given([voided(2, false)])
            .when(request_payment(request(1), 100))
            .then([request_refused(request(1), Refusal::Voided)]);
    }

    #[test]
    fn amounts_that_are_none_are_refused() {
        for minor in [0, -1, i64::MAX] {
            let answer = request_refused(request(1), Refusal::InvalidAmount);
            given([]).when(request_payment(request(1), minor)).then([answer]);
        }
    }

    #[test]
    fn is_refused_for_another_order_and_left_without_an_answer_for_another_tenant() {
        let refused = request_refused(other_order(5), Refusal::OtherOrder);
        given([requested()]).when(request_payment(other_order(5), 100)).then([refused]);
        let refused = request_refused(other_order(5), Refusal::OtherOrder);
        given([voided(2, false)]).when(request_payment(other_order(5), 100)).then([refused]);
        given([requested()]).when(request_payment(foreign(5), 100)).then_rejected(PaymentRejection::OtherTenant);
    }
}
