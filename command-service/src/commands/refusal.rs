//! Refusals, and the conversion of lower-level errors to refusals.

use domain::MoneyError;
use domain::order::OrderRejection;
use event_store::{AppendError, ExecuteError, ReadError};
use serde::{Deserialize, Serialize};
use service_kit::errors::chain;
use service_kit::keyring::{KeyStoreError, OpenError, SealError};
use service_kit::problem::FieldError;

use super::Code;

/// Why a request was refused. Nothing was changed, except possibly with [`Code::OutcomeUnknown`].
///
/// It may be stored as the answer to an idempotency key, so it never holds readable personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The stable code, for programs.
    pub code: Code,
    /// A description of this occurrence, for people.
    pub detail: String,
    /// The order's version, where the caller may see the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_version: Option<i64>,
    /// The errors of single input fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Whether this answer was given before to the same idempotency key.
    #[serde(skip)]
    pub replayed: bool,
}

impl Refusal {
    /// A refusal with a description of this occurrence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), current_version: None, errors: Vec::new(), replayed: false }
    }

    /// The order does not exist, or is not the caller's: one answer for both.
    pub fn order_not_found() -> Self {
        Self::new(Code::OrderNotFound, "no order with this id is yours to see")
    }

    /// Adds the order's version.
    #[must_use]
    pub fn at(mut self, version: i64) -> Self {
        self.current_version = Some(version);
        self
    }

    /// Adds the errors of single input fields.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// An internal error. The cause is logged here, and the client does not see it.
    pub(crate) fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = chain(cause), "a command failed for a reason of our own");
        Self::new(Code::Internal, "the cause is in the log, under this trace")
    }

    /// Another order has the number, or had it before it was corrected.
    pub(super) fn number_taken(number: &str) -> Self {
        Self::new(Code::OrderNumberTaken, format!("another order has the number {number}"))
    }

    fn store_unavailable(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::warn!(error = chain(cause), "a command failed because the store does not answer");
        Self::new(Code::StoreUnavailable, "nothing was changed; try again")
    }
}

impl From<OrderRejection> for Refusal {
    fn from(rejection: OrderRejection) -> Self {
        let code = match &rejection {
            OrderRejection::NotFound => return Self::order_not_found(),
            OrderRejection::Damaged(_) => return Self::internal(&rejection),
            OrderRejection::OrderExists => Code::OrderExists,
            OrderRejection::NotAllowed { .. } => Code::StateForbidsCommand,
            OrderRejection::LineExists(_) => Code::LineExists,
            OrderRejection::LineNotFound(_) => Code::LineNotFound,
            OrderRejection::TooManyLines => Code::TooManyLines,
            OrderRejection::NoLines => Code::NoLines,
            OrderRejection::ShippingAddressMissing => Code::ShippingAddressMissing,
            OrderRejection::TotalMismatch { .. } => Code::TotalMismatch,
            OrderRejection::Amount(MoneyError::CurrencyMismatch(..)) => Code::CurrencyMismatch,
            OrderRejection::Amount(_) => Code::AmountOverflow,
            OrderRejection::ImportConflict { .. } => Code::ImportConflict,
            OrderRejection::NumberBeyondBound => Code::OrderNumberBeyondBound,
            OrderRejection::CreditOfWithoutCredit => Code::CreditOfWithoutCredit,
        };
        Self::new(code, rejection.to_string())
    }
}

impl From<ExecuteError> for Refusal {
    fn from(error: ExecuteError) -> Self {
        match &error {
            ExecuteError::Read(ReadError::Connect(_) | ReadError::Query(_)) => Self::store_unavailable(&error),
            ExecuteError::Append(append) => Self::from_append(append, &error),
            ExecuteError::Contended { .. } => {
                Self::new(Code::Contended, "others changed the order at the same time; try again")
            }
            ExecuteError::AnswerLost => {
                Self::new(Code::Contended, "the answer to this Idempotency-Key has just expired; try again")
            }
            ExecuteError::KeyReused => Self::new(
                Code::IdempotencyKeyReused,
                "send a repeat with the same body, and anything else with a new key",
            ),
            ExecuteError::TooLarge { .. } => Self::new(Code::OrderTooLarge, error.to_string()),
            ExecuteError::Read(_)
            | ExecuteError::Unreadable { .. }
            | ExecuteError::Damaged { .. }
            | ExecuteError::Unserialisable { .. } => Self::internal(&error),
        }
    }
}

impl Refusal {
    fn from_append(append: &AppendError, error: &ExecuteError) -> Self {
        match append {
            AppendError::Overloaded => Self::new(Code::Overloaded, "the store takes no more for now; try again"),
            AppendError::Unavailable | AppendError::Locked { .. } => Self::store_unavailable(error),
            AppendError::Unknown { .. } => {
                tracing::warn!(error = chain(error), "the outcome of a command is not known");
                Self::new(Code::OutcomeUnknown, "repeat the request with the same Idempotency-Key to learn its outcome")
            }
            AppendError::Invalid { .. } => {
                tracing::warn!(error = chain(error), "the store refused a command's values");
                Self::new(Code::ValuesRefused, "a value has a form that the store does not take")
            }
            AppendError::ClaimTaken { value, .. } => Self::number_taken(value),
            AppendError::Conflict { .. } | AppendError::AnswerExists => Self::internal(error),
        }
    }
}

impl From<SealError> for Refusal {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Destroyed { .. } => {
                Self::new(Code::SubjectErased, "no new personal data can be kept for this customer")
            }
            SealError::TooLarge { .. } => Self::new(Code::ValuesRefused, "the address is too long"),
            SealError::Store(error) => error.into(),
        }
    }
}

impl From<KeyStoreError> for Refusal {
    fn from(error: KeyStoreError) -> Self {
        match error {
            KeyStoreError::Connection(_) | KeyStoreError::Statement { .. } => Self::store_unavailable(&error),
            KeyStoreError::Row(_) | KeyStoreError::Unwrap { .. } => Self::internal(&error),
        }
    }
}

impl From<OpenError> for Refusal {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Destroyed { .. } => Self::new(Code::SubjectErased, "the personal data cannot be read any more"),
            OpenError::Store(error) => error.into(),
            OpenError::Unknown { .. } | OpenError::Damaged { .. } => Self::internal(&error),
        }
    }
}
