//! What a location publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use serde::{Deserialize, Serialize};

use crate::contract::{self, ToPublic, declare_symbols};

pub use super::event::records::*;
/// The topic of the records, which fulfilments publish to as well. Key: the location's id.
pub use crate::fulfilment::contract::TOPIC;

/// A public event of a location with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

/// What is known of a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractLocationDetails {
    pub name: String,
    pub kind: LocationKind,
    pub country: String,
    pub coordinates: Option<ContractCoordinates>,
    pub zones: Vec<ContractZone>,
    pub hours: Option<ContractOpeningHours>,
    pub open_max: Option<i64>,
    pub cost: i64,
}

/// A place on Earth, in millionths of a degree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractCoordinates {
    pub latitude_e6: i64,
    pub longitude_e6: i64,
}

/// Where a location sends to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractZone {
    pub country: String,
    pub postal_prefixes: Vec<String>,
}

/// When a location works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractOpeningHours {
    pub time_zone: String,
    pub spans: Vec<ContractOpeningSpan>,
}

/// A span of a day, in minutes since its midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractOpeningSpan {
    pub day: Weekday,
    pub opens: i64,
    pub closes: i64,
}

impl ToPublic for super::LocationDetails {
    type Public = ContractLocationDetails;

    fn to_public(&self) -> ContractLocationDetails {
        ContractLocationDetails {
            name: self.name.to_string(),
            kind: self.kind.to_public(),
            country: self.country.to_public(),
            coordinates: self.coordinates.to_public(),
            zones: self.zones.to_public(),
            hours: self.hours.to_public(),
            open_max: self.open_max.to_public(),
            cost: self.cost.to_public(),
        }
    }
}

impl ToPublic for crate::Coordinates {
    type Public = ContractCoordinates;

    fn to_public(&self) -> ContractCoordinates {
        ContractCoordinates { latitude_e6: self.latitude_e6().into(), longitude_e6: self.longitude_e6().into() }
    }
}

impl ToPublic for super::Zone {
    type Public = ContractZone;

    fn to_public(&self) -> ContractZone {
        let postal_prefixes = self.postal_prefixes.iter().map(ToString::to_string).collect();
        ContractZone { country: self.country.to_public(), postal_prefixes }
    }
}

impl ToPublic for super::OpeningHours {
    type Public = ContractOpeningHours;

    fn to_public(&self) -> ContractOpeningHours {
        let spans = self.spans().iter().map(|span| ContractOpeningSpan {
            day: span.day.to_public(),
            opens: span.opens.into(),
            closes: span.closes.into(),
        });
        ContractOpeningHours { time_zone: self.time_zone().name().to_owned(), spans: spans.collect() }
    }
}

declare_symbols!(
    /// What a location is.
    LocationKind of super::LocationKind {
        /// It keeps goods, which are picked and packed.
        Warehouse,
        /// It prepares what is ordered, which takes time.
        Kitchen,
    }
);
declare_symbols!(
    /// A day of the week.
    Weekday of super::Weekday {
        Monday,
        Tuesday,
        Wednesday,
        Thursday,
        Friday,
        Saturday,
        Sunday,
    }
);
