//! The refusals of fulfilment's commands, beside those of its decider and of every command edge.

use command_kit::{Refusal, Words};
use domain::fulfilment::{FulfilmentRejection, code};

/// Codes of this service alone.
mod own {
    domain::codes! {
        /// The fulfilment has moved on.
        FULFILMENT_VERSION_STALE = "fulfilment_version_stale", Stale, "The fulfilment is at another version";
        /// Others kept changing it.
        FULFILMENT_CONTENDED = "fulfilment_contended", Busy, "The fulfilment kept changing";
        /// An event that could not be published.
        FULFILMENT_TOO_LARGE = "fulfilment_too_large", Invalid, "The fulfilment is too large";
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
    codes: &[own::ALL, code::ALL],
};

/// Absent or somebody else's: one answer for both.
pub(crate) fn not_found() -> Refusal {
    Refusal::rejected(&FulfilmentRejection::OtherTenant)
}

/// A fulfilment claims no values.
fn claim_taken(value: &str) -> Refusal {
    Refusal::new(own::FULFILMENT_CONTENDED, format!("{value} is taken"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique() {
        command_kit::testing::assert_codes_are_unique(super::WORDS.codes);
    }
}
