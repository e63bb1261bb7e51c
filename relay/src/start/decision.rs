//! Decides from the outcomes of a shard's records whether a relay may resume from the committed checkpoint.
//!
//! A broker that has lost a transaction's marker leaves its records open. The next transaction of the same producer
//! that writes to their partition ends them with its own marker: void records are then committed, or committed ones are
//! aborted. The checkpoint is written in the transaction that publishes, so it decides which of the open records are
//! void.

use std::fmt;
use std::sync::Arc;

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionName {
    pub topic: Arc<str>,
    pub partition: i32,
}

impl fmt::Display for PartitionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "partition {} of {}", self.partition, self.topic)
    }
}

/// A record of the shard that lacks its marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenRecord {
    pub(crate) offset: i64,
    pub(crate) position: i64,
}

/// What was found of the shard in one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartitionSeen {
    pub(crate) name: PartitionName,
    /// Open records, without those that are also committed in this partition at another offset.
    pub(crate) open: Vec<OpenRecord>,
    /// Positions whose records were aborted and are neither committed nor open.
    pub(crate) aborted: Vec<i64>,
    pub(crate) holds: Holds,
}

/// What the records of a topic are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Checkpoints,
    /// Each position has a record in one topic of events.
    Events,
    /// Some positions have one.
    Requests,
}

/// What was found of the shard in all its partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The position of the committed checkpoint.
    pub(crate) checkpoint: i64,
    /// The highest position whose event is committed.
    pub(crate) committed: i64,
    /// The highest position whose request is committed.
    pub(crate) committed_request: i64,
    /// Whether retention may have removed the checkpoint's event.
    pub(crate) is_trimmed: bool,
    pub(crate) partitions: Vec<PartitionSeen>,
}

/// How a start goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Go on. In these partitions committed records lack their marker: look again once a transaction has touched one.
    GoOn { unmarked: Vec<PartitionName> },
    /// Abort what is open in these partitions, then look again.
    Abort { void: Vec<PartitionName> },
}

/// Why the relay may not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecidable {
    /// More is committed than the checkpoint says.
    #[error(
        "the event at position {committed} is committed, but the committed checkpoint stands at {checkpoint}: what lies \
         between would be published twice. The newest checkpoint lost its transaction marker, or the topic of checkpoints was \
         set back"
    )]
    Ahead { committed: i64, checkpoint: i64 },
    /// One marker would end records of which some are committed and some are void.
    #[error(
        "in {partition} records without a transaction marker stand on both sides of the checkpoint at {checkpoint}, from \
         position {below} (offset {below_offset}), which counts, to position {above} (offset {above_offset}), which does not: \
         no marker can end both rightly, so do not abort them"
    )]
    BothSides {
        partition: PartitionName,
        checkpoint: i64,
        /// Lowest position of an open record.
        below: i64,
        below_offset: i64,
        /// Highest position of an open record.
        above: i64,
        above_offset: i64,
    },
    /// Less is committed than the checkpoint says.
    #[error(
        "the events at positions {first} to {last} were published, the checkpoint stands at {checkpoint}, and they are not \
         committed any more: somebody, or a transaction after theirs, aborted committed records"
    )]
    TakenBack {
        /// The first position that is missing.
        first: i64,
        last: i64,
        checkpoint: i64,
    },
}

/// Decides how a start goes on.
pub(crate) fn decide(seen: &Seen) -> Result<Decision, Undecidable> {
    let checkpoint = seen.checkpoint;
    let committed = seen.committed.max(seen.committed_request);
    if committed > checkpoint {
        return Err(Undecidable::Ahead { committed, checkpoint });
    }
    let mut unmarked = Vec::new();
    let mut void = Vec::new();
    let mut reached = seen.committed;
    for partition in &seen.partitions {
        let lowest = partition.open.iter().min_by_key(|open| open.position);
        let highest = partition.open.iter().max_by_key(|open| open.position);
        let (Some(lowest), Some(highest)) = (lowest, highest) else { continue };
        if lowest.position > checkpoint {
            void.push(partition.name.clone());
            continue;
        }
        if highest.position > checkpoint {
            return Err(Undecidable::BothSides {
                partition: partition.name.clone(),
                checkpoint,
                below: lowest.position,
                below_offset: lowest.offset,
                above: highest.position,
                above_offset: highest.offset,
            });
        }
        unmarked.push(partition.name.clone());
        if partition.holds == Holds::Events {
            reached = reached.max(highest.position);
        }
    }
    let aborted = seen.partitions.iter().flat_map(|partition| partition.aborted.iter().copied());
    let aborted: Vec<_> = aborted.filter(|position| *position <= checkpoint).collect();
    if let (Some(first), Some(last)) = (aborted.iter().min().copied(), aborted.iter().max().copied()) {
        return Err(Undecidable::TakenBack { first, last, checkpoint });
    }
    if reached < checkpoint && !seen.is_trimmed {
        return Err(Undecidable::TakenBack { first: reached + 1, last: checkpoint, checkpoint });
    }
    Ok(if void.is_empty() { Decision::GoOn { unmarked } } else { Decision::Abort { void } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(partition: i32) -> PartitionName {
        PartitionName { topic: "events".into(), partition }
    }

    /// A partition with open records at these positions, from offset 100 on.
    fn open(partition: i32, positions: &[i64]) -> PartitionSeen {
        let open = (100..).zip(positions).map(|(offset, position)| OpenRecord { offset, position: *position });
        PartitionSeen { name: name(partition), open: open.collect(), aborted: Vec::new(), holds: Holds::Events }
    }

    fn aborted(partition: i32, positions: &[i64]) -> PartitionSeen {
        PartitionSeen { aborted: positions.to_vec(), ..open(partition, &[]) }
    }

    fn checkpoints(positions: &[i64]) -> PartitionSeen {
        PartitionSeen { holds: Holds::Checkpoints, ..open(0, positions) }
    }

    /// A checkpoint at 10, with everything up to a position committed.
    fn committed(committed: i64, partitions: Vec<PartitionSeen>) -> Result<Decision, Undecidable> {
        decide(&Seen { checkpoint: 10, committed, committed_request: 0, is_trimmed: false, partitions })
    }

    fn go_on(unmarked: &[i32]) -> Decision {
        Decision::GoOn { unmarked: unmarked.iter().map(|partition| name(*partition)).collect() }
    }

    #[test]
    fn where_nothing_is_open_and_all_is_there_it_goes_on() {
        assert_eq!(committed(10, vec![open(0, &[]), checkpoints(&[])]), Ok(go_on(&[])));
        assert_eq!(committed(10, vec![aborted(0, &[11, 12])]), Ok(go_on(&[])), "what a crash left was aborted");
        let never = Seen {
            checkpoint: 0,
            committed: 0,
            committed_request: 0,
            is_trimmed: false,
            partitions: vec![open(0, &[])],
        };
        assert_eq!(decide(&never), Ok(go_on(&[])));
    }

    #[test]
    fn more_committed_than_the_checkpoint_says_is_final() {
        let ahead = Err(Undecidable::Ahead { committed: 12, checkpoint: 10 });
        assert_eq!(committed(12, vec![]), ahead);
        assert_eq!(committed(12, vec![checkpoints(&[12])]), ahead, "its checkpoint lost its marker");
        assert_eq!(committed(12, vec![open(1, &[11, 13])]), ahead);
    }

    #[test]
    fn what_is_open_above_the_checkpoint_is_void() {
        let void = Ok(Decision::Abort { void: vec![name(2), name(0)] });
        assert_eq!(committed(10, vec![open(1, &[]), open(2, &[11, 14]), checkpoints(&[14])]), void);
    }

    #[test]
    fn what_is_open_up_to_the_checkpoint_is_committed_and_never_aborted() {
        assert_eq!(committed(10, vec![open(1, &[7, 9]), open(2, &[])]), Ok(go_on(&[1])));
        assert_eq!(committed(8, vec![open(1, &[7, 10])]), Ok(go_on(&[1])), "the checkpoint's own event is among it");
        assert_eq!(committed(10, vec![checkpoints(&[9])]), Ok(go_on(&[0])));
        let void_elsewhere = committed(8, vec![open(1, &[10]), open(2, &[11])]);
        assert_eq!(void_elsewhere, Ok(Decision::Abort { void: vec![name(2)] }));
    }

    #[test]
    fn open_on_both_sides_of_the_checkpoint_in_one_partition_is_final() {
        let Err(Undecidable::BothSides { partition, below, above, .. }) = committed(10, vec![open(3, &[9, 11])]) else {
            panic!("no marker ends both rightly")
        };
        assert_eq!((partition, below, above), (name(3), 9, 11));
        let apart = committed(10, vec![open(1, &[9]), open(2, &[11])]);
        assert!(apart.is_ok(), "in two partitions each has its own marker");
    }

    #[test]
    fn less_committed_than_the_checkpoint_says_is_final_and_names_the_positions() {
        let taken_back = |first, last| Err(Undecidable::TakenBack { first, last, checkpoint: 10 });
        assert_eq!(committed(7, vec![open(1, &[])]), taken_back(8, 10));
        assert_eq!(committed(7, vec![open(1, &[9])]), taken_back(10, 10), "one is left, and it is not the last");
        assert_eq!(committed(7, vec![open(1, &[11])]), taken_back(8, 10), "nothing is aborted before that is clear");
        assert_eq!(committed(10, vec![aborted(1, &[4, 6])]), taken_back(4, 6), "the last one is there, others are not");
        assert_eq!(committed(8, vec![checkpoints(&[10])]), taken_back(9, 10), "a checkpoint is no event");
    }

    #[test]
    fn a_request_counts_as_published_and_stands_for_no_event() {
        let requests = |positions: &[i64]| PartitionSeen { holds: Holds::Requests, ..open(4, positions) };
        let asked = |committed, committed_request, partitions| {
            decide(&Seen { checkpoint: 10, committed, committed_request, is_trimmed: false, partitions })
        };
        assert_eq!(asked(10, 9, vec![requests(&[])]), Ok(go_on(&[])));
        assert_eq!(asked(10, 12, vec![]), Err(Undecidable::Ahead { committed: 12, checkpoint: 10 }));
        assert_eq!(asked(10, 0, vec![requests(&[11])]), Ok(Decision::Abort { void: vec![name(4)] }));
        assert_eq!(asked(10, 0, vec![requests(&[9])]), Ok(go_on(&[4])));
        let taken_back = Err(Undecidable::TakenBack { first: 8, last: 10, checkpoint: 10 });
        assert_eq!(asked(7, 10, vec![]), taken_back, "its request is there, the event is not");
        let lost = PartitionSeen { holds: Holds::Requests, ..aborted(4, &[6]) };
        assert_eq!(asked(10, 9, vec![lost]), Err(Undecidable::TakenBack { first: 6, last: 6, checkpoint: 10 }));
    }

    #[test]
    fn what_retention_removed_is_not_missing() {
        let trimmed = Seen {
            checkpoint: 10,
            committed: 0,
            committed_request: 0,
            is_trimmed: true,
            partitions: vec![open(0, &[])],
        };
        assert_eq!(decide(&trimmed), Ok(go_on(&[])));
    }
}
