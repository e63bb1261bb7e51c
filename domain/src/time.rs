//! Timestamps. The domain never reads a clock; callers pass timestamps as values.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{calendar, text};

/// A moment in UTC with microsecond resolution, the resolution of Postgres and Avro.
///
/// A new order's timestamps must lie in the years [`Timestamp::GIVEN_YEARS`]; stored ones may lie in the years 0 to
/// 9999, which earlier releases accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// A text or number that is no acceptable moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTimestamp {
    /// A text or number that is no moment between the years 0 and 9999.
    #[error("not an RFC 3339 moment between the years 0 and 9999: {given}")]
    Unreadable { given: String },
    /// A moment beyond the years that an order may be given.
    #[error(
        "{given} does not lie in the years {} to {}",
        Timestamp::GIVEN_YEARS.start(),
        Timestamp::GIVEN_YEARS.end()
    )]
    OutOfBounds { given: Timestamp },
}

/// 0000-01-01T00:00:00Z.
const EARLIEST_MICROS: i64 = -62_167_219_200_000_000;
/// 9999-12-31T23:59:59.999999Z.
const LATEST_MICROS: i64 = 253_402_300_799_999_999;
/// 1830-01-01T00:00:00Z.
const EARLIEST_GIVEN_MICROS: i64 = -4_417_977_600_000_000;
/// 2249-12-31T23:59:59.999999Z.
const LATEST_GIVEN_MICROS: i64 = 8_835_955_199_999_999;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// Years, in UTC, of the moments that an order may be given. Beyond them, common readers of Avro refuse a moment or, worse,
    /// read another one: Python's from year 0 and year 10000 on, JavaScript's before 1827-04-15 and after 2255-06-05, where
    /// microseconds leave what a double keeps, and whoever counts nanoseconds in 64 bits before 1677 and after 2262. The
    /// margin keeps a moment within them at every offset from UTC.
    pub const GIVEN_YEARS: RangeInclusive<i32> = 1830..=2249;

    /// Microseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] outside the years 0 to 9999.
    pub fn try_from_micros(micros: i64) -> Result<Self, InvalidTimestamp> {
        if (EARLIEST_MICROS..=LATEST_MICROS).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(InvalidTimestamp::Unreadable { given: format!("{micros} µs") })
        }
    }

    /// Reads an RFC 3339 moment that an order is given; digits beyond microseconds are cut off.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] for another text, or outside the years [`Timestamp::GIVEN_YEARS`].
    pub fn try_new(text: &str) -> Result<Self, InvalidTimestamp> {
        Self::recorded(text)?.given()
    }

    /// The same moment, if an order may be given it.
    ///
    /// # Errors
    /// [`InvalidTimestamp::OutOfBounds`] outside the years [`Timestamp::GIVEN_YEARS`].
    pub fn given(self) -> Result<Self, InvalidTimestamp> {
        if (EARLIEST_GIVEN_MICROS..=LATEST_GIVEN_MICROS).contains(&self.0) {
            Ok(self)
        } else {
            Err(InvalidTimestamp::OutOfBounds { given: self })
        }
    }

    /// The nearest moment that an order may be given: for what is published and was not chosen by the engine.
    #[must_use]
    pub fn nearest_given(self) -> Self {
        Self(self.0.clamp(EARLIEST_GIVEN_MICROS, LATEST_GIVEN_MICROS))
    }

    /// Reads an RFC 3339 moment as it was stored by this release or an earlier one.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] for another text, or outside the years 0 to 9999.
    pub fn recorded(text: &str) -> Result<Self, InvalidTimestamp> {
        if let Some(micros) = read_written(text) {
            return Self::try_from_micros(micros);
        }
        DateTime::parse_from_rfc3339(text)
            .map_err(|_| InvalidTimestamp::Unreadable { given: text.to_owned() })
            .and_then(|moment| Self::try_from(moment.to_utc()))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The same moment as chrono's type.
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).expect("a timestamp lies between the years 0 and 9999")
    }
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(moment: DateTime<Utc>) -> Result<Self, Self::Error> {
        Self::try_from_micros(moment.timestamp_micros())
    }
}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::recorded(&text)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(Written::from(*self).as_str())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Written::from(*self).as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, Self::recorded)
    }
}

/// Bytes of `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
const WRITTEN_BYTES_MAX: usize = 27;
/// The same without a fraction, and up to its dot.
const SECONDS_BYTES: usize = 19;
const MICROS_A_SECOND: i64 = 1_000_000;
const SECONDS_A_DAY: i64 = 86_400;

/// A moment's text: RFC 3339 in UTC, with no decimals, three or six, as few as keep it.
struct Written {
    bytes: [u8; WRITTEN_BYTES_MAX],
    length: usize,
}

impl Written {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).expect("a moment's text is ASCII")
    }
}

impl From<Timestamp> for Written {
    fn from(moment: Timestamp) -> Self {
        let seconds = moment.0.div_euclid(MICROS_A_SECOND);
        let micros = moment.0.rem_euclid(MICROS_A_SECOND);
        let days = seconds.div_euclid(SECONDS_A_DAY);
        let second = seconds.rem_euclid(SECONDS_A_DAY);
        let (year, month, day) = calendar::date_of(days);
        let mut bytes = *b"0000-00-00T00:00:00.000000Z";
        put(&mut bytes[..4], year);
        put(&mut bytes[5..7], month);
        put(&mut bytes[8..10], day);
        put(&mut bytes[11..13], second / 3_600);
        put(&mut bytes[14..16], second / 60 % 60);
        put(&mut bytes[17..SECONDS_BYTES], second % 60);
        put(&mut bytes[20..26], micros);
        let end = match micros {
            0 => SECONDS_BYTES,
            micros if micros % 1_000 == 0 => SECONDS_BYTES + 4,
            _ => SECONDS_BYTES + 7,
        };
        bytes[end] = b'Z';
        Self { bytes, length: end + 1 }
    }
}

/// Writes a number's last decimal digits.
#[expect(clippy::cast_sign_loss, reason = "one decimal digit")]
fn put(digits: &mut [u8], mut number: i64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Reads what [`Written`] writes; `None` for every other form, which may be a moment all the same.
fn read_written(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (&zone, bytes) = bytes.split_last()?;
    let fraction = match bytes.len() - SECONDS_BYTES.min(bytes.len()) {
        0 if bytes.len() == SECONDS_BYTES => 0,
        4 if bytes[SECONDS_BYTES] == b'.' => number(&bytes[20..23])? * 1_000,
        7 if bytes[SECONDS_BYTES] == b'.' => number(&bytes[20..26])?,
        _ => return None,
    };
    let marks = [bytes[4], bytes[7], bytes[10], bytes[13], bytes[16], zone];
    let hour = number(&bytes[11..13])?;
    let minute = number(&bytes[14..16])?;
    let second = number(&bytes[17..19])?;
    if marks != *b"--T::Z" || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = calendar::days_to(number(&bytes[..4])?, number(&bytes[5..7])?, number(&bytes[8..10])?)?;
    let seconds = days * SECONDS_A_DAY + hour * 3_600 + minute * 60 + second;
    Some(seconds * MICROS_A_SECOND + fraction)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, SecondsFormat};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_moment_is_written_as_chrono_writes_it_and_reads_back(
            seconds in EARLIEST_MICROS / MICROS_A_SECOND..=LATEST_MICROS / MICROS_A_SECOND,
            micros in prop_oneof![Just(0), (0_i64..1_000).prop_map(|millis| millis * 1_000), 0_i64..MICROS_A_SECOND],
        ) {
            let moment = Timestamp::try_from_micros(seconds * MICROS_A_SECOND + micros).unwrap();
            let text = moment.to_string();
            prop_assert_eq!(&text, &moment.to_datetime().to_rfc3339_opts(SecondsFormat::AutoSi, true));
            prop_assert_eq!(read_written(&text), Some(moment.micros()));
            prop_assert_eq!(Timestamp::recorded(&text), Ok(moment));
        }

        #[test]
        fn what_is_read_at_once_is_what_chrono_reads(text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,7})?(Z|z|\\+01:00)") {
            if let Some(micros) = read_written(&text) {
                prop_assert_eq!(DateTime::parse_from_rfc3339(&text).unwrap().timestamp_micros(), micros);
            }
        }

        #[test]
        fn no_text_is_read_beyond_its_end(text in "\\PC{0,30}") {
            prop_assert!(read_written(&text).is_none() || Timestamp::recorded(&text).is_ok());
        }
    }

    #[test]
    fn other_forms_of_a_moment_are_read_and_what_is_none_is_refused() {
        let at = |text: &str| Timestamp::try_new(text).map(Timestamp::micros);
        assert_eq!(at("1970-01-01T01:00:00.5+01:00"), Ok(500_000));
        assert_eq!(at("1970-01-01t00:00:00z"), Ok(0));
        for text in ["", "Z", "1970-01-01", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:00:00.000"] {
            assert!(at(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_an_order_is_given_lies_within_what_every_reader_keeps_exactly() {
        for text in ["1830-01-01T00:00:00Z", "2249-12-31T23:59:59.999999Z", "1830-01-01T12:00:00+12:00"] {
            let moment = Timestamp::try_new(text).unwrap();
            assert!(Timestamp::GIVEN_YEARS.contains(&moment.to_datetime().year()), "{text}");
            assert!((-(1 << 52)..(1 << 53) - 1).contains(&moment.micros()), "{text}");
        }
        for text in [
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "1830-01-01T00:00:00+00:01",
            "2249-12-31T23:59:59-00:01",
            "9999-12-31T23:59:59Z",
        ] {
            assert!(matches!(Timestamp::try_new(text), Err(InvalidTimestamp::OutOfBounds { .. })), "{text}");
            let stored = format!("{text:?}");
            assert!(serde_json::from_str::<Timestamp>(&stored).is_ok(), "an earlier release stored {text}");
        }
        let nearest = |text: &str| Timestamp::recorded(text).unwrap().nearest_given().to_string();
        assert_eq!(nearest("0000-01-01T00:00:00Z"), "1830-01-01T00:00:00Z");
        assert_eq!(nearest("9999-01-01T00:00:00Z"), "2249-12-31T23:59:59.999999Z");
        assert_eq!(nearest("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00Z");
        assert_eq!(
            Timestamp::try_new("0000-01-01T00:00:00Z").unwrap_err().to_string(),
            "0000-01-01T00:00:00Z does not lie in the years 1830 to 2249"
        );
    }
}
