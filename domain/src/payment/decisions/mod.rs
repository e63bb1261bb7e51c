//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod attach_method;
mod capture_payment;
mod record_observation;
mod record_refusal;
mod refund_payment;
mod request_payment;
mod void_payment;
mod wake;

pub use attach_method::*;
pub use capture_payment::*;
pub use record_observation::*;
pub use record_refusal::*;
pub use refund_payment::*;
pub use request_payment::*;
pub use void_payment::*;
pub use wake::*;

use super::{
    Payment, PaymentDetails, PaymentEvent, PaymentRejection, PaymentState, REQUESTS_MAX, RequestRefusalReason,
    RequestRefused, Stage,
};
use crate::decision::declare_commands;
use crate::{Money, OrderId, RequestId, TenantId, Timestamp};

declare_commands! {
    /// A command of a payment.
    PaymentCommand of Payment {
        RequestPayment,
        AttachMethod,
        CapturePayment,
        VoidPayment,
        RefundPayment,
        RecordObservation,
        RecordRefusal,
        Wake,
    }
}

/// What every request says of itself, whether it comes by HTTP or in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The same in every repetition.
    pub id: RequestId,
    /// From the token or the asking record. A request of another tenant than the stream's is left without an answer.
    pub tenant: TenantId,
    /// The order that the payment is for, so that every answer can name it.
    pub order: OrderId,
}

impl Request {
    /// Whether the payment has answered it already.
    ///
    /// # Errors
    /// The payment is another tenant's.
    fn is_answered(&self, state: &PaymentState) -> Result<bool, PaymentRejection> {
        match state.inbox() {
            None => Ok(false),
            Some(inbox) if inbox.tenant != self.tenant => Err(PaymentRejection::OtherTenant),
            Some(inbox) => Ok(inbox.answered.contains(&self.id)),
        }
    }

    /// The payment that it asks something of.
    ///
    /// # Errors
    /// Why there is none for it.
    fn payment<'a>(&self, state: &'a PaymentState) -> Result<&'a PaymentDetails, RequestRefusalReason> {
        match state {
            PaymentState::Absent | PaymentState::Unrequested(_) => Err(RequestRefusalReason::NotRequested),
            PaymentState::VoidedBefore(inbox) if inbox.order != self.order => Err(RequestRefusalReason::OtherOrder),
            PaymentState::VoidedBefore(_) => Err(RequestRefusalReason::Voided),
            PaymentState::Requested(payment) if payment.inbox.order != self.order => {
                Err(RequestRefusalReason::OtherOrder)
            }
            PaymentState::Requested(payment) => Ok(payment),
        }
    }

    /// Answers with a refusal.
    fn refused(
        self,
        state: &PaymentState,
        reason: RequestRefusalReason,
        at: Timestamp,
    ) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        let is_full = state.inbox().is_some_and(|inbox| inbox.answered.len() >= REQUESTS_MAX);
        if is_full {
            return Err(PaymentRejection::TooManyRequests);
        }
        let Self { id: request, tenant, order } = self;
        Ok(vec![PaymentEvent::RequestRefused(RequestRefused { tenant, request, order, reason, at })])
    }
}

/// Checks that an amount can be asked for, of a payment in a currency.
fn check_amount(amount: Money, of: Money) -> Result<(), RequestRefusalReason> {
    if amount.currency() != of.currency() {
        return Err(RequestRefusalReason::OtherCurrency);
    }
    let is_amount = amount.minor() > 0 && amount.checked_add(Money::zero(amount.currency())).is_ok();
    if is_amount { Ok(()) } else { Err(RequestRefusalReason::InvalidAmount) }
}

/// Why a payment that is not authorised can neither be captured nor refunded.
const fn not_authorized(stage: Stage) -> RequestRefusalReason {
    match stage {
        Stage::Voided { .. } => RequestRefusalReason::Voided,
        Stage::Failed => RequestRefusalReason::Failed,
        Stage::Expired => RequestRefusalReason::Expired,
        Stage::Pending
        | Stage::RequiresAction { .. }
        | Stage::Authorized { .. }
        | Stage::PartiallyCaptured
        | Stage::Captured => RequestRefusalReason::NotAuthorized,
    }
}

#[cfg(test)]
pub(in crate::payment) mod fixtures;
