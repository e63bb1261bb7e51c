//! Why a location refuses a command.

use crate::Unfoldable;
use crate::refusal::{Code, Rejection};

use super::{PREFIXES_MAX, ZONES_MAX};

/// Why a location refuses a command. No event results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationRejection {
    /// Nobody has registered it.
    #[error("no location has this code")]
    NotFound,
    /// The stream is another tenant's.
    #[error("the location belongs to another tenant")]
    OtherTenant,
    /// It was registered with other details.
    #[error("the location is registered with other details; change it instead")]
    Exists,
    /// It serves too many zones.
    #[error("a location serves at most {ZONES_MAX} zones")]
    TooManyZones,
    /// Its zones have too many prefixes.
    #[error("the zones of a location have at most {PREFIXES_MAX} prefixes in all")]
    TooManyPrefixes,
    /// The stream is damaged.
    #[error("the history of the location is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of locations are told under.
pub mod code {
    crate::codes! {
        /// Not yours, or none.
        LOCATION_NOT_FOUND = "location_not_found", NotFound, "There is no such location";
        /// Registered with other details.
        LOCATION_EXISTS = "location_exists", Conflict, "The location is registered with other details";
        /// Too many zones.
        LOCATION_TOO_MANY_ZONES = "location_too_many_zones", Invalid, "The location has too many zones";
        /// Too many prefixes.
        LOCATION_TOO_MANY_PREFIXES = "location_too_many_prefixes", Invalid, "The location has too many postal prefixes";
        /// The history does not fold.
        LOCATION_STREAM_DAMAGED = "location_stream_damaged", Internal, "The history of the location is damaged";
    }
}

impl Rejection for LocationRejection {
    fn code(&self) -> Code {
        match self {
            Self::NotFound | Self::OtherTenant => code::LOCATION_NOT_FOUND,
            Self::Exists => code::LOCATION_EXISTS,
            Self::TooManyZones => code::LOCATION_TOO_MANY_ZONES,
            Self::TooManyPrefixes => code::LOCATION_TOO_MANY_PREFIXES,
            Self::Damaged(_) => code::LOCATION_STREAM_DAMAGED,
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
