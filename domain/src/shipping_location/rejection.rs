//! Why a command about how a location ships is refused.

use crate::Unfoldable;
use crate::refusal::{Code, Rejection};

use super::{CARRIERS_MAX, PARCEL_WEIGHT_G_MAX};

/// Why a command about how a location ships is refused. No event results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShippingLocationRejection {
    /// Nobody has said how it ships.
    #[error("the location ships by hand")]
    NotFound,
    /// The stream is another tenant's.
    #[error("the location belongs to another tenant")]
    OtherTenant,
    /// No carrier, or too many.
    #[error("a location ships with at least one carrier and at most {CARRIERS_MAX}")]
    CarrierCount,
    /// The same service of the same carrier twice.
    #[error("a service of a carrier is named once")]
    CarrierTwice,
    /// The parcel weighs nothing, or too much.
    #[error("a parcel weighs at least 1 g and at most {PARCEL_WEIGHT_G_MAX} g")]
    Weight,
    /// The stream is damaged.
    #[error("the history of how the location ships is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that these rejections are told under.
pub mod code {
    crate::codes! {
        /// Not yours, or none.
        SHIPPING_NOT_FOUND = "shipping_not_found", NotFound, "The location ships by hand";
        /// No carrier, or too many.
        SHIPPING_CARRIER_COUNT = "shipping_carrier_count", Invalid, "The location has no carrier, or too many";
        /// The same service of the same carrier twice.
        SHIPPING_CARRIER_TWICE = "shipping_carrier_twice", Invalid, "A service of a carrier is named twice";
        /// Nothing, or too much.
        SHIPPING_WEIGHT = "shipping_weight", Invalid, "The weight of a parcel is out of range";
        /// The history does not fold.
        SHIPPING_STREAM_DAMAGED = "shipping_stream_damaged", Internal, "The history of how the location ships is damaged";
    }
}

impl Rejection for ShippingLocationRejection {
    fn code(&self) -> Code {
        match self {
            Self::NotFound | Self::OtherTenant => code::SHIPPING_NOT_FOUND,
            Self::CarrierCount => code::SHIPPING_CARRIER_COUNT,
            Self::CarrierTwice => code::SHIPPING_CARRIER_TWICE,
            Self::Weight => code::SHIPPING_WEIGHT,
            Self::Damaged(_) => code::SHIPPING_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        match self {
            // Absent or another tenant's: one answer for both.
            Self::OtherTenant => Self::NotFound.to_string(),
            rejection => rejection.to_string(),
        }
    }
}
