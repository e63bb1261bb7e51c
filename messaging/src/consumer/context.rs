//! Callbacks of librdkafka to a member: assignments and statistics.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::statistics::{Partition, Statistics};
use rdkafka::topic_partition_list::TopicPartitionListElem;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, TopicPartitionList};

use super::{Assignment, PartitionPosition};
use crate::client;

/// A change that the poller passes on in order with the records.
pub(super) enum Change {
    Assigned(Assignment),
    Revoked,
    Positions(Vec<PartitionPosition>),
}

pub(super) struct Context {
    topic: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    generation: u64,
    /// Partitions whose end has been reached since they were assigned.
    reached_end: HashSet<i32>,
    changes: Vec<Change>,
}

impl Context {
    pub(super) fn new(topic: &str) -> Self {
        Self { topic: topic.to_owned(), state: Mutex::default() }
    }

    /// Runs `start` unless the group has been rebalanced since this generation.
    pub(super) fn while_current<T>(&self, generation: u64, start: impl FnOnce() -> T) -> Option<T> {
        let state = self.state();
        (state.generation == generation).then(start)
    }

    /// What has changed since the last call, in order.
    pub(super) fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.state().changes)
    }

    pub(super) fn note_end(&self, partition: i32) {
        self.state().reached_end.insert(partition);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        client::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        client::error(&error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        let Some(topic) = statistics.topics.get(&self.topic) else { return };
        let mut state = self.state();
        let positions: Vec<_> = topic
            .partitions
            .values()
            .filter(|partition| partition.fetch_state == "active" && partition.ls_offset >= 0)
            .map(|partition| position(partition, state.reached_end.contains(&partition.partition)))
            .collect();
        if !positions.is_empty() {
            state.changes.push(Change::Positions(positions));
        }
    }
}

/// How far a partition has been read. After the last record there may be markers and aborted records, which are never
/// handed out: when the client has fetched to the end and no fetched record waits, everything before that end has been
/// delivered. The statistics come through the queue that carries the records, so records taken from it before have been
/// handed out. Requiring that an end was reached since the assignment ignores statistics from before the assignment.
fn position(partition: &Partition, reached_end: bool) -> PartitionPosition {
    let at_end = reached_end && partition.fetchq_cnt == 0 && partition.eof_offset == partition.next_offset;
    PartitionPosition {
        partition: partition.partition,
        delivered_to: (at_end && partition.eof_offset >= 0).then_some(partition.eof_offset),
        end: partition.ls_offset,
    }
}

impl ConsumerContext for Context {
    /// An assignment takes effect only when the owner has found its offsets; until then librdkafka waits. A revocation
    /// takes effect at once: the owner's compare-and-set protects the records that it still processes.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, kind: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        let mut state = self.state();
        state.generation += 1;
        state.reached_end.clear();
        if kind == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let partitions = partitions.elements().iter().map(TopicPartitionListElem::partition).collect();
            let assignment = Assignment { partitions, generation: state.generation };
            state.changes.push(Change::Assigned(assignment));
        } else {
            if let Err(error) = consumer.unassign() {
                tracing::warn!(%error, "giving partitions back failed");
            }
            state.changes.push(Change::Revoked);
        }
    }
}
