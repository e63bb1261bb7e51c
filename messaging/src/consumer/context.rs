//! Callbacks of librdkafka to a member: assignments and statistics; and what owner and poller share.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, Offset, TopicPartitionList};

use super::reported::Reported;
use super::{Assignment, PartitionPosition, TopicPartition};
use crate::client;

/// A change that the poller passes on in order with the records.
pub(super) enum Change {
    Assigned(Assignment<TopicPartition>),
    Revoked,
    Positions(Vec<PartitionPosition<TopicPartition>>),
}

pub(super) struct Context {
    topics: Vec<Arc<str>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    generation: u64,
    /// What is being read.
    started: Vec<TopicPartition>,
    /// Partitions whose end has been reached since they were assigned.
    reached_end: HashSet<TopicPartition>,
    /// Partitions that the owner wants no records of for now.
    paused: HashSet<TopicPartition>,
    /// Offsets to commit, of partitions that are being read.
    uncommitted: HashMap<TopicPartition, i64>,
    changes: Vec<Change>,
}

impl Context {
    pub(super) fn new(topics: Vec<Arc<str>>) -> Self {
        Self { topics, state: Mutex::default() }
    }

    /// A topic's name, without an allocation.
    pub(super) fn topic(&self, name: &str) -> Arc<str> {
        self.topics.iter().find(|topic| ***topic == *name).map_or_else(|| name.into(), Arc::clone)
    }

    /// Starts with partitions unless the group has been rebalanced since this generation.
    pub(super) fn start<T>(
        &self,
        generation: u64,
        partitions: Vec<TopicPartition>,
        start: impl FnOnce() -> T,
    ) -> Option<T> {
        let mut state = self.state();
        (state.generation == generation).then(|| {
            state.started = partitions;
            start()
        })
    }

    /// What has changed since the last call, in order.
    pub(super) fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.state().changes)
    }

    /// Notes that the end of a partition with this number was reached. The client's binding does not say of which topic, so it
    /// counts only where one topic has a partition of this number.
    pub(super) fn note_end(&self, number: i32) {
        let mut state = self.state();
        let mut candidates = state.started.iter().filter(|one| one.partition == number).cloned();
        if let (Some(only), None) = (candidates.next(), candidates.next()) {
            state.reached_end.insert(only);
        }
    }

    /// Notes that the client's queue was found empty after the start, so that no statistics from before it are left there.
    pub(super) fn note_idle(&self) {
        let mut state = self.state();
        let State { started, reached_end, .. } = &mut *state;
        if reached_end.len() < started.len() {
            reached_end.extend(started.iter().cloned());
        }
    }

    /// Pauses or resumes a partition for its owner. Returns what the client is to be told; `None` where the partition is not
    /// being read.
    pub(super) fn set_paused(&self, partition: &TopicPartition, pause: bool) -> Option<TopicPartitionList> {
        let mut state = self.state();
        if !state.started.contains(partition) {
            return None;
        }
        if pause {
            state.paused.insert(partition.clone());
        } else {
            state.paused.remove(partition);
        }
        Some(list([(partition, Offset::Invalid)]))
    }

    /// What is being read and not paused by its owner.
    pub(super) fn resumable(&self) -> TopicPartitionList {
        let state = self.state();
        list(state.started.iter().filter(|one| !state.paused.contains(one)).map(|one| (one, Offset::Invalid)))
    }

    /// Notes an offset before which everything is handled. Ignored for a partition that is not being read.
    pub(super) fn commit_soon(&self, partition: &TopicPartition, next_offset: i64) {
        let mut state = self.state();
        if state.started.contains(partition) {
            state.uncommitted.insert(partition.clone(), next_offset);
        }
    }

    /// The offsets that were noted since the last call.
    pub(super) fn take_uncommitted(&self) -> Option<TopicPartitionList> {
        take_uncommitted(&mut self.state())
    }

    /// Whether offsets wait to be committed.
    pub(super) fn has_uncommitted(&self) -> bool {
        !self.state().uncommitted.is_empty()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take_uncommitted(state: &mut State) -> Option<TopicPartitionList> {
    let offsets = std::mem::take(&mut state.uncommitted);
    (!offsets.is_empty()).then(|| list(offsets.iter().map(|(one, offset)| (one, Offset::Offset(*offset)))))
}

/// Partitions as the client takes them.
pub(super) fn list<'a>(partitions: impl IntoIterator<Item = (&'a TopicPartition, Offset)>) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for (TopicPartition { topic, partition }, offset) in partitions {
        list.add_partition_offset(topic, *partition, offset)
            .expect("the client takes any offset that is none or positive");
    }
    list
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        client::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        client::error(&error, reason);
    }

    fn stats_raw(&self, json: &[u8]) {
        let reported = match Reported::parse(json) {
            Ok(reported) => reported,
            Err(error) => return tracing::error!(%error, "the Kafka client reports its positions in an unknown form"),
        };
        let mut state = self.state();
        let mut positions = Vec::new();
        for topic in &self.topics {
            for found in reported.read_of(topic) {
                let partition = TopicPartition { topic: Arc::clone(topic), partition: found.partition };
                let reached_end = state.reached_end.contains(&partition);
                positions.push(found.position(partition, reached_end));
            }
        }
        if !positions.is_empty() {
            state.changes.push(Change::Positions(positions));
        }
    }
}

impl ConsumerContext for Context {
    /// An assignment takes effect only when the owner has found its offsets; until then librdkafka waits. A revocation
    /// takes effect at once, behind a commit of what the owner has handled: what it still processes is read again by the
    /// next member, which its compare-and-set or its aggregates' memory makes harmless.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, kind: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        let mut state = self.state();
        state.generation += 1;
        state.reached_end.clear();
        state.paused.clear();
        state.started.clear();
        if kind == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let elements = partitions.elements();
            let partitions = elements
                .iter()
                .map(|one| TopicPartition { topic: self.topic(one.topic()), partition: one.partition() })
                .collect();
            let assignment = Assignment { partitions, generation: state.generation };
            state.changes.push(Change::Assigned(assignment));
        } else {
            if let Some(offsets) = take_uncommitted(&mut state)
                && let Err(error) = consumer.commit(&offsets, CommitMode::Async)
            {
                tracing::warn!(%error, "committing the offsets of partitions that go to another member failed");
            }
            if let Err(error) = consumer.unassign() {
                tracing::warn!(%error, "giving partitions back failed");
            }
            state.changes.push(Change::Revoked);
        }
    }

    /// A commit that fails is followed by the next one; until then records may be read twice.
    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        if let Err(error) = result {
            tracing::warn!(%error, "committing offsets failed");
        }
    }
}
