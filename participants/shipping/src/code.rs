//! The refusals of shipping's commands, beside those of its deciders and of every command edge.

use command_kit::{Code, Refusal, Words};
use domain::shipment::{ShipmentRejection, code as shipment_code};
use domain::shipping_location::{ShippingLocationRejection, code as location_code};

/// Codes of this service alone.
mod own {
    domain::codes! {
        /// The shipment has moved on.
        SHIPMENT_VERSION_STALE = "shipment_version_stale", Stale, "The shipment is at another version";
        /// Others kept changing it.
        SHIPMENT_CONTENDED = "shipment_contended", Busy, "The shipment kept changing";
        /// An event that could not be published.
        SHIPMENT_TOO_LARGE = "shipment_too_large", Invalid, "The shipment is too large";
        /// How the location ships has changed.
        SHIPPING_VERSION_STALE = "shipping_version_stale", Stale, "How the location ships is at another version";
        /// Others kept changing it.
        SHIPPING_CONTENDED = "shipping_contended", Busy, "How the location ships kept changing";
        /// An event that could not be published.
        SHIPPING_TOO_LARGE = "shipping_too_large", Invalid, "How the location ships is too large";
        /// The carrier does not answer.
        CARRIER_UNAVAILABLE = "carrier_unavailable", Unavailable, "The carrier does not answer";
        /// The signature of a webhook is none.
        WEBHOOK_NOT_SIGNED = "carrier_webhook_not_signed", Malformed, "The webhook is not signed by the carrier";
        /// The webhook is no JSON.
        WEBHOOK_MALFORMED = "carrier_webhook_malformed", Malformed, "The webhook cannot be read";
    }
}
pub(crate) use own::{CARRIER_UNAVAILABLE, WEBHOOK_MALFORMED, WEBHOOK_NOT_SIGNED};

/// What refusals call a shipment.
pub(crate) const SHIPMENT: Words = Words {
    noun: "shipment",
    stale: own::SHIPMENT_VERSION_STALE,
    contended: own::SHIPMENT_CONTENDED,
    too_large: own::SHIPMENT_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken: shipment_taken,
    codes: CODES,
};

/// What refusals call how a location ships.
pub(crate) const SHIPPING: Words = Words {
    noun: "shipping of the location",
    stale: own::SHIPPING_VERSION_STALE,
    contended: own::SHIPPING_CONTENDED,
    too_large: own::SHIPPING_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken: shipping_taken,
    codes: CODES,
};

const CODES: &[&[Code]] = &[own::ALL, shipment_code::ALL, location_code::ALL];

/// Absent or somebody else's: one answer for both.
pub(crate) fn shipment_not_found() -> Refusal {
    Refusal::rejected(&ShipmentRejection::NotFound)
}

/// Absent or somebody else's: one answer for both.
pub(crate) fn shipping_not_found() -> Refusal {
    Refusal::rejected(&ShippingLocationRejection::NotFound)
}

/// A shipment claims no values.
fn shipment_taken(value: &str) -> Refusal {
    Refusal::new(own::SHIPMENT_CONTENDED, format!("{value} is taken"))
}

/// How a location ships claims no values.
fn shipping_taken(value: &str) -> Refusal {
    Refusal::new(own::SHIPPING_CONTENDED, format!("{value} is taken"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique() {
        command_kit::testing::assert_codes_are_unique(super::CODES);
    }
}
