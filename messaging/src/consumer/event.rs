//! Events that a member of a consumer group reports.

use crate::record::IncomingRecord;

/// What a member reports to its owner, in the order in which it happened.
#[derive(Debug)]
pub enum ConsumerEvent {
    /// These partitions are assigned to this member. Nothing is read until [`GroupConsumer::start`] is called with this
    /// assignment.
    Assigned(Assignment),
    /// This member has no partition any more; another assignment follows.
    Revoked,
    /// Records, in offset order for each partition.
    Batch(Vec<IncomingRecord>),
    /// How far each partition has been read.
    Positions(Vec<PartitionPosition>),
}

/// Partitions that the group gave to this member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub partitions: Vec<i32>,
    /// Number of the group's rebalance, so that a late start does not take partitions that were reassigned since.
    pub(super) generation: u64,
}

/// How far a partition has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionPosition {
    pub partition: i32,
    /// Everything before this offset has been handed out, control records and aborted ones behind the last record
    /// included. `None` while there is more to read.
    pub delivered_to: Option<i64>,
    /// The partition's last stable offset: the end of what is committed.
    pub end: i64,
}
