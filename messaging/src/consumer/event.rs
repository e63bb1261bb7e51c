//! What happens to a member of a group.

use crate::record::IncomingRecord;

/// What happens to a member.
#[derive(Debug)]
pub enum ConsumerEvent {
    /// These partitions are ours. Nothing is read until [`GroupConsumer::start`] is called with this assignment.
    Assigned(Assignment),
    /// No partition is ours any more; another assignment follows.
    Revoked,
    /// Records, in offset order for each partition.
    Batch(Vec<IncomingRecord>),
    /// How far each partition is.
    Positions(Vec<PartitionPosition>),
}

/// Partitions that the group gave to this member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Which.
    pub partitions: Vec<i32>,
    /// Counts the group's changes, so that a late start does not take partitions that have moved on.
    pub(super) generation: u64,
}

/// How far a partition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionPosition {
    /// Which partition.
    pub partition: i32,
    /// Everything before this offset has been handed out, control records and aborted ones behind the last record
    /// included. `None` while there is more to read.
    pub settled: Option<i64>,
    /// The end of what is committed.
    pub end: i64,
}
