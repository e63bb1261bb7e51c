//! Gauges of what read models show, set every so often by each process that answers queries. All of them show the same.

use std::collections::HashSet;
use std::time::Duration;

use read_models::ReadDb;
use service_kit::errors::chain;
use service_kit::poll;
use tokio_util::sync::CancellationToken;

use crate::participants::{Reading, participants};

/// How often they are set, in milliseconds.
const INTERVAL_MS: u64 = 15_000;

/// Sets the gauges of all participants until stopped. What cannot be read keeps its value.
pub(crate) async fn report(reads: ReadDb, stop: CancellationToken) {
    let readers = participants().flat_map(|participant| participant.gauges);
    let mut readers: Vec<_> = readers.map(|read| (read, HashSet::new())).collect();
    loop {
        for (read, shown) in &mut readers {
            match read(&reads).await {
                Ok(readings) => *shown = show(readings, shown),
                Err(error) => tracing::debug!("gauges are not set: {}", chain(&error)),
            }
        }
        if !poll::pause(Duration::from_millis(INTERVAL_MS), &stop).await {
            return;
        }
    }
}

/// Sets what was read, and to zero what was shown before and is gone; answers what is shown now.
fn show(readings: Vec<Reading>, before: &HashSet<(&'static str, String)>) -> HashSet<(&'static str, String)> {
    let now: HashSet<_> = readings.iter().map(|reading| (reading.gauge, reading.kind.clone())).collect();
    for (gauge, kind) in before.difference(&now) {
        metrics::gauge!(*gauge, "kind" => kind.clone()).set(0.0);
    }
    for Reading { gauge, kind, value } in readings {
        metrics::gauge!(gauge, "kind" => kind).set(f64::from(value));
    }
    now
}
