//! What is known of a location.

use serde::{Deserialize, Serialize};

use super::hours::OpeningHours;
use super::rejection::LocationRejection;
use super::{PREFIXES_MAX, ZONES_MAX};
use crate::text::text_type;
use crate::{Coordinates, CountryCode, PostalPrefix, Timestamp};

text_type!(
    /// What people call a location.
    LocationName, "location name", 100, |_| true
);
/// What a location is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LocationKind {
    /// It keeps goods, which are picked and packed.
    Warehouse,
    /// It prepares what is ordered, which takes time.
    Kitchen,
}

/// Where a location sends to: a country, or areas of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    pub country: CountryCode,
    /// What the postal codes begin with; none stands for the whole country.
    pub postal_prefixes: Vec<PostalPrefix>,
}

impl Zone {
    /// Whether an address may lie in it. `postal_area` is what its postal code begins with, as [`DeliveryArea`](crate::DeliveryArea) has it; one that is
    /// not known may lie in any area of the country.
    pub fn contains(&self, country: CountryCode, postal_area: Option<&PostalPrefix>) -> bool {
        let begins = |prefix: &PostalPrefix| postal_area.is_none_or(|area| area.as_str().starts_with(prefix.as_str()));
        self.country == country && (self.postal_prefixes.is_empty() || self.postal_prefixes.iter().any(begins))
    }
}

/// What is known of a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationDetails {
    pub name: LocationName,
    pub kind: LocationKind,
    /// Where it is.
    pub country: CountryCode,
    pub coordinates: Option<Coordinates>,
    /// Where it sends to; none stands for everywhere.
    pub zones: Vec<Zone>,
    /// When it works; `None` stands for always.
    pub hours: Option<OpeningHours>,
    /// Most fulfilments that it has at once: asked for, and neither shipped nor given up. `None` where there is no limit.
    pub open_max: Option<u32>,
    /// What it costs to send an order from there, to be compared with other locations of the tenant, in a unit of the tenant's choice.
    pub cost: u32,
}

impl LocationDetails {
    /// Checks the limits that types cannot hold.
    ///
    /// # Errors
    /// [`LocationRejection`] for the first that is passed.
    pub(super) fn check(&self) -> Result<(), LocationRejection> {
        if self.zones.len() > ZONES_MAX {
            return Err(LocationRejection::TooManyZones);
        }
        if self.zones.iter().map(|zone| zone.postal_prefixes.len()).sum::<usize>() > PREFIXES_MAX {
            return Err(LocationRejection::TooManyPrefixes);
        }
        Ok(())
    }

    /// Whether it works at a moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.hours.as_ref().is_none_or(|hours| hours.contain(at))
    }

    /// Whether it may send to an address; see [`Zone::contains`].
    pub fn serves(&self, country: CountryCode, postal_area: Option<&PostalPrefix>) -> bool {
        self.zones.is_empty() || self.zones.iter().any(|zone| zone.contains(country, postal_area))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> CountryCode {
        CountryCode::try_new(code).unwrap()
    }

    #[test]
    fn a_zone_is_a_country_or_its_areas() {
        let prefixes = vec![PostalPrefix::try_new("80").unwrap(), PostalPrefix::try_new("9").unwrap()];
        let areas = Zone { country: country("CH"), postal_prefixes: prefixes };
        let [zurich, st_gallen, bern] = ["800", "901", "301"].map(|area| PostalPrefix::try_new(area).unwrap());
        assert!(areas.contains(country("CH"), Some(&zurich)) && areas.contains(country("CH"), Some(&st_gallen)));
        assert!(!areas.contains(country("CH"), Some(&bern)) && !areas.contains(country("DE"), Some(&zurich)));
        assert!(areas.contains(country("CH"), None) && !areas.contains(country("DE"), None), "it may be in any");
        let whole = Zone { country: country("CH"), postal_prefixes: vec![] };
        assert!(whole.contains(country("CH"), None) && whole.contains(country("CH"), Some(&bern)));
    }
}
