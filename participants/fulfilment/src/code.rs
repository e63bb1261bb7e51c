//! The refusals of fulfilment's commands, beside those of its decider and of every command edge.

use command_kit::{Code, Refusal, Words};
use domain::fulfilment::{FulfilmentRejection, code};
use domain::location::{LocationRejection, code as location_code};

/// Codes of this service alone.
mod own {
    domain::codes! {
        /// The fulfilment has moved on.
        FULFILMENT_VERSION_STALE = "fulfilment_version_stale", Stale, "The fulfilment is at another version";
        /// Others kept changing it.
        FULFILMENT_CONTENDED = "fulfilment_contended", Busy, "The fulfilment kept changing";
        /// An event that could not be published.
        FULFILMENT_TOO_LARGE = "fulfilment_too_large", Invalid, "The fulfilment is too large";
        /// The location has moved on.
        LOCATION_VERSION_STALE = "location_version_stale", Stale, "The location is at another version";
        /// Others kept changing it.
        LOCATION_CONTENDED = "location_contended", Busy, "The location kept changing";
        /// An event that could not be published.
        LOCATION_TOO_LARGE = "location_too_large", Invalid, "The location is too large";
    }
}

/// What refusals call a fulfilment.
pub(crate) const WORDS: Words = Words {
    noun: "fulfilment",
    stale: own::FULFILMENT_VERSION_STALE,
    contended: own::FULFILMENT_CONTENDED,
    too_large: own::FULFILMENT_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken,
    codes: CODES,
};

/// What refusals call a location.
pub(crate) const LOCATION: Words = Words {
    noun: "location",
    stale: own::LOCATION_VERSION_STALE,
    contended: own::LOCATION_CONTENDED,
    too_large: own::LOCATION_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken: location_taken,
    codes: CODES,
};

const CODES: &[&[Code]] = &[own::ALL, code::ALL, location_code::ALL];

/// Absent or somebody else's: one answer for both.
pub(crate) fn not_found() -> Refusal {
    Refusal::rejected(&FulfilmentRejection::OtherTenant)
}

/// Absent or somebody else's: one answer for both.
pub(crate) fn location_not_found() -> Refusal {
    Refusal::rejected(&LocationRejection::OtherTenant)
}

/// Only the stream of a code claims it, so that only another request for the same location can have done so.
fn location_taken(code: &str) -> Refusal {
    Refusal::new(own::LOCATION_CONTENDED, format!("location {code} is being registered"))
}

/// A fulfilment claims no values.
fn claim_taken(value: &str) -> Refusal {
    Refusal::new(own::FULFILMENT_CONTENDED, format!("{value} is taken"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique() {
        command_kit::testing::assert_codes_are_unique(super::CODES);
    }
}
