use crate::decision::Decision;
use crate::{ProviderReference, Scope, Timestamp};

use super::super::{
    AuthorizationStarted, Payment, PaymentDetails, PaymentEvent, PaymentMethodAttached, PaymentRejection, PaymentState,
    RequestRefusalReason, Stage,
};
use super::Request;

/// Pay with a method, which the provider keeps under an id.
///
/// Answered by [`PaymentMethodAttached`] with [`AuthorizationStarted`], or by
/// [`RequestRefused`](super::super::RequestRefused).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachMethod {
    pub request: Request,
    pub method: ProviderReference,
    pub at: Timestamp,
}

impl Decision<Payment> for AttachMethod {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_PLACE]
    }

    fn decide(self, state: &PaymentState) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        let Self { request, method, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        let payment = match request.payment(state).and_then(payable) {
            Ok(payment) => payment,
            Err(reason) => return request.refused(state, reason, at),
        };
        let Request { id: request, order, .. } = request;
        let attached = PaymentMethodAttached { request, order, method: method.clone(), at };
        let effect = payment.last_effect + 1;
        let started = AuthorizationStarted { request, order, effect, method, at };
        Ok(vec![PaymentEvent::PaymentMethodAttached(attached), PaymentEvent::AuthorizationStarted(started)])
    }
}

/// The payment, if a method can be tried on it.
fn payable(payment: &PaymentDetails) -> Result<&PaymentDetails, RequestRefusalReason> {
    match payment.stage {
        Stage::Pending | Stage::RequiresAction { .. } if payment.reference.is_none() || payment.effect.is_some() => {
            Err(RequestRefusalReason::InProgress)
        }
        Stage::Pending | Stage::RequiresAction { .. } => Ok(payment),
        Stage::Authorized { .. } => Err(RequestRefusalReason::AlreadyAuthorized),
        Stage::PartiallyCaptured | Stage::Captured => Err(RequestRefusalReason::Captured),
        Stage::Voided { .. } => Err(RequestRefusalReason::Voided),
        Stage::Failed => Err(RequestRefusalReason::Failed),
        Stage::Expired => Err(RequestRefusalReason::Expired),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::payment::RequestRefusalReason as Refusal;

    #[test]
    fn a_method_is_told_to_the_provider() {
        given([requested(), opened()]).when(attach(request(2), "pm_1")).then(attached(2, 2, "pm_1"));
    }

    #[test]
    fn another_method_may_follow_a_decline_or_an_authentication() {
        let declined = [requested(), opened()].into_iter().chain(attached(2, 2, "pm_1")).chain([declined(1, "ch_1")]);
        given(declined).when(attach(request(3), "pm_2")).then(attached(3, 3, "pm_2"));
        let waiting = [requested(), opened(), action_required()];
        given(waiting).when(attach(request(3), "pm_2")).then(attached(3, 2, "pm_2"));
    }

    #[test]
    fn a_repeat_is_no_fact() {
        let tried = || [requested(), opened()].into_iter().chain(attached(2, 2, "pm_1"));
        given(tried()).when(attach(request(2), "pm_1")).then_nothing();
        given(tried().chain([authorized(100)])).when(attach(request(2), "pm_1")).then_nothing();
    }

    #[test]
    fn has_to_wait_for_what_is_under_way() {
        let answer = || request_refused(request(3), Refusal::InProgress);
        given([requested()]).when(attach(request(3), "pm_1")).then([answer()]);
        let tried = [requested(), opened()].into_iter().chain(attached(2, 2, "pm_1"));
        given(tried).when(attach(request(3), "pm_2")).then([answer()]);
    }

    #[test]
    fn is_refused_by_every_stage_that_needs_none() {
        for history in stages() {
            let reason = match stage_of(&history) {
                "Pending" | "RequiresAction" => continue,
                "Authorized" => Refusal::AlreadyAuthorized,
                "PartiallyCaptured" | "Captured" => Refusal::Captured,
                "Voided" => Refusal::Voided,
                "Failed" => Refusal::Failed,
                "Expired" => Refusal::Expired,
                stage => panic!("{stage}"),
            };
            given(history).when(attach(request(77), "pm_1")).then([request_refused(request(77), reason)]);
        }
        given([]).when(attach(request(77), "pm_1")).then([request_refused(request(77), Refusal::NotRequested)]);
        given([voided(2, false)])
            .when(attach(request(77), "pm_1"))
            .then([request_refused(request(77), Refusal::Voided)]);
        given([requested()]).when(attach(foreign(77), "pm_1")).then_rejected(PaymentRejection::OtherTenant);
    }
}
