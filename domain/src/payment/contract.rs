//! What a payment publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use crate::contract::{self, declare_symbols};

pub use super::event::records::*;
pub use crate::contract::ContractMoney;

/// The topic of the records. Key: the payment's id.
pub const TOPIC: &str = "payments.events.v1";

/// A public event of a payment with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

declare_symbols!(
    /// Why a request was refused.
    RequestRefusalReason of super::RequestRefusalReason {
        /// No payment has been asked for under the id.
        NotRequested,
        /// The payment was asked for by another request.
        AlreadyRequested,
        /// The provider does not have the payment yet, or something else is being told to it.
        InProgress,
        /// It is authorised already.
        AlreadyAuthorized,
        /// Nothing is authorised.
        NotAuthorized,
        /// Money was captured.
        Captured,
        /// The payment was voided.
        Voided,
        /// The payment can never be authorised.
        Failed,
        /// The authorisation has expired.
        Expired,
        /// More than what can be captured.
        MoreThanAuthorized,
        /// More than what was captured less what was charged back.
        MoreThanCaptured,
        /// The amount is zero or less, or more than an amount can be.
        InvalidAmount,
        /// The amount is in another currency than the payment.
        OtherCurrency,
        /// The payment is another order's.
        OtherOrder,
    }
);

impl PublicEvent {
    /// The request that the event answers; `None` for one that no request has asked for.
    pub fn request(&self) -> Option<&str> {
        match self {
            Self::PaymentRequested(event) => Some(&event.request),
            Self::PaymentMethodAttached(event) => Some(&event.request),
            Self::AuthorizationStarted(event) => Some(&event.request),
            Self::RequestRefused(event) => Some(&event.request),
            Self::PaymentOpened(event) => event.request.as_deref(),
            Self::PaymentFailed(event) => event.request.as_deref(),
            Self::PaymentActionRequired(event) => event.request.as_deref(),
            Self::PaymentAuthorized(event) => event.request.as_deref(),
            Self::PaymentDeclined(event) => event.request.as_deref(),
            Self::CaptureStarted(event) => event.request.as_deref(),
            Self::PaymentCaptured(event) => event.request.as_deref(),
            Self::CaptureFailed(event) => event.request.as_deref(),
            Self::VoidStarted(event) => event.request.as_deref(),
            Self::PaymentVoided(event) => event.request.as_deref(),
            Self::VoidFailed(event) => event.request.as_deref(),
            Self::RefundStarted(event) => event.request.as_deref(),
            Self::PaymentRefunded(event) => event.request.as_deref(),
            Self::RefundFailed(event) => event.request.as_deref(),
            Self::PaymentDisputed(event) => event.request.as_deref(),
            Self::AuthorizationExpired(event) => event.request.as_deref(),
            Self::EffectDelayed(event) => event.request.as_deref(),
            Self::ForeignEvent(_) => None,
        }
    }
}
