//! Moments as a file writes them: with an offset from UTC, or as local times in a given zone.

use std::fmt::Write;

use chrono::format::{Fixed, Item, Numeric, StrftimeItems};
use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// How a column's moments are read.
#[derive(Debug, Clone)]
pub struct Moments {
    /// RFC 3339 when there are none.
    formats: Vec<Format>,
    /// The zone of local times.
    zone: Option<Tz>,
}

/// A moment with what had to be decided to have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolvedTime {
    pub at: DateTime<Utc>,
    /// Why the local time alone did not determine it.
    pub note: Option<&'static str>,
}

/// A pattern of strftime with what it reads.
#[derive(Debug, Clone)]
struct Format {
    pattern: String,
    reads: Reads,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// A moment, by its offset from UTC.
    Offset,
    /// A local time.
    Local,
    /// A day, which stands for its local midnight.
    Day,
}

/// A summer time that begins never skips more than this.
const GAP_HOURS_MAX: i64 = 3;

impl Moments {
    /// Reads texts by `patterns`, or RFC 3339 without any; local times by `zone`.
    ///
    /// # Errors
    /// What is wrong with a pattern, or with the zone beside them.
    pub fn new(patterns: Vec<String>, zone: Option<Tz>) -> Result<Self, String> {
        let formats = patterns.into_iter().map(Format::new).collect::<Result<Vec<_>, _>>()?;
        let is_local = |format: &Format| format.reads != Reads::Offset;
        match zone {
            None if formats.iter().any(is_local) => Err("needs a zone, for a format has no offset from UTC".to_owned()),
            Some(_) if !formats.iter().any(is_local) => {
                Err("has a zone that nothing is read by: every moment has its offset from UTC".to_owned())
            }
            _ => Ok(Self { formats, zone }),
        }
    }

    /// Reads a text; `None` where it has none of the forms.
    pub fn read(&self, text: &str) -> Option<ResolvedTime> {
        if self.formats.is_empty() {
            let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
            return Some(ResolvedTime { at, note: None });
        }
        self.formats.iter().find_map(|format| match format.reads {
            Reads::Offset => {
                let at = DateTime::parse_from_str(text, &format.pattern).ok()?.to_utc();
                Some(ResolvedTime { at, note: None })
            }
            Reads::Local => NaiveDateTime::parse_from_str(text, &format.pattern).ok().map(|local| self.resolve(local)),
            Reads::Day => {
                let day = NaiveDate::parse_from_str(text, &format.pattern).ok()?;
                Some(self.resolve(day.and_time(NaiveTime::MIN)))
            }
        })
    }

    /// The moment of a local time.
    ///
    /// A time that the clock shows twice is taken the first time; one that it skips is counted by the offset before the
    /// change, which is what a clock that was not put forward shows.
    fn resolve(&self, local: NaiveDateTime) -> ResolvedTime {
        let Some(zone) = self.zone else { return ResolvedTime { at: local.and_utc(), note: None } };
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) => ResolvedTime { at: at.to_utc(), note: None },
            LocalResult::Ambiguous(first, _) => {
                ResolvedTime { at: first.to_utc(), note: Some("placed_at_shown_twice") }
            }
            LocalResult::None => {
                let before = zone.offset_from_local_datetime(&(local - Duration::hours(GAP_HOURS_MAX))).earliest();
                let offset = before.map_or(0, |offset| offset.fix().local_minus_utc());
                let at = (local - Duration::seconds(offset.into())).and_utc();
                ResolvedTime { at, note: Some("placed_at_skipped_by_the_clock") }
            }
        }
    }
}

impl Format {
    /// Takes a pattern that can read a moment whole.
    fn new(pattern: String) -> Result<Self, String> {
        let wrong = |reason: &str| Err(format!("has the format {pattern:?}, {reason}"));
        let items: Vec<Item<'_>> = StrftimeItems::new(&pattern).collect();
        if items.contains(&Item::Error) {
            return wrong("which is no pattern of strftime");
        }
        let has = |test: fn(&Item<'_>) -> bool| items.iter().any(test);
        if has(|item| {
            matches!(
                item,
                Item::Numeric(
                    Numeric::YearMod100 | Numeric::IsoYearMod100 | Numeric::YearDiv100 | Numeric::IsoYearDiv100,
                    _
                )
            )
        }) {
            return wrong("whose year has two digits: the century is unknown");
        }
        if has(|item| matches!(item, Item::Fixed(Fixed::TimezoneName))) {
            return wrong("whose name of a zone is not read; use an offset, or zone");
        }
        let reads = if has(is_offset) {
            Reads::Offset
        } else if has(is_time) {
            Reads::Local
        } else {
            Reads::Day
        };
        let format = Self { pattern: pattern.clone(), reads };
        if format.reads_what_it_writes() { Ok(format) } else { wrong("which does not determine a complete moment") }
    }

    /// Whether a moment that is written by the pattern can be read by it: an hour without minutes, or one of twelve without
    /// its half of the day, cannot.
    fn reads_what_it_writes(&self) -> bool {
        let sample = DateTime::parse_from_rfc3339("2021-07-14T15:00:00+02:00").expect("the sample is a moment");
        // That form of an offset is for reading only.
        let pattern = self.pattern.replace("%#z", "%z");
        let mut text = String::new();
        if write!(text, "{}", sample.format(&pattern)).is_err() {
            return false;
        }
        match self.reads {
            Reads::Offset => DateTime::parse_from_str(&text, &self.pattern).is_ok_and(|read| read == sample),
            Reads::Local => {
                NaiveDateTime::parse_from_str(&text, &self.pattern).is_ok_and(|read| read == sample.naive_local())
            }
            Reads::Day => NaiveDate::parse_from_str(&text, &self.pattern).is_ok_and(|read| read == sample.date_naive()),
        }
    }
}

/// Whether an item gives the offset from UTC.
fn is_offset(item: &Item<'_>) -> bool {
    let fixed = matches!(
        item,
        Item::Fixed(
            Fixed::TimezoneOffset
                | Fixed::TimezoneOffsetColon
                | Fixed::TimezoneOffsetDoubleColon
                | Fixed::TimezoneOffsetTripleColon
                | Fixed::TimezoneOffsetColonZ
                | Fixed::TimezoneOffsetZ
                | Fixed::RFC2822
                | Fixed::RFC3339
        )
    );
    // The pattern %#z is of a kind that chrono keeps to itself.
    let internal = matches!(item, Item::Fixed(Fixed::Internal(_))) && *item == permissive_offset();
    fixed || internal || matches!(item, Item::Numeric(Numeric::Timestamp, _))
}

fn permissive_offset() -> Item<'static> {
    StrftimeItems::new("%#z").next().expect("a pattern has an item")
}

/// Whether an item gives a part of the time of day.
fn is_time(item: &Item<'_>) -> bool {
    matches!(
        item,
        Item::Numeric(Numeric::Hour | Numeric::Hour12 | Numeric::Minute | Numeric::Second | Numeric::Nanosecond, _)
            | Item::Fixed(
                Fixed::LowerAmPm
                    | Fixed::UpperAmPm
                    | Fixed::Nanosecond
                    | Fixed::Nanosecond3
                    | Fixed::Nanosecond6
                    | Fixed::Nanosecond9
            )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(formats: &[&str], zone: Option<Tz>) -> Result<Moments, String> {
        Moments::new(formats.iter().map(|format| (*format).to_owned()).collect(), zone)
    }

    fn read(formats: &[&str], zone: Option<Tz>, text: &str) -> Option<String> {
        moments(formats, zone).unwrap().read(text).map(|resolved| resolved.at.to_rfc3339())
    }

    fn resolve(text: &str) -> (String, Option<&'static str>) {
        let resolved = moments(&["%Y-%m-%dT%H:%M:%S"], Some(Tz::Europe__London)).unwrap().read(text).unwrap();
        (resolved.at.to_rfc3339(), resolved.note)
    }

    #[test]
    fn london_time_becomes_utc_by_season() {
        assert_eq!(resolve("2010-12-01T08:26:00"), ("2010-12-01T08:26:00+00:00".to_owned(), None));
        assert_eq!(resolve("2011-07-01T08:26:00"), ("2011-07-01T07:26:00+00:00".to_owned(), None));
    }

    #[test]
    fn a_skipped_time_counts_by_the_offset_before() {
        let skipped = Some("placed_at_skipped_by_the_clock");
        assert_eq!(resolve("2011-03-27T01:30:00"), ("2011-03-27T01:30:00+00:00".to_owned(), skipped));
    }

    #[test]
    fn a_time_shown_twice_is_the_first() {
        let twice = Some("placed_at_shown_twice");
        assert_eq!(resolve("2011-10-30T01:30:00"), ("2011-10-30T00:30:00+00:00".to_owned(), twice));
    }

    #[test]
    fn an_offset_in_the_text_is_used() {
        for (format, text) in [
            ("%Y-%m-%d %H:%M:%S %z", "2025-10-07 09:50:26 +0200"),
            ("%Y-%m-%d %H:%M:%S %:z", "2025-10-07 00:50:26 -07:00"),
            ("%Y-%m-%dT%H:%M:%S%#z", "2025-10-07T07:50:26Z"),
            ("%+", "2025-10-07T07:50:26Z"),
            ("%s", "1759823426"),
            ("%a, %d %b %Y %H:%M:%S %z", "Tue, 07 Oct 2025 09:50:26 +0200"),
        ] {
            assert_eq!(read(&[format], None, text).as_deref(), Some("2025-10-07T07:50:26+00:00"), "{format}");
        }
        assert_eq!(read(&[], None, "2011-07-02T10:00:00+02:00").as_deref(), Some("2011-07-02T08:00:00+00:00"));
    }

    #[test]
    fn midnight_is_filled_in_only_where_the_format_has_no_time() {
        let berlin = Some(Tz::Europe__Berlin);
        assert_eq!(read(&["%d.%m.%Y"], berlin, "02.07.2011").as_deref(), Some("2011-07-01T22:00:00+00:00"));
        assert_eq!(read(&["%d.%m.%Y"], berlin, "2011-07-02"), None);
        assert_eq!(read(&["%d.%m.%Y %H:%M"], berlin, "02.07.2011"), None);
        assert_eq!(
            read(&["%d.%m.%Y %H:%M", "%d.%m.%Y"], berlin, "02.07.2011").as_deref(),
            Some("2011-07-01T22:00:00+00:00")
        );
        assert_eq!(
            read(&["%d.%m.%Y %I:%M %p"], berlin, "02.07.2011 12:30 AM").as_deref(),
            Some("2011-07-01T22:30:00+00:00")
        );
    }

    #[test]
    fn a_format_that_does_not_tell_a_moment_is_refused() {
        let utc = Some(Tz::UTC);
        for (format, zone, reason) in [
            ("%Y-%m-%d %I:%M", utc, "does not determine a complete moment"),
            ("%Y-%m-%d %H", utc, "does not determine a complete moment"),
            ("%Y-%m-%d :%M", utc, "does not determine a complete moment"),
            ("%Y-%m", utc, "does not determine a complete moment"),
            ("%m-%d %H:%M", utc, "does not determine a complete moment"),
            ("%H:%M", utc, "does not determine a complete moment"),
            ("", utc, "does not determine a complete moment"),
            ("%y-%m-%d", utc, "the century is unknown"),
            ("%D", utc, "the century is unknown"),
            ("%Y-%m-%d %H:%M %Z", utc, "name of a zone"),
            ("%Y-%m-%d %Q", utc, "no pattern"),
            ("%Y-%m-%d %H:%M %z", utc, "a zone that nothing is read by"),
            ("%Y-%m-%d %H:%M", None, "needs a zone"),
        ] {
            let error = moments(&[format], zone).unwrap_err();
            assert!(error.contains(reason), "{format}: {error}");
        }
        assert!(moments(&[], utc).unwrap_err().contains("nothing is read by"));
        assert!(moments(&["%Y-%m-%d %H:%M %z", "%Y-%m-%d"], utc).is_ok());
    }
}
