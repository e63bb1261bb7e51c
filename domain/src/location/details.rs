//! What is known of a location.

use serde::{Deserialize, Serialize};

use super::hours::OpeningHours;
use super::rejection::LocationRejection;
use super::{PREFIXES_MAX, ZONES_MAX};
use crate::text::text_type;
use crate::{CountryCode, Timestamp};

/// Micro-degrees of a degree.
const MICRO: f64 = 1e6;
/// Metres from the Earth's centre to its surface, on average.
const EARTH_RADIUS_M: f64 = 6_371_009.0;

text_type!(
    /// What people call a location.
    LocationName, "location name", 100, |_| true
);
text_type!(
    /// What the postal codes of an area begin with, in capitals. So short that it leads to no household.
    PostalPrefix, "postal prefix", 3, is_postal
);

const fn is_postal(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

/// What a location is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LocationKind {
    /// It keeps goods, which are picked and packed.
    Warehouse,
    /// It prepares what is ordered, which takes time.
    Kitchen,
}

/// A place on Earth, by WGS 84, in millionths of a degree: a tenth of a metre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coordinates {
    latitude_e6: i32,
    longitude_e6: i32,
}

/// Numbers that are no place on Earth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a latitude lies between -90 and 90 degrees, a longitude between -180 and 180")]
pub struct InvalidCoordinates;

impl Coordinates {
    /// A place by its degrees, rounded to a millionth.
    ///
    /// # Errors
    /// [`InvalidCoordinates`] beyond the poles, beyond 180 degrees, or for what is no number.
    pub fn try_new(latitude: f64, longitude: f64) -> Result<Self, InvalidCoordinates> {
        if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
            return Err(InvalidCoordinates);
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 180 millions")]
        let micro = |degrees: f64| (degrees * MICRO).round() as i32;
        Ok(Self { latitude_e6: micro(latitude), longitude_e6: micro(longitude) })
    }

    /// Millionths of a degree north of the equator.
    pub const fn latitude_e6(self) -> i32 {
        self.latitude_e6
    }

    /// Millionths of a degree east of Greenwich.
    pub const fn longitude_e6(self) -> i32 {
        self.longitude_e6
    }

    /// Degrees north of the equator.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude_e6) / MICRO
    }

    /// Degrees east of Greenwich.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude_e6) / MICRO
    }

    /// Metres to another place along the surface of a sphere, which is right to half a percent.
    pub fn metres_to(self, other: Self) -> u32 {
        let (from, to) = (self.latitude().to_radians(), other.latitude().to_radians());
        let (north, east) = (to - from, (other.longitude() - self.longitude()).to_radians());
        let chord = (north / 2.0).sin().powi(2) + from.cos() * to.cos() * (east / 2.0).sin().powi(2);
        let metres = 2.0 * EARTH_RADIUS_M * chord.sqrt().min(1.0).asin();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most half the Earth's girth")]
        let whole = metres.round() as u32;
        whole
    }
}

/// Where a location sends to: a country, or areas of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    pub country: CountryCode,
    /// What the postal codes begin with; none stands for the whole country.
    pub postal_prefixes: Vec<PostalPrefix>,
}

impl Zone {
    /// Whether an address may lie in it. `postal_area` is what its postal code begins with, without spaces and in capitals; one that is
    /// not known may lie in any area of the country.
    pub fn contains(&self, country: CountryCode, postal_area: Option<&str>) -> bool {
        let begins = |prefix: &PostalPrefix| postal_area.is_none_or(|area| area.starts_with(prefix.as_str()));
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
    pub fn serves(&self, country: CountryCode, postal_area: Option<&str>) -> bool {
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
    fn distances_are_those_of_a_map() {
        let zurich = Coordinates::try_new(47.376_9, 8.541_7).unwrap();
        let geneva = Coordinates::try_new(46.204_4, 6.143_2).unwrap();
        assert!((223_000..226_000).contains(&zurich.metres_to(geneva)), "{}", zurich.metres_to(geneva));
        assert_eq!(zurich.metres_to(zurich), 0);
        let (east, west) = (Coordinates::try_new(0.0, 179.9).unwrap(), Coordinates::try_new(0.0, -179.9).unwrap());
        assert!(east.metres_to(west) < 23_000, "across the date line");
        let poles = Coordinates::try_new(90.0, 0.0).unwrap().metres_to(Coordinates::try_new(-90.0, 0.0).unwrap());
        assert!((20_000_000..20_030_000).contains(&poles));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for (latitude, longitude) in [(90.1, 0.0), (0.0, -180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Coordinates::try_new(latitude, longitude), Err(InvalidCoordinates));
        }
    }

    #[test]
    fn a_zone_is_a_country_or_its_areas() {
        let prefixes = vec![PostalPrefix::try_new("80").unwrap(), PostalPrefix::try_new("9").unwrap()];
        let areas = Zone { country: country("CH"), postal_prefixes: prefixes };
        assert!(areas.contains(country("CH"), Some("800")) && areas.contains(country("CH"), Some("901")));
        assert!(!areas.contains(country("CH"), Some("301")) && !areas.contains(country("DE"), Some("800")));
        assert!(areas.contains(country("CH"), None) && !areas.contains(country("DE"), None), "it may be in any");
        let whole = Zone { country: country("CH"), postal_prefixes: vec![] };
        assert!(whole.contains(country("CH"), None) && whole.contains(country("CH"), Some("301")));
        assert!(PostalPrefix::try_new("8000").is_err() && PostalPrefix::try_new("ec1").is_err());
    }
}
