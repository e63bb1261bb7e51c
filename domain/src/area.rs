//! Where something is on Earth, exactly and roughly.

use serde::{Deserialize, Serialize};

use crate::CountryCode;
use crate::text::text_type;

/// Micro-degrees of a degree.
const MICRO: f64 = 1e6;
/// Metres from the Earth's centre to its surface, on average.
const EARTH_RADIUS_M: f64 = 6_371_009.0;

text_type!(
    /// What the postal codes of an area begin with, in capitals. So short that it leads to no household.
    PostalPrefix, "postal prefix", 3, is_postal
);

const fn is_postal(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
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

    /// A place at most 8 km away: the nearest whose degrees are tenths.
    #[must_use]
    pub const fn rounded(self) -> Self {
        Self { latitude_e6: to_tenth(self.latitude_e6), longitude_e6: to_tenth(self.longitude_e6) }
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

const fn to_tenth(degrees_e6: i32) -> i32 {
    const TENTH_E6: i32 = 100_000;
    let half = if degrees_e6 < 0 { -TENTH_E6 / 2 } else { TENTH_E6 / 2 };
    (degrees_e6 + half) / TENTH_E6 * TENTH_E6
}

/// Roughly where goods go, in the clear: enough to compare locations, and too little to find a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryArea {
    /// What the postal code begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_prefix: Option<PostalPrefix>,
    /// A place that is at most 8 km away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<Coordinates>,
}

/// Where a code of this country has no space, these many signs at its end are of the street.
const BRITISH_INWARD_CHARS: usize = 3;

impl DeliveryArea {
    /// The area of an address, by its postal code and where it is; `None` where neither tells anything.
    pub fn of(country: CountryCode, postal_code: Option<&str>, at: Option<Coordinates>) -> Option<Self> {
        let postal_prefix = postal_code.and_then(|code| prefix(country, code));
        let near = at.map(Coordinates::rounded);
        (postal_prefix.is_some() || near.is_some()).then_some(Self { postal_prefix, near })
    }
}

/// The first signs of a postal code, without a country before it as in `D-10115`, and with none of what a British one has for the street, such
/// as `E1` of `E1 6AN`.
fn prefix(country: CountryCode, code: &str) -> Option<PostalPrefix> {
    let code = code.trim();
    let is_country = |text: &str| (1..=2).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphabetic());
    let code = code.split_once('-').filter(|(before, _)| is_country(before)).map_or(code, |(_, code)| code);
    let (first, has_more) = code.split_once(char::is_whitespace).map_or((code, false), |(first, _)| (first, true));
    let signs: Vec<char> = first.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let inward = if country.code() == "GB" && !has_more { BRITISH_INWARD_CHARS } else { 0 };
    let outward = signs.len().saturating_sub(inward).min(PostalPrefix::LIMIT);
    PostalPrefix::try_new(signs[..outward].iter().collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix_of(country: &str, code: &str) -> Option<String> {
        let area = DeliveryArea::of(CountryCode::try_new(country).unwrap(), Some(code), None);
        area.and_then(|area| area.postal_prefix).map(|prefix| prefix.to_string())
    }

    #[test]
    fn a_postal_code_gives_what_it_begins_with() {
        for (country, code, prefix) in [
            ("CH", "8004", Some("800")),
            ("DE", " D-10115 ", Some("101")),
            ("PL", "00-950", Some("009")),
            ("NL", "1012 AB", Some("101")),
            ("GB", "e1 6an", Some("E1")),
            ("GB", "E16AN", Some("E1")),
            ("GB", "EC1A 1BB", Some("EC1")),
            ("IE", "D02AF30", Some("D02")),
            ("JP", "東京", None),
            ("GB", "E1", None),
            ("CH", "", None),
        ] {
            assert_eq!(prefix_of(country, code).as_deref(), prefix, "{country} {code:?}");
        }
    }

    #[test]
    fn a_place_is_known_to_a_tenth_of_a_degree() {
        let switzerland = CountryCode::try_new("CH").unwrap();
        let of = |latitude, longitude| {
            let at = Coordinates::try_new(latitude, longitude).unwrap();
            let near = DeliveryArea::of(switzerland, None, Some(at)).unwrap().near.unwrap();
            assert!(near.metres_to(at) <= 8_000, "{}", near.metres_to(at));
            (near.latitude_e6(), near.longitude_e6())
        };
        assert_eq!(of(47.376_9, 8.541_7), (47_400_000, 8_500_000));
        assert_eq!(of(-0.05, -179.96), (-100_000, -180_000_000));
        assert_eq!(DeliveryArea::of(switzerland, None, None), None);
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
    fn a_postal_prefix_has_few_signs() {
        assert!(PostalPrefix::try_new("80").is_ok());
        assert!(PostalPrefix::try_new("8000").is_err() && PostalPrefix::try_new("ec1").is_err());
    }
}
