use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{
    CaptureFailed, EffectKind, Payment, PaymentDeclined, PaymentEvent, PaymentFailed, PaymentRejection, PaymentState,
    RefundFailed, VoidFailed,
};

/// The provider refuses an effect for good: repeating it changes nothing. Not for what leaves the outcome unknown.
///
/// For an effect that is not under way any more there is nothing to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRefusal {
    /// The number of the effect.
    pub effect: u32,
    /// The provider's code.
    pub code: Reason,
    pub at: Timestamp,
}

impl Decision<Payment> for RecordRefusal {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &PaymentState) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        let Self { effect: number, code, at } = self;
        let payment = state.payment().ok_or(PaymentRejection::NotRequested)?;
        let Some(effect) = payment.effect(number) else { return Ok(vec![]) };
        let order = payment.inbox.order;
        let (asked, request) = (Some(payment.request), effect.request);
        Ok(vec![match effect.kind {
            EffectKind::Open => PaymentEvent::PaymentFailed(PaymentFailed { request: asked, order, code, at }),
            EffectKind::Authorize { .. } => {
                let attempts = payment.declines.saturating_add(1);
                let attempt = None;
                PaymentEvent::PaymentDeclined(PaymentDeclined { attempt, request: asked, order, code, attempts, at })
            }
            EffectKind::Capture { .. } => {
                PaymentEvent::CaptureFailed(CaptureFailed { request, order, effect: number, code, at })
            }
            EffectKind::Void => PaymentEvent::VoidFailed(VoidFailed { request, order, effect: number, code, at }),
            EffectKind::Refund { .. } => {
                PaymentEvent::RefundFailed(RefundFailed { request, order, effect: number, code, at })
            }
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    fn paid() -> Vec<PaymentEvent> {
        vec![requested(), opened(), authorized(100)]
    }

    #[test]
    fn a_payment_that_cannot_be_opened_fails() {
        given([requested()]).when(refusal(1, "amount_too_small")).then([failed()]);
    }

    #[test]
    fn a_method_that_the_provider_does_not_take_is_a_decline() {
        let trying = [requested(), opened()].into_iter().chain(attached(2, 2, "pm_1"));
        given(trying).when(refusal(2, "resource_missing")).then([declined_by("resource_missing", 1)]);
    }

    #[test]
    fn captures_voids_and_refunds_fail_each_by_its_request() {
        given(paid().into_iter().chain([capture_started(3, 2, 60)]))
            .when(refusal(2, "charge_expired_for_capture"))
            .then([capture_failed(3, 2, "charge_expired_for_capture")]);
        given(paid().into_iter().chain([void_started(Some(3), 2)]))
            .when(refusal(2, "payment_intent_unexpected_state"))
            .then([void_failed(3, 2, "payment_intent_unexpected_state")]);
        given(paid().into_iter().chain([captured(None, 100, 100, 0), refund_started(3, 2, 100)]))
            .when(refusal(2, "charge_already_refunded"))
            .then([refund_failed(3, 2, "charge_already_refunded")]);
    }

    #[test]
    fn what_is_not_under_way_any_more_is_no_fact() {
        given(paid()).when(refusal(1, "late")).then_nothing();
        given(paid().into_iter().chain([capture_started(3, 2, 60), captured(Some(3), 60, 60, 0)]))
            .when(refusal(2, "late"))
            .then_nothing();
        given([]).when(refusal(1, "late")).then_rejected(PaymentRejection::NotRequested);
        given([voided(1, false)]).when(refusal(1, "late")).then_rejected(PaymentRejection::NotRequested);
    }
}
