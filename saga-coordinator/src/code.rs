//! The refusals of operators' commands on sagas, beside those of the saga and of every command edge.

use command_kit::{Code, Refusal, Words};
use domain::order::code as order_code;
use domain::order_saga::{OrderSagaRejection, code as saga_code};

/// Codes of this service alone.
mod own {
    domain::codes! {
        /// The saga has moved on.
        SAGA_VERSION_STALE = "saga_version_stale", Stale, "The saga is at another version";
        /// Others kept changing the saga or its order.
        SAGA_CONTENDED = "saga_contended", Busy, "The saga kept changing";
        /// An event that could not be published.
        SAGA_TOO_LARGE = "saga_too_large", Invalid, "The saga is too large";
    }
}

/// What refusals call a saga.
pub(crate) const WORDS: Words = Words {
    noun: "saga",
    stale: own::SAGA_VERSION_STALE,
    contended: own::SAGA_CONTENDED,
    too_large: own::SAGA_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken,
    codes: CODES,
};

const CODES: &[&[Code]] = &[own::ALL, saga_code::ALL, order_code::ALL];

/// A saga that is absent or another tenant's: one answer for both.
pub(crate) fn not_found() -> Refusal {
    Refusal::rejected(&OrderSagaRejection::NotFound)
}

/// Sagas claim no values.
fn claim_taken(value: &str) -> Refusal {
    Refusal::new(own::SAGA_CONTENDED, format!("{value} is taken"))
}
