//! When a location works: a week of spans in its own time zone.

use chrono::{Datelike, Timelike};
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::text::serde_as_text;

/// Minutes of a day.
pub const MINUTES_A_DAY: u16 = 24 * 60;
/// Most spans of a week.
pub const SPANS_MAX: usize = 50;

/// A time zone of the IANA data base, such as `Europe/Zurich`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeZone(chrono_tz::Tz);

/// A text names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time zone of the IANA data base, such as Europe/Zurich")]
pub struct UnknownTimeZone;

impl TimeZone {
    /// The zone of a name.
    ///
    /// # Errors
    /// [`UnknownTimeZone`].
    pub fn try_new(name: &str) -> Result<Self, UnknownTimeZone> {
        name.parse().map(Self).map_err(|_| UnknownTimeZone)
    }

    /// Its name in the IANA database, such as `Europe/Zurich`.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }
}

serde_as_text!(TimeZone, TimeZone::name, TimeZone::try_new);

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    const fn of(day: chrono::Weekday) -> Self {
        match day {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

/// A span of a day, in minutes since its midnight by the clock on the wall. One that goes past midnight is two spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningSpan {
    pub day: Weekday,
    pub opens: u16,
    /// The first minute that is not in it, at most [`MINUTES_A_DAY`].
    pub closes: u16,
}

/// When a location works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHours {
    time_zone: TimeZone,
    spans: Vec<OpeningSpan>,
}

/// Spans that are no week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHours {
    /// A span ends before it begins, or after its day.
    #[error("a span begins before it ends, within its day")]
    Span,
    /// There are too many.
    #[error("a week has at most {SPANS_MAX} spans")]
    TooMany,
}

impl OpeningHours {
    /// A week of spans, which may overlap. None at all stands for a location that never works.
    ///
    /// # Errors
    /// [`InvalidHours`].
    pub fn try_new(time_zone: TimeZone, spans: Vec<OpeningSpan>) -> Result<Self, InvalidHours> {
        if spans.len() > SPANS_MAX {
            return Err(InvalidHours::TooMany);
        }
        if spans.iter().any(|span| span.opens >= span.closes || span.closes > MINUTES_A_DAY) {
            return Err(InvalidHours::Span);
        }
        Ok(Self { time_zone, spans })
    }

    /// The zone of the clock on the wall.
    pub const fn time_zone(&self) -> TimeZone {
        self.time_zone
    }

    /// The spans as they were given.
    pub fn spans(&self) -> &[OpeningSpan] {
        &self.spans
    }

    /// Whether a moment lies in a span.
    pub fn contain(&self, at: Timestamp) -> bool {
        let local = at.to_datetime().with_timezone(&self.time_zone.0);
        let (day, minute) = (Weekday::of(local.weekday()), local.hour() * 60 + local.minute());
        self.spans
            .iter()
            .any(|span| span.day == day && (u32::from(span.opens)..u32::from(span.closes)).contains(&minute))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::try_new(text).unwrap()
    }

    fn span(day: Weekday, opens: u16, closes: u16) -> OpeningSpan {
        OpeningSpan { day, opens, closes }
    }

    fn zurich(spans: Vec<OpeningSpan>) -> Result<OpeningHours, InvalidHours> {
        OpeningHours::try_new(TimeZone::try_new("Europe/Zurich").unwrap(), spans)
    }

    #[test]
    fn the_clock_on_the_wall_counts_in_summer_and_in_winter() {
        let hours = zurich(vec![span(Weekday::Monday, 8 * 60, 17 * 60)]).unwrap();
        // 2026-06-01 and 2026-12-07 are Mondays.
        assert!(!hours.contain(at("2026-06-01T05:59:59Z")) && hours.contain(at("2026-06-01T06:00:00Z")));
        assert!(hours.contain(at("2026-06-01T14:59:59Z")) && !hours.contain(at("2026-06-01T15:00:00Z")));
        assert!(!hours.contain(at("2026-12-07T06:30:00Z")) && hours.contain(at("2026-12-07T07:00:00Z")));
        assert!(!hours.contain(at("2026-06-02T08:00:00Z")), "another day");
    }

    #[test]
    fn a_night_is_two_spans_and_the_day_is_the_zones() {
        let night = vec![span(Weekday::Saturday, 22 * 60, MINUTES_A_DAY), span(Weekday::Sunday, 0, 2 * 60)];
        let hours = zurich(night).unwrap();
        // Saturday 22:30 UTC is Sunday 00:30 in Zurich in summer.
        assert!(hours.contain(at("2026-06-06T22:30:00Z")) && hours.contain(at("2026-06-06T21:59:00Z")));
        assert!(!hours.contain(at("2026-06-07T00:00:00Z")));
    }

    #[test]
    fn spans_that_are_none_are_refused() {
        let backwards = zurich(vec![span(Weekday::Monday, 600, 600)]);
        assert_eq!(backwards, Err(InvalidHours::Span));
        assert_eq!(zurich(vec![span(Weekday::Monday, 600, MINUTES_A_DAY + 1)]), Err(InvalidHours::Span));
        assert_eq!(zurich(vec![span(Weekday::Monday, 0, 1); SPANS_MAX + 1]), Err(InvalidHours::TooMany));
        assert_eq!(TimeZone::try_new("Europe/Zug"), Err(UnknownTimeZone));
        assert!(!zurich(vec![]).unwrap().contain(Timestamp::EPOCH));
    }
}
