//! How far the projector has read, for readiness and for metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Records between the partition's end and the projector.
const LAG_RECORDS: &str = "projector_lag_records";
/// Age of the newest applied event when it was applied, in milliseconds; zero once the end is reached.
const LAG_MS: &str = "projector_lag_ms";
/// Parked keys of a partition.
const PARKED_KEYS: &str = "projector_parked_keys";
/// 1 while a partition is halted because it has too many parked keys.
const HALTED: &str = "projector_partition_halted";

/// Why the projector is not ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// The consumer group has not assigned partitions yet.
    #[error("the projector has no assignment yet")]
    Unassigned,
    /// The projector has not caught up since the partition was assigned.
    #[error("partition {partition} is {records} records behind")]
    Behind {
        partition: i32,
        /// Records between the projector and the partition's end.
        records: i64,
    },
    /// A partition's end is not known yet.
    #[error("the end of partition {partition} is not known yet")]
    Unknown { partition: i32 },
    /// A partition is halted because it has too many parked keys.
    #[error("partition {partition} has stopped: too many parked keys")]
    Halted { partition: i32 },
}

#[derive(Debug, Clone)]
pub(crate) struct Progress {
    group: Arc<str>,
    ready_lag_records_max: i64,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    assigned: bool,
    partitions: BTreeMap<i32, PartitionProgress>,
}

#[derive(Debug, Clone, Copy)]
struct PartitionProgress {
    next: i64,
    end: Option<i64>,
    /// Whether it has been close to the end since it was assigned. Later lag shows in metrics and in each answer, and
    /// does not end readiness.
    caught_up: bool,
    halted: bool,
}

impl Progress {
    pub(crate) fn new(group: &str, ready_lag_records_max: i64) -> Self {
        Self { group: group.into(), ready_lag_records_max, state: Arc::default() }
    }

    pub(crate) fn assigned(&self, starts: &[(i32, i64)]) {
        let mut state = self.state();
        let progress = |next| PartitionProgress { next, end: None, caught_up: false, halted: false };
        state.partitions = starts.iter().map(|(partition, next)| (*partition, progress(*next))).collect();
        state.assigned = true;
        drop(state);
        for (partition, _) in starts {
            self.gauge(HALTED, *partition, 0);
        }
    }

    pub(crate) fn unassigned(&self) {
        let gone = std::mem::take(&mut *self.state()).partitions;
        for partition in gone.keys() {
            self.gauge(LAG_RECORDS, *partition, 0);
            self.gauge(LAG_MS, *partition, 0);
        }
    }

    pub(crate) fn applied(&self, partition: i32, next: i64, lag_ms: Option<i64>) {
        self.update(partition, |progress| progress.next = progress.next.max(next));
        if let Some(lag_ms) = lag_ms {
            self.gauge(LAG_MS, partition, lag_ms);
        }
    }

    pub(crate) fn end(&self, partition: i32, end: i64) {
        self.update(partition, |progress| progress.end = Some(end));
    }

    pub(crate) fn halted(&self, partition: i32) {
        self.update(partition, |progress| progress.halted = true);
        self.gauge(HALTED, partition, 1);
    }

    pub(crate) fn parked_keys(&self, partition: i32, keys: usize) {
        self.gauge(PARKED_KEYS, partition, i64::try_from(keys).unwrap_or(i64::MAX));
    }

    pub(crate) fn ready(&self) -> Result<(), NotReady> {
        let state = self.state();
        if !state.assigned {
            return Err(NotReady::Unassigned);
        }
        for (&partition, progress) in &state.partitions {
            match progress {
                PartitionProgress { halted: true, .. } => return Err(NotReady::Halted { partition }),
                PartitionProgress { caught_up: true, .. } => {}
                PartitionProgress { end: None, .. } => return Err(NotReady::Unknown { partition }),
                PartitionProgress { end: Some(end), next, .. } => {
                    return Err(NotReady::Behind { partition, records: end - next });
                }
            }
        }
        Ok(())
    }

    fn update(&self, partition: i32, change: impl FnOnce(&mut PartitionProgress)) {
        let mut state = self.state();
        let Some(progress) = state.partitions.get_mut(&partition) else { return };
        change(progress);
        let Some(end) = progress.end else { return };
        let lag = (end - progress.next).max(0);
        progress.caught_up |= lag <= self.ready_lag_records_max;
        drop(state);
        self.gauge(LAG_RECORDS, partition, lag);
        if lag == 0 {
            self.gauge(LAG_MS, partition, 0);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; what it shows is far below 2^52")]
    fn gauge(&self, name: &'static str, partition: i32, value: i64) {
        let labels = [("group", self.group.to_string()), ("partition", partition.to_string())];
        metrics::gauge!(name, &labels).set(value as f64);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_once_every_partition_was_near_its_end() {
        let progress = Progress::new("test", 10);
        assert_eq!(progress.ready(), Err(NotReady::Unassigned));
        progress.assigned(&[(0, 5), (1, 0)]);
        assert_eq!(progress.ready(), Err(NotReady::Unknown { partition: 0 }));
        progress.end(0, 9);
        progress.end(1, 100);
        assert_eq!(progress.ready(), Err(NotReady::Behind { partition: 1, records: 100 }));
        progress.applied(1, 90, Some(3));
        assert_eq!(progress.ready(), Ok(()));
        progress.end(1, 1_000);
        assert_eq!(progress.ready(), Ok(()), "a wave of work does not take readiness away");
        progress.halted(0);
        assert_eq!(progress.ready(), Err(NotReady::Halted { partition: 0 }));
        progress.unassigned();
        assert_eq!(progress.ready(), Err(NotReady::Unassigned));
    }

    #[test]
    fn a_member_without_partitions_is_ready() {
        let progress = Progress::new("test", 10);
        progress.assigned(&[]);
        assert_eq!(progress.ready(), Ok(()));
    }
}
