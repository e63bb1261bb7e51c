//! How far a group's member is, for readiness, metrics and the audit of what it consumed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use messaging::consumer::TopicPartition;

/// Counter: records behind the committed offsets.
const CONSUMED: &str = "requests_consumed_total";
/// Counter: records by outcome.
const RECORDS: &str = "requests_total";
/// Gauge: records between a partition's end and what is handled.
const LAG_RECORDS: &str = "requests_lag_records";
/// Gauge: parked keys of a partition.
const PARKED_KEYS: &str = "requests_parked_keys";
/// Gauge: 1 while a partition is halted because too much is parked.
const HALTED: &str = "requests_partition_halted";

/// Why a member is not ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// The group has not assigned partitions yet.
    #[error("the group has assigned nothing yet")]
    Unassigned,
    /// The last session has failed.
    #[error("the group is not being served: {reason}")]
    Failed { reason: String },
    /// A partition is halted because too much is parked.
    #[error("{partition} has stopped: {reason}")]
    Halted { partition: TopicPartition, reason: String },
}

/// Records since the start, by what became of them. While nothing is in work, `handled + parked = consumed` (I14).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Behind the offsets that are committed.
    pub consumed: u64,
    pub handled: u64,
    pub parked: u64,
    /// Attempts that ended with something overloaded or out of reach, each followed by another one.
    pub unavailable: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Progress {
    group: Arc<str>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_assigned: bool,
    failed: Option<String>,
    halted: BTreeMap<TopicPartition, String>,
    counts: Counts,
}

impl Progress {
    pub(crate) fn new(group: &str) -> Self {
        Self { group: group.into(), state: Arc::default() }
    }

    pub(crate) fn assigned<'a>(&self, partitions: impl Iterator<Item = &'a TopicPartition>) {
        let mut state = self.state();
        state.is_assigned = true;
        state.failed = None;
        drop(state);
        partitions.for_each(|partition| self.gauge(HALTED, partition, 0));
    }

    pub(crate) fn unassigned<'a>(&self, partitions: impl Iterator<Item = &'a TopicPartition>) {
        self.state().halted.clear();
        partitions.for_each(|partition| self.gauge(LAG_RECORDS, partition, 0));
    }

    pub(crate) fn failed(&self, reason: String) {
        let mut state = self.state();
        state.is_assigned = false;
        state.failed = Some(reason);
    }

    pub(crate) fn halted(&self, partition: &TopicPartition, reason: String) {
        self.state().halted.insert(partition.clone(), reason);
        self.gauge(HALTED, partition, 1);
    }

    /// Notes that a partition handles records, also if it was halted before.
    pub(crate) fn goes_on(&self, partition: &TopicPartition) {
        if self.state().halted.remove(partition).is_some() {
            self.gauge(HALTED, partition, 0);
        }
    }

    pub(crate) fn handled(&self, topic: &str) {
        self.state().counts.handled += 1;
        self.record(topic, "handled");
    }

    pub(crate) fn parked(&self, topic: &str) {
        self.state().counts.parked += 1;
        self.record(topic, "parked");
    }

    pub(crate) fn unavailable(&self, topic: &str) {
        self.state().counts.unavailable += 1;
        self.record(topic, "unavailable");
    }

    pub(crate) fn consumed(&self, topic: &str, records: u64) {
        self.state().counts.consumed += records;
        let labels = [("group", self.group.to_string()), ("topic", topic.to_owned())];
        metrics::counter!(CONSUMED, &labels).increment(records);
    }

    pub(crate) fn parked_keys(&self, partition: &TopicPartition, keys: usize) {
        self.gauge(PARKED_KEYS, partition, i64::try_from(keys).unwrap_or(i64::MAX));
    }

    pub(crate) fn lag(&self, partition: &TopicPartition, records: i64) {
        self.gauge(LAG_RECORDS, partition, records.max(0));
    }

    pub(crate) fn counts(&self) -> Counts {
        self.state().counts
    }

    pub(crate) fn ready(&self) -> Result<(), NotReady> {
        let state = self.state();
        if let Some(reason) = &state.failed {
            return Err(NotReady::Failed { reason: reason.clone() });
        }
        if let Some((partition, reason)) = state.halted.first_key_value() {
            return Err(NotReady::Halted { partition: partition.clone(), reason: reason.clone() });
        }
        if state.is_assigned { Ok(()) } else { Err(NotReady::Unassigned) }
    }

    fn record(&self, topic: &str, outcome: &'static str) {
        let labels = [("group", self.group.to_string()), ("topic", topic.to_owned()), ("outcome", outcome.to_owned())];
        metrics::counter!(RECORDS, &labels).increment(1);
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; what it shows is far below 2^52")]
    fn gauge(&self, name: &'static str, partition: &TopicPartition, value: i64) {
        let labels = [
            ("group", self.group.to_string()),
            ("topic", partition.topic.to_string()),
            ("partition", partition.partition.to_string()),
        ];
        metrics::gauge!(name, &labels).set(value as f64);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
