//! What an audit finds.

use domain::contract::Position;
use uuid::Uuid;

use crate::rebuild::Difference;
use crate::table::RowError;

/// A finding of the audit.
#[derive(Debug)]
pub enum Found {
    /// A row is not the fold of its events.
    Differs(Difference),
    /// A row holds what no projector writes.
    Damaged { stream_id: Uuid, error: RowError },
    /// A stream's rows have a version that the log does not have.
    Ahead {
        stream_id: Uuid,
        /// The version of the rows.
        applied: i64,
        /// The last version in the log.
        stored: i64,
    },
    /// An applied event does not fold.
    Unfoldable {
        stream_id: Uuid,
        /// The version of the event.
        version: i64,
        reason: String,
    },
    /// Rows of a stream lack events that they must have.
    Behind(Behind),
    /// The live rows and those of the kept generation differ.
    Unequal {
        model: &'static str,
        /// The generation that is kept.
        kept: i32,
        /// Streams whose rows differ, twenty at most.
        streams: Vec<String>,
    },
}

/// A stream whose rows lack events up to the heads.
#[derive(Debug)]
pub struct Behind {
    pub stream_id: Uuid,
    /// The version its rows have.
    pub applied: i64,
    /// The version they must have.
    pub due: i64,
    /// The position of the first missing event.
    pub first: Position,
    /// Rows of the sums that are wrong because of it, twenty at most.
    pub falsifies: Vec<String>,
}
