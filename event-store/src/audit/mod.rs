//! Examines a log: whether its versions and positions are whole, and what it has of the events of a topic.
//!
//! Guarantees: it writes nothing and locks nothing; statements look at positions up to a given one, so traffic may go on. Does not:
//! know any kind of stream by name, or what answers to commands say.

mod caused;
mod histories;
mod log;
mod rows;
mod timers;
mod walk;

use domain::contract::Position;
use service_kit::BoxError;

use crate::Store;

pub use caused::{Cause, without_effect};
pub use histories::Histories;
pub use log::{positions, versions, without_position};
pub use rows::{AuditedRow, StreamAt, rows_at, streams_at};
pub use timers::with_timer;
pub use walk::{Examination, Place, walk};

/// Positions of one shard that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub shard: i16,
    /// The position before the first that is checked.
    pub after: i64,
    /// The last position that is checked.
    pub last: i64,
}

/// All positions of every shard that are given now; in the shard of `from` those after it.
///
/// # Errors
/// When the log cannot be read, or `from` lies outside of it.
pub async fn ranges(store: &Store, from: Option<Position>) -> Result<Vec<Range>, BoxError> {
    let mut ranges = Vec::new();
    for shard in 0..store.identity().shards {
        let last = store.head(shard).await?;
        let after = from.filter(|from| from.shard == shard).map_or(0, |from| from.position);
        if after > last {
            return Err(format!("{shard}.{after} is behind the end of the log, {shard}.{last}").into());
        }
        ranges.push(Range { shard, after, last });
    }
    match from {
        Some(from) if from.shard >= store.identity().shards => {
            Err(format!("the log has no shard {}", from.shard).into())
        }
        _ => Ok(ranges),
    }
}
