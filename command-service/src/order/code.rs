//! The refusals of orders' commands, beside those of the order's own rejections and of every command edge.

use command_kit::{Refusal, Words};
use service_kit::auth::Scope;

pub use domain::order::code::LINE_NOT_FOUND;

/// Codes of this service alone.
mod own {
    domain::codes! {
        /// The order has moved on.
        VERSION_STALE = "version_stale", Stale, "The order is at another version";
        /// Others kept changing the order.
        CONTENDED = "contended", Busy, "The order kept changing";
        /// An event that could not be published.
        ORDER_TOO_LARGE = "order_too_large", Invalid, "The order is too large";
        /// Another order has the number.
        ORDER_NUMBER_TAKEN = "order_number_taken", Conflict, "The order number is taken";
        /// A price from somebody who may not set one.
        PRICE_SCOPE_REQUIRED = "price_scope_required", Forbidden, "You may not set prices";
        /// A customer named another one.
        CUSTOMER_NOT_YOURS = "customer_not_yours", Forbidden, "The order would belong to somebody else";
        /// The subject is neither a customer nor an order.
        SUBJECT_UNKNOWN = "subject_unknown", NotFound, "There is no such subject";
        /// The customer's personal data was erased for good.
        SUBJECT_ERASED = "subject_erased", Conflict, "The customer's personal data was erased";
    }
}
pub use own::{
    CONTENDED, CUSTOMER_NOT_YOURS, ORDER_NUMBER_TAKEN, ORDER_TOO_LARGE, PRICE_SCOPE_REQUIRED, SUBJECT_ERASED,
    SUBJECT_UNKNOWN, VERSION_STALE,
};

/// What refusals call an order.
pub(super) const WORDS: Words = Words {
    noun: "order",
    stale: VERSION_STALE,
    contended: CONTENDED,
    too_large: ORDER_TOO_LARGE,
    scope_missing,
    claim_taken: number_taken,
    codes: &[own::ALL, domain::order::code::ALL],
};

/// Another order has the number, or had it before it was corrected.
pub(super) fn number_taken(number: &str) -> Refusal {
    Refusal::new(ORDER_NUMBER_TAKEN, format!("another order has the number {number}"))
}

fn scope_missing(scope: Scope) -> Refusal {
    if scope == Scope::ORDERS_PRICE {
        // There is no catalogue to price a line, so every new line brings its price.
        let detail = format!("a new line brings its price, and setting prices needs the scope {scope}");
        return Refusal::new(PRICE_SCOPE_REQUIRED, detail);
    }
    Refusal::scope_missing(scope)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use axum::response::IntoResponse;
    use command_kit::code::{INTERNAL, STORE_UNAVAILABLE};
    use command_kit::{Code, Kind};
    use domain::order::code::{ORDER_NOT_FOUND, STATE_FORBIDS_COMMAND, TOTAL_MISMATCH};

    use super::*;

    fn all() -> impl Iterator<Item = Code> {
        let shared = command_kit::code::ALL;
        [shared].into_iter().chain(WORDS.codes.iter().copied()).flatten().copied()
    }

    #[test]
    fn codes_are_unique_and_no_business_refusal_is_a_500() {
        let mut seen = HashSet::new();
        for code in all() {
            assert!(seen.insert(code.as_str()), "{code}");
            let response = Refusal::new(code, "why").into_response();
            assert_eq!(response.status() == 500, code.kind() == Kind::Internal, "{code}");
            assert_eq!(response.headers().contains_key("retry-after"), code.is_retryable(), "{code}");
        }
        assert_eq!(Refusal::new(VERSION_STALE, "why").into_response().status(), 412);
        assert_eq!(Refusal::new(CONTENDED, "why").into_response().status(), 409);
    }

    #[test]
    fn only_final_refusals_are_kept() {
        assert!(STATE_FORBIDS_COMMAND.is_kept() && TOTAL_MISMATCH.is_kept());
        for code in [VERSION_STALE, ORDER_NOT_FOUND, CONTENDED, STORE_UNAVAILABLE, INTERNAL] {
            assert!(!code.is_kept(), "{code}");
        }
    }
}
