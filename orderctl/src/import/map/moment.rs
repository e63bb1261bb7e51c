//! Local times of a shop, and the moments they stand for.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// How a column's moments are read.
#[derive(Debug, Clone)]
pub struct Moments {
    formats: Vec<String>,
    /// The zone of local times; texts with an offset need none.
    zone: Option<Tz>,
}

/// A moment with what had to be decided to have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// The moment.
    pub at: DateTime<Utc>,
    /// Why the local time alone did not tell it.
    pub note: Option<&'static str>,
}

/// A summer time that begins never skips more than this.
const GAP_HOURS_MAX: i64 = 3;

impl Moments {
    /// Reads texts by `formats` in `zone`, or RFC 3339 without formats.
    pub const fn new(formats: Vec<String>, zone: Option<Tz>) -> Self {
        Self { formats, zone }
    }

    /// Reads a text: a local time where there is a zone, else a time in UTC.
    pub fn read(&self, text: &str) -> Option<NaiveDateTime> {
        if self.formats.is_empty() {
            return DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.naive_utc());
        }
        self.formats.iter().find_map(|format| {
            NaiveDateTime::parse_from_str(text, format).ok().or_else(|| {
                NaiveDate::parse_from_str(text, format).ok().map(|day| day.and_time(chrono::NaiveTime::MIN))
            })
        })
    }

    /// The moment of a time that [`Moments::read`] gave.
    ///
    /// A time that the clock shows twice is taken the first time; one that it skips is counted by the offset before the
    /// change, which is what a clock that was not put forward shows.
    pub fn settle(&self, local: NaiveDateTime) -> Settled {
        let Some(zone) = self.zone else { return Settled { at: local.and_utc(), note: None } };
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) => Settled { at: at.to_utc(), note: None },
            LocalResult::Ambiguous(first, _) => Settled { at: first.to_utc(), note: Some("placed_at_shown_twice") },
            LocalResult::None => {
                let before = zone.offset_from_local_datetime(&(local - Duration::hours(GAP_HOURS_MAX))).earliest();
                let offset = before.map_or(0, |offset| offset.fix().local_minus_utc());
                let at = (local - Duration::seconds(offset.into())).and_utc();
                Settled { at, note: Some("placed_at_skipped_by_the_clock") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(text: &str) -> (String, Option<&'static str>) {
        let moments = Moments::new(vec!["%Y-%m-%dT%H:%M:%S".to_owned()], Some(Tz::Europe__London));
        let settled = moments.settle(moments.read(text).unwrap());
        (settled.at.to_rfc3339(), settled.note)
    }

    #[test]
    fn london_time_becomes_utc_by_season() {
        assert_eq!(settle("2010-12-01T08:26:00"), ("2010-12-01T08:26:00+00:00".to_owned(), None));
        assert_eq!(settle("2011-07-01T08:26:00"), ("2011-07-01T07:26:00+00:00".to_owned(), None));
    }

    #[test]
    fn a_skipped_time_counts_by_the_offset_before() {
        let skipped = Some("placed_at_skipped_by_the_clock");
        assert_eq!(settle("2011-03-27T01:30:00"), ("2011-03-27T01:30:00+00:00".to_owned(), skipped));
    }

    #[test]
    fn a_time_shown_twice_is_the_first() {
        let twice = Some("placed_at_shown_twice");
        assert_eq!(settle("2011-10-30T01:30:00"), ("2011-10-30T00:30:00+00:00".to_owned(), twice));
    }

    #[test]
    fn reads_dates_and_offsets() {
        let dates = Moments::new(vec!["%d.%m.%Y".to_owned()], Some(Tz::Europe__Berlin));
        assert_eq!(dates.settle(dates.read("02.07.2011").unwrap()).at.to_rfc3339(), "2011-07-01T22:00:00+00:00");
        assert_eq!(dates.read("2011-07-02"), None);
        let offsets = Moments::new(Vec::new(), None);
        assert_eq!(
            offsets.settle(offsets.read("2011-07-02T10:00:00+02:00").unwrap()).at.to_rfc3339(),
            "2011-07-02T08:00:00+00:00"
        );
    }
}
