//! Timestamps. The domain never reads a clock; callers pass timestamps as values.

use std::ops::RangeInclusive;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text;

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
        DateTime::parse_from_rfc3339(text)
            .map_err(|_| InvalidTimestamp::Unreadable { given: text.to_owned() })
            .and_then(|moment| Self::try_from(moment.to_utc()))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The moment so many microseconds later, or the last one that can be written.
    #[must_use]
    pub fn later_by_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros).clamp(EARLIEST_MICROS, LATEST_MICROS))
    }

    /// RFC 3339 in UTC, with no decimals, three or six: as few as keep the moment.
    pub fn to_rfc3339(self) -> String {
        self.to_datetime().to_rfc3339_opts(SecondsFormat::AutoSi, true)
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
        f.write_str(&self.to_rfc3339())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, Self::recorded)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_moment_reads_back_as_it_was_written(
            millis in EARLIEST_MICROS / 1_000..LATEST_MICROS / 1_000,
            micros in prop_oneof![Just(0), 0_i64..1_000],
        ) {
            let moment = Timestamp::try_from_micros(millis * 1_000 + micros).unwrap();
            prop_assert_eq!(Timestamp::recorded(&moment.to_string()), Ok(moment));
        }
    }

    #[test]
    fn a_moment_is_written_with_as_few_decimals_as_keep_it() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (1_582_934_400_120_000, "2020-02-29T00:00:00.120Z"),
            (1_582_934_400_000_012, "2020-02-29T00:00:00.000012Z"),
            (EARLIEST_MICROS, "0000-01-01T00:00:00Z"),
            (LATEST_MICROS, "9999-12-31T23:59:59.999999Z"),
        ] {
            let moment = Timestamp::try_from_micros(micros).unwrap();
            assert_eq!(moment.to_string(), text);
            assert_eq!(serde_json::to_string(&moment).unwrap(), format!("{text:?}"));
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
