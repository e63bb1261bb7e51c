//! The refusals of inventory's commands, beside those of its deciders and of every command edge.

use command_kit::{Code, Refusal, Words};
use domain::reservation::{ReservationRejection, code as reservation_code};
use domain::stock::code as stock_code;

/// Codes of this service alone.
mod own {
    domain::codes! {
        /// The stock has moved on.
        STOCK_VERSION_STALE = "stock_version_stale", Stale, "The stock is at another version";
        /// Others kept changing the stock.
        STOCK_CONTENDED = "stock_contended", Busy, "The stock kept changing";
        /// The reservation has moved on.
        RESERVATION_VERSION_STALE = "reservation_version_stale", Stale, "The reservation is at another version";
        /// Others kept changing the reservation or its stock.
        RESERVATION_CONTENDED = "reservation_contended", Busy, "The reservation kept changing";
        /// The reservation holds other SKUs than it did a moment ago.
        RESERVATION_CHANGED = "reservation_changed", Busy, "The reservation has just changed";
        /// An event that could not be published.
        RESERVATION_TOO_LARGE = "reservation_too_large", Invalid, "The reservation is too large";
        /// There is not enough of a SKU.
        OUT_OF_STOCK = "out_of_stock", Conflict, "There is not enough in stock";
        /// The reservation answered that its state does not allow the request.
        REQUEST_REFUSED = "reservation_request_refused", Conflict, "The reservation does not allow this";
    }
}
pub(crate) use own::{OUT_OF_STOCK, REQUEST_REFUSED, RESERVATION_CHANGED};

/// What refusals call stock.
pub(crate) const STOCK: Words = Words {
    noun: "stock",
    stale: own::STOCK_VERSION_STALE,
    contended: own::STOCK_CONTENDED,
    too_large: own::RESERVATION_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken,
    codes: CODES,
};

/// What refusals call a reservation.
pub(crate) const RESERVATION: Words = Words {
    noun: "reservation",
    stale: own::RESERVATION_VERSION_STALE,
    contended: own::RESERVATION_CONTENDED,
    too_large: own::RESERVATION_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken,
    codes: CODES,
};

const CODES: &[&[Code]] = &[own::ALL, stock_code::ALL, reservation_code::ALL];

/// A reservation that is absent or somebody else's: one answer for both.
pub(crate) fn reservation_not_found() -> Refusal {
    Refusal::rejected(&ReservationRejection::OtherTenant)
}

/// Inventory claims no values.
fn claim_taken(value: &str) -> Refusal {
    Refusal::new(own::STOCK_CONTENDED, format!("{value} is taken"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique() {
        command_kit::testing::assert_codes_are_unique(super::CODES);
    }
}
