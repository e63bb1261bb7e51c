//! Countries by their ISO 3166-1 alpha-2 codes.

use crate::text::serde_as_text;

/// An assigned ISO 3166-1 alpha-2 code. User-assigned codes (`XA` to `XZ`, `ZZ`) stand for places without a code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountryCode([u8; 2]);

/// A text is no ISO 3166-1 alpha-2 code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 3166-1 alpha-2 country code: {0:?}")]
pub struct UnknownCountry(String);

impl CountryCode {
    /// Parses a code in capitals.
    ///
    /// # Errors
    /// [`UnknownCountry`] for anything that is neither assigned nor user-assigned.
    pub fn try_new(code: &str) -> Result<Self, UnknownCountry> {
        let user_assigned =
            code == "ZZ" || (code.starts_with('X') && code[1..].chars().all(|c| c.is_ascii_uppercase()));
        // The table accepts lower case too, which is no code.
        let assigned = || celes::Country::from_alpha2(code).is_ok_and(|country| country.alpha2 == code);
        match <[u8; 2]>::try_from(code.as_bytes()) {
            Ok(bytes) if user_assigned || assigned() => Ok(Self(bytes)),
            _ => Err(UnknownCountry(code.chars().take(8).collect())),
        }
    }

    /// The code in capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a country code is ASCII")
    }
}

impl std::fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for CountryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

serde_as_text!(CountryCode, CountryCode::code, CountryCode::try_new);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_assigned_and_user_assigned_codes_in_capitals() {
        for code in ["DE", "GB", "SS", "BQ", "XC", "XK", "ZZ"] {
            assert_eq!(CountryCode::try_new(code).unwrap().code(), code);
        }
        for code in ["de", "UK", "EU", "DEU", "D", "", "AN", "X1", "ÄB", "XÄ"] {
            assert!(CountryCode::try_new(code).is_err(), "{code}");
        }
    }
}
