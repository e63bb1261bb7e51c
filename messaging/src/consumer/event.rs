//! Events that a member of a consumer group reports.

use std::fmt;
use std::sync::Arc;

use crate::record::IncomingRecord;

/// A partition of one of a member's topics.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    pub topic: Arc<str>,
    pub partition: i32,
}

impl TopicPartition {
    /// The partition that a record was read from.
    pub fn of(record: &IncomingRecord) -> Self {
        Self { topic: Arc::clone(&record.topic), partition: record.partition }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "partition {} of {}", self.partition, self.topic)
    }
}

/// What a member reports to its owner, in the order in which it happened. A partition is a [`TopicPartition`], or a number where
/// the member reads one topic.
#[derive(Debug)]
pub enum ConsumerEvent<P = i32> {
    /// These partitions are assigned to this member. Nothing is read until the member is started with this assignment.
    Assigned(Assignment<P>),
    /// This member has no partition any more; another assignment follows.
    Revoked,
    /// Records, in offset order for each partition.
    Batch(Vec<IncomingRecord>),
    /// How far each partition has been read.
    Positions(Vec<PartitionPosition<P>>),
}

/// Partitions that the group gave to this member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment<P = i32> {
    pub partitions: Vec<P>,
    /// Number of the group's rebalance, so that a late start does not take partitions that were reassigned since.
    pub(super) generation: u64,
}

/// How far a partition has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionPosition<P = i32> {
    pub partition: P,
    /// Everything before this offset has been handed out, control records and aborted ones behind the last record
    /// included. `None` while there is more to read.
    pub delivered_to: Option<i64>,
    /// The partition's last stable offset: the end of what is committed.
    pub end: i64,
}
