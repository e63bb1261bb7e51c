//! A point in the history of a stream, and the stream as it was then.
//!
//! Guarantees: a stream is folded as projectors and rebuilds fold it, from its first event on without a gap.

use std::str::FromStr;

use domain::Timestamp;
use domain::contract::{Position, Published};

use crate::fold::FoldError;
use crate::set::ModelSet;

/// A point in a stream's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// After so many events.
    Version(i64),
    /// When the log had come so far.
    Position(Position),
    /// By then, as the store recorded it.
    Time(Timestamp),
}

/// A text that names no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give a version (3), a position (0.1742) or a moment (2026-01-31T12:00:00Z)")]
pub struct InvalidMoment;

impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, InvalidMoment> {
        let version = text.parse().ok().filter(|version| *version > 0).map(Self::Version);
        let position = || text.parse().ok().map(Self::Position);
        let time = || Timestamp::try_from(text.to_owned()).ok().map(Self::Time);
        version.or_else(position).or_else(time).ok_or(InvalidMoment)
    }
}

impl Moment {
    /// Whether an event had happened by then: one of a version, recorded at a time, at a position of the log if that is known.
    pub fn includes(self, version: i64, recorded_at: Timestamp, position: Option<Position>) -> bool {
        match self {
            Self::Version(limit) => version <= limit,
            Self::Time(limit) => recorded_at <= limit,
            // A stream lives in one shard, so another shard's positions say nothing of it.
            Self::Position(limit) => {
                position.is_some_and(|position| position.shard == limit.shard && position.position <= limit.position)
            }
        }
    }
}

/// A stream as its events fold, in the order of their versions; `None` where there are none.
///
/// # Errors
/// The first error of an event that could not be read, or [`FoldError`] of one that does not follow.
pub fn folded<M: ModelSet, E: From<FoldError>>(
    events: impl IntoIterator<Item = Result<Published<M::Event>, E>>,
) -> Result<Option<M::View>, E> {
    events.into_iter().try_fold(None, |view, record| Ok(Some(M::fold(view, &record?)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfilment::set::Fulfilments;
    use crate::fulfilment::testing::FulfilmentHistory;

    #[test]
    fn a_moment_is_a_version_a_position_or_a_time() {
        assert_eq!("3".parse(), Ok(Moment::Version(3)));
        assert_eq!("0.17".parse(), Ok(Moment::Position(Position { shard: 0, position: 17 })));
        assert!(matches!("2026-01-31T12:00:00Z".parse(), Ok(Moment::Time(_))));
        for text in ["0", "-1", "soon", "", "2026-01-31"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_event_is_included_by_what_is_known_of_it() {
        let at = |seconds: i64| Timestamp::try_from_micros(seconds * 1_000_000).unwrap();
        let position = |shard, position| Some(Position { shard, position });
        assert!(Moment::Version(2).includes(2, at(9), None) && !Moment::Version(2).includes(3, at(0), None));
        assert!(Moment::Time(at(5)).includes(9, at(5), None) && !Moment::Time(at(5)).includes(1, at(6), None));
        let moment = Moment::Position(Position { shard: 1, position: 7 });
        assert!(moment.includes(9, at(9), position(1, 7)));
        assert!(![position(1, 8), position(0, 1), None].iter().any(|unknown| moment.includes(1, at(0), *unknown)));
    }

    #[test]
    fn a_stream_is_folded_to_its_last_event_given_and_not_past_a_gap() {
        let history = FulfilmentHistory::new(1, "shop", 7).requested("zrh-1", &[("A", 2)]).accepted().packed();
        let fold = |indices: &[usize]| {
            let records = history.records();
            let events = indices.iter().map(|index| Ok::<_, FoldError>(records[*index].clone()));
            folded::<Fulfilments, FoldError>(events.collect::<Vec<_>>())
        };
        assert_eq!(fold(&[]), Ok(None));
        assert_eq!(fold(&[0, 1, 2]), Ok(Some(history.view().clone())));
        assert_eq!(fold(&[0, 1]).unwrap().unwrap().version, 2);
        assert!(matches!(fold(&[0, 2]), Err(FoldError::OutOfOrder { version: 3, applied: 1, .. })));
    }
}
