use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{
    Payment, PaymentDetails, PaymentEvent, PaymentRejection, PaymentState, PaymentVoided, RequestRefusalReason, Stage,
    VoidStarted,
};
use super::Request;

/// Cancel what is authorised, and let nothing be authorised any more.
///
/// Answered by [`VoidStarted`] and then by its result, at once by [`PaymentVoided`] where the provider has nothing to cancel, or by
/// [`RequestRefused`](super::super::RequestRefused) where money was captured or a capture is under way. Before the payment was asked
/// for, it refuses the request that comes later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidPayment {
    pub request: Request,
    pub at: Timestamp,
}

/// What a void leads to.
enum Voiding {
    Start,
    Nothing { confirmed: bool },
}

impl Decision<Payment> for VoidPayment {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::PAYMENTS_CAPTURE]
    }

    fn decide(self, state: &PaymentState) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        let Self { request, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        let (voiding, effect) = match request.payment(state) {
            Err(RequestRefusalReason::NotRequested | RequestRefusalReason::Voided) => {
                (Ok(Voiding::Nothing { confirmed: false }), 0)
            }
            Err(reason) => (Err(reason), 0),
            Ok(payment) => (voiding(payment), payment.last_effect + 1),
        };
        match voiding {
            Err(reason) => request.refused(state, reason, at),
            Ok(Voiding::Start) => {
                let Request { id, order, .. } = request;
                Ok(vec![PaymentEvent::VoidStarted(VoidStarted { request: Some(id), order, effect, at })])
            }
            Ok(Voiding::Nothing { confirmed }) => {
                let Request { id, tenant, order } = request;
                let voided = PaymentVoided { tenant, confirmed, request: Some(id), order, at };
                Ok(vec![PaymentEvent::PaymentVoided(voided)])
            }
        }
    }
}

fn voiding(payment: &PaymentDetails) -> Result<Voiding, RequestRefusalReason> {
    if payment.is_capturing_or_voiding() {
        return Err(RequestRefusalReason::InProgress);
    }
    match payment.stage {
        Stage::Captured => Err(RequestRefusalReason::Captured),
        Stage::PartiallyCaptured if payment.ledger.capturable == 0 => Err(RequestRefusalReason::Captured),
        Stage::Voided { confirmed } => Ok(Voiding::Nothing { confirmed }),
        Stage::Pending | Stage::RequiresAction { .. } | Stage::Authorized { .. } | Stage::PartiallyCaptured
            if payment.reference.is_some() =>
        {
            Ok(Voiding::Start)
        }
        // The provider may know better.
        Stage::Expired if payment.reference.is_some() => Ok(Voiding::Start),
        // Nobody can have paid what nobody has the id of. Where it is opened meanwhile, that is seen and cancelled.
        Stage::Failed
        | Stage::Pending
        | Stage::RequiresAction { .. }
        | Stage::Authorized { .. }
        | Stage::PartiallyCaptured
        | Stage::Expired => Ok(Voiding::Nothing { confirmed: false }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::payment::RequestRefusalReason as Refusal;

    #[test]
    fn what_the_provider_has_is_cancelled() {
        let open = || vec![requested(), opened()];
        given(open()).when(void(request(3))).then([void_started(Some(3), 2)]);
        given(open().into_iter().chain([authorized(100)])).when(void(request(3))).then([void_started(Some(3), 2)]);
        given(open().into_iter().chain([action_required()])).when(void(request(3))).then([void_started(Some(3), 2)]);
        let trying = open().into_iter().chain(attached(2, 2, "pm_1"));
        given(trying).when(void(request(3))).then([void_started(Some(3), 3)]);
        let expired = open().into_iter().chain([authorized(100), expired()]);
        given(expired).when(void(request(3))).then([void_started(Some(3), 2)]);
    }

    #[test]
    fn where_there_is_nothing_to_cancel_the_answer_says_so() {
        given([]).when(void(request(3))).then([voided(3, false)]);
        given([requested()]).when(void(request(3))).then([voided(3, false)]);
        given([voided(2, false)]).when(void(request(3))).then([voided(3, false)]);
        given([requested(), failed()]).when(void(request(3))).then([voided(3, false)]);
        given([requested(), opened(), void_started(Some(2), 2), voided(2, true)])
            .when(void(request(3)))
            .then([voided(3, true)]);
        given([request_refused(request(1), Refusal::NotRequested)]).when(void(request(3))).then([voided(3, false)]);
    }

    #[test]
    fn what_is_left_after_a_capture_is_cancelled() {
        let part = |left| vec![requested(), opened(), authorized(100), captured(None, 60, 60, left)];
        given(part(40)).when(void(request(3))).then([void_started(Some(3), 2)]);
        given(part(0)).when(void(request(3))).then([request_refused(request(3), Refusal::Captured)]);
    }

    #[test]
    fn a_repeat_is_no_fact() {
        let begun = || vec![requested(), opened(), void_started(Some(3), 2)];
        given(begun()).when(void(request(3))).then_nothing();
        given(begun().into_iter().chain([voided(3, true)])).when(void(request(3))).then_nothing();
        given([voided(3, false)]).when(void(request(3))).then_nothing();
    }

    #[test]
    fn has_to_wait_for_a_capture_and_for_another_void() {
        let answer = || request_refused(request(4), Refusal::InProgress);
        let capturing = [requested(), opened(), authorized(100), capture_started(3, 2, 60)];
        given(capturing).when(void(request(4))).then([answer()]);
        given([requested(), opened(), void_started(Some(3), 2)]).when(void(request(4))).then([answer()]);
    }

    #[test]
    fn is_refused_where_money_was_captured_and_for_others() {
        let paid = || vec![requested(), opened(), authorized(100), captured(None, 100, 100, 0)];
        given(paid()).when(void(request(4))).then([request_refused(request(4), Refusal::Captured)]);
        given(paid()).when(void(other_order(4))).then([request_refused(other_order(4), Refusal::OtherOrder)]);
        given(paid()).when(void(foreign(4))).then_rejected(PaymentRejection::OtherTenant);
    }
}
