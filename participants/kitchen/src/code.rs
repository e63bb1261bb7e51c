//! The refusals of kitchens' commands, beside those of their deciders and of every command edge.

use command_kit::{Code, Refusal, Words};
use domain::kitchen::{KitchenRejection, code as kitchen_code};
use domain::ticket::code as ticket_code;

/// Codes of this service alone.
mod own {
    domain::codes! {
        /// The kitchen has moved on.
        KITCHEN_VERSION_STALE = "kitchen_version_stale", Stale, "The kitchen is at another version";
        /// Others kept changing it.
        KITCHEN_CONTENDED = "kitchen_contended", Busy, "The kitchen kept changing";
        /// An event that could not be published.
        KITCHEN_TOO_LARGE = "kitchen_too_large", Invalid, "The kitchen is too large";
    }
}
pub(crate) use own::KITCHEN_CONTENDED;

/// What refusals call a kitchen.
pub(crate) const WORDS: Words = Words {
    noun: "kitchen",
    stale: own::KITCHEN_VERSION_STALE,
    contended: KITCHEN_CONTENDED,
    too_large: own::KITCHEN_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken,
    codes: CODES,
};

const CODES: &[&[Code]] = &[own::ALL, kitchen_code::ALL, ticket_code::ALL];

/// Absent or somebody else's: one answer for both.
pub(crate) fn not_found() -> Refusal {
    Refusal::rejected(&KitchenRejection::OtherTenant)
}

/// A kitchen claims no values.
fn claim_taken(value: &str) -> Refusal {
    Refusal::new(KITCHEN_CONTENDED, format!("{value} is taken"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique() {
        command_kit::testing::assert_codes_are_unique(super::CODES);
    }
}
