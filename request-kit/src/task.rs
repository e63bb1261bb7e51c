//! Handling one record, to its end.

use std::sync::Arc;

use messaging::IncomingRecord;
use messaging::consumer::TopicPartition;
use service_kit::clock::Stopwatch;
use service_kit::errors::chain;

use crate::error::ParkError;
use crate::parking::Parking;
use crate::source::{Outcome, Source};

/// Histogram: time of one handler, in seconds.
const HANDLE_SECONDS: &str = "requests_handle_seconds";

/// What became of a record.
pub(crate) enum Ended {
    Handled {
        /// Whether its key was parked before, and is free by now.
        is_freed: bool,
    },
    Parked,
    Unavailable(String),
    /// Its partition has too much parked to go on.
    Halted(String),
}

/// A task of a session that has ended.
pub(crate) enum Finished {
    Record {
        record: Arc<IncomingRecord>,
        ended: Ended,
    },
    /// The pause of a partition is over.
    Pause(TopicPartition),
}

/// Handles a record, or parks it. `is_parked` says whether its key was parked when it was last looked at.
pub(crate) async fn handle(source: Source, parking: Parking, record: Arc<IncomingRecord>, is_parked: bool) -> Ended {
    if is_parked {
        match parking.park_behind(&record).await {
            Ok(true) => return Ended::Parked,
            Ok(false) => {}
            Err(error) => return not_parked(&error),
        }
    }
    let watch = Stopwatch::start();
    let outcome = source.handle(Arc::clone(&record)).await;
    metrics::histogram!(HANDLE_SECONDS, "topic" => source.topic().to_owned()).record(watch.elapsed().as_secs_f64());
    match outcome {
        Outcome::Done => Ended::Handled { is_freed: is_parked },
        Outcome::Unavailable(reason) => Ended::Unavailable(reason),
        Outcome::Poison(reason) => match parking.park(&record, &reason).await {
            Ok(()) => {
                let IncomingRecord { topic, partition, offset, .. } = &*record;
                tracing::error!(topic = &**topic, partition, offset, reason, "parked a record");
                Ended::Parked
            }
            Err(error) => not_parked(&error),
        },
    }
}

fn not_parked(error: &ParkError) -> Ended {
    let text = chain(error);
    if matches!(error, ParkError::TooMany { .. }) { Ended::Halted(text) } else { Ended::Unavailable(text) }
}
