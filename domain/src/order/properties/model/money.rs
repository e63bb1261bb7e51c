//! Facts of payments.

use super::{Answer, Model, Stage, Step, with};

impl Model {
    pub(super) fn money(&mut self, step: &Step) -> Answer {
        let (goes_on, is_completed) = (self.goes_on(), self.stage == Stage::Completed);
        let (Step::ActionRequired { id }
        | Step::Authorized { id, .. }
        | Step::Failed { id, .. }
        | Step::Captured { id, .. }
        | Step::Voided { id }
        | Step::Refunded { id, .. }
        | Step::ChargedBack { id, .. }) = step
        else {
            panic!("{step:?} is not about money")
        };
        let payment = self.payments.entry(*id).or_default();
        let before = payment.clone();
        match step {
            Step::ActionRequired { .. } => {
                (payment.wants_action, payment.is_void, payment.failed_with) = (true, false, None);
                if before.wants_action { vec![] } else { vec!["PaymentActionRequired"] }
            }
            Step::Failed { code, .. } => {
                (payment.wants_action, payment.is_void, payment.failed_with) = (false, false, Some(*code));
                if before.failed_with == Some(*code) { vec![] } else { vec!["PaymentFailed"] }
            }
            Step::Authorized { sum, .. } if *sum > before.authorized => {
                (payment.wants_action, payment.is_void, payment.failed_with) = (false, false, None);
                payment.authorized = *sum;
                with("PaymentAuthorized", &[(!goes_on, "UnexpectedPayment")])
            }
            Step::Voided { .. } if !before.is_void => {
                (payment.wants_action, payment.is_void, payment.failed_with) = (false, true, None);
                payment.voided += (before.authorized - before.voided - before.captured).max(0);
                vec!["AuthorizationVoided"]
            }
            Step::Captured { sum, .. } if *sum > before.captured => {
                payment.captured = *sum;
                let beyond = *sum > before.authorized - before.voided;
                with(
                    "PaymentCaptured",
                    &[(!goes_on && !is_completed, "UnexpectedPayment"), (beyond, "CapturedBeyondAuthorized")],
                )
            }
            Step::Refunded { sum, .. } if *sum > before.refunded => {
                payment.refunded = *sum;
                let beyond = sum + before.charged_back > before.captured;
                with("RefundIssued", &[(beyond, "RefundedBeyondCaptured")])
            }
            Step::ChargedBack { sum, .. } if *sum > before.charged_back => {
                payment.charged_back = *sum;
                let beyond = sum + before.refunded > before.captured;
                with("ChargebackReceived", &[(beyond, "RefundedBeyondCaptured")])
            }
            _ => vec![],
        }
    }
}
