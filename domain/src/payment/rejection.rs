//! Why a payment leaves a request or a report without an event.

use crate::Unfoldable;
use crate::refusal::{Code, Rejection};

use super::REQUESTS_MAX;

/// Why a payment leaves something without an event. What the state refuses is answered by one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaymentRejection {
    /// The stream is another tenant's.
    #[error("the payment belongs to another tenant")]
    OtherTenant,
    /// A report on a payment that nobody has asked for. None was opened at the provider.
    #[error("no payment was asked for under this id")]
    NotRequested,
    /// A report on another payment of the provider.
    #[error("the report is about another payment of the provider")]
    OtherReference,
    /// The payment has answered so many requests that it refuses no further ones.
    #[error("a payment refuses at most {REQUESTS_MAX} requests")]
    TooManyRequests,
    /// The stream is damaged.
    #[error("the history of the payment is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of payments are told under.
pub mod code {
    crate::codes! {
        /// Not yours.
        PAYMENT_NOT_FOUND = "payment_not_found", NotFound, "There is no such payment";
        /// A report on something else.
        PAYMENT_OTHER_REFERENCE = "payment_other_reference", Conflict, "The report is about another payment";
        /// Somebody asks again and again.
        PAYMENT_TOO_MANY_REQUESTS = "payment_too_many_requests", Conflict, "The payment has had too many requests";
        /// The history does not fold.
        PAYMENT_STREAM_DAMAGED = "payment_stream_damaged", Internal, "The history of the payment is damaged";
    }
}

impl Rejection for PaymentRejection {
    fn code(&self) -> Code {
        match self {
            Self::OtherTenant | Self::NotRequested => code::PAYMENT_NOT_FOUND,
            Self::OtherReference => code::PAYMENT_OTHER_REFERENCE,
            Self::TooManyRequests => code::PAYMENT_TOO_MANY_REQUESTS,
            Self::Damaged(_) => code::PAYMENT_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        match self {
            // Absent or another tenant's: one answer for both.
            Self::OtherTenant | Self::NotRequested => "no payment with this id is yours to see".to_owned(),
            rejection => rejection.to_string(),
        }
    }
}
