//! Checks input field by field, so that one answer names all errors.

use domain::{
    CurrencyError, InvalidCoordinates, InvalidDifference, InvalidPieces, InvalidQuantity, InvalidText,
    InvalidTimestamp, MoneyError, Quantity, UnknownCountry,
};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Number;
use service_kit::problem::FieldError;
use uuid::Uuid;

use super::{Refusal, code};

/// Most errors named in one answer.
const ERRORS_MAX: usize = 20;

/// Why a field was refused: a stable code and a text without the value, which may be personal.
pub trait FieldFailure {
    /// The stable code, for programs.
    fn code(&self) -> &'static str;
    /// The description, for people.
    fn detail(&self) -> String;
}

impl FieldFailure for InvalidText {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "empty",
            Self::TooLong { .. } => "too_long",
            Self::Character { .. } => "character_not_allowed",
            Self::Padded { .. } => "padded",
        }
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}

impl FieldFailure for InvalidQuantity {
    fn code(&self) -> &'static str {
        "quantity_out_of_range"
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}

impl FieldFailure for InvalidCoordinates {
    fn code(&self) -> &'static str {
        "coordinates_out_of_range"
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}

impl FieldFailure for InvalidPieces {
    fn code(&self) -> &'static str {
        "pieces_out_of_range"
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}

impl FieldFailure for InvalidDifference {
    fn code(&self) -> &'static str {
        "pieces_out_of_range"
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}

impl FieldFailure for CurrencyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_currency",
            Self::Withdrawn(_) => "withdrawn_currency",
        }
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}

impl FieldFailure for MoneyError {
    fn code(&self) -> &'static str {
        match self {
            Self::MalformedPrice(_) => "malformed_price",
            Self::CurrencyMismatch(..) => "currency_mismatch",
            Self::Overflow => "amount_overflow",
        }
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}

impl FieldFailure for UnknownCountry {
    fn code(&self) -> &'static str {
        "unknown_country"
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}

impl FieldFailure for InvalidTimestamp {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "malformed_moment",
            Self::OutOfBounds { .. } => "moment_out_of_bounds",
        }
    }

    fn detail(&self) -> String {
        match self {
            // The type's own text would repeat the value, which may be long.
            Self::Unreadable { .. } => "not an RFC 3339 moment".to_owned(),
            Self::OutOfBounds { .. } => self.to_string(),
        }
    }
}

/// The code and the description of a rule that only one field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken(pub &'static str, pub &'static str);

impl FieldFailure for Broken {
    fn code(&self) -> &'static str {
        self.0
    }

    fn detail(&self) -> String {
        self.1.to_owned()
    }
}

/// Collects the errors of fields.
#[derive(Debug, Default)]
pub struct Fields {
    errors: Vec<FieldError>,
    prefix: String,
}

impl Fields {
    /// Sets the JSON pointer below which the following fields are.
    pub fn below(&mut self, prefix: String) {
        self.prefix = prefix;
    }

    /// Returns a checked value, or notes its error.
    pub fn check<T, E: FieldFailure>(&mut self, pointer: &str, checked: Result<T, E>) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(failure) => {
                if self.errors.len() < ERRORS_MAX {
                    self.errors.push(FieldError {
                        pointer: format!("{}{pointer}", self.prefix),
                        code: failure.code().to_owned(),
                        detail: failure.detail(),
                    });
                }
                None
            }
        }
    }

    /// The same for a value that may be absent. `None` means that it is present and invalid.
    pub fn check_optional<T, E: FieldFailure, V>(
        &mut self,
        pointer: &str,
        value: Option<V>,
        check: impl FnOnce(V) -> Result<T, E>,
    ) -> Option<Option<T>> {
        match value {
            None => Some(None),
            Some(value) => self.check(pointer, check(value)).map(Some),
        }
    }

    /// Assembles the checked values.
    ///
    /// # Errors
    /// A [`Refusal`] with every error noted.
    pub fn finish<T>(self, assemble: impl FnOnce() -> Option<T>) -> Result<T, Refusal> {
        match assemble() {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(Refusal::new(code::VALIDATION_FAILED, "see errors for what is wrong with which field")
                .with_errors(self.errors)),
        }
    }
}

/// A UUID as answers spell it; the parser also takes it without hyphens, in braces and as a URN.
pub fn hyphenated_uuid(text: &str) -> Option<Uuid> {
    const HYPHENATED_CHARS: usize = 36;
    (text.len() == HYPHENATED_CHARS).then(|| Uuid::parse_str(text).ok()).flatten()
}

/// Up to here a double keeps every whole number.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// The whole number that JSON has, also where it is written as `3.0`: JSON Schema calls that an integer, and some languages
/// write all numbers so. `None` for a fraction, and for what a double cannot hold exactly or 64 bits cannot hold.
fn whole(number: &Number) -> Option<i64> {
    let exact = |value: f64| {
        let is_whole = value.fract() == 0.0 && (-EXACT_MAX..=EXACT_MAX).contains(&value);
        #[expect(clippy::cast_possible_truncation, reason = "whole and exact")]
        is_whole.then_some(value as i64)
    };
    number.as_i64().or_else(|| number.as_f64().and_then(exact))
}

/// A whole number of 64 bits in a body, as [`quantity`] reads it, for `#[serde(deserialize_with)]`.
///
/// # Errors
/// The deserialiser's, for every other value.
pub fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = Number::deserialize(deserializer)?;
    whole(&number).ok_or_else(|| D::Error::custom(format_args!("expected a whole number of 64 bits, not {number}")))
}

/// A number of pieces. Every number that is none is refused with one error, not several.
///
/// # Errors
/// [`Broken`] for any other number.
pub fn quantity(number: &Number) -> Result<Quantity, Broken> {
    let pieces = whole(number).and_then(|pieces| u32::try_from(pieces).ok());
    pieces
        .and_then(|pieces| Quantity::try_new(pieces).ok())
        .ok_or(Broken("quantity_out_of_range", "a quantity is a whole number from 1 to 1,000,000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_however_it_is_written_unless_it_cannot_be_held_exactly() {
        let read = |text: &str| whole_number(&mut serde_json::Deserializer::from_str(text)).ok();
        for (text, value) in [("3", 3), ("-6545.0", -6_545), ("1e3", 1_000), ("-9223372036854775808", i64::MIN)] {
            assert_eq!(read(text), Some(value), "{text}");
        }
        for text in ["0.5", "1e300", "9223372036854775808", "9007199254740994.0", "\"3\"", "null"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
