//! What became of a shard's records: committed, aborted, or still open.
//!
//! A reader under `read_committed` cannot tell: it stops at the first transaction of anybody that is open, and behind it
//! everything is hidden. So this looks at the batches themselves, which say who produced them, and at the markers that end
//! transactions.
//!
//! Guarantees: an outcome is the one that the partition's leader holds for true, behind open transactions of others too;
//! records of other logs and shards are passed over; what was there when the look began is looked at, however much is written
//! meanwhile; a look that nobody waits for any more ends. Does not: change anything unless asked to, or wait for anything to end.

mod abort;
mod batches;
mod read;

pub use abort::abort_open;
use rdkafka::error::KafkaError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::checkpoint::Checkpoint;
use crate::client;
use crate::wire::WireError;
use read::Reader;

/// How far back of a partition's end the first look goes, in offsets.
const LOOK_BACK_FIRST: i64 = 100;
/// How much further each next look goes.
const LOOK_BACK_FACTOR: i64 = 20;

/// Whose records are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSource {
    /// Which log, and which life of it.
    pub incarnation: Uuid,
    /// Which shard of it.
    pub shard: i16,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It counts.
    Committed,
    /// It does not count.
    Aborted,
    /// Its transaction has no marker in this partition yet.
    Open(Producing),
}

/// A producer as the brokers know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Producing {
    /// Its id, which a transactional id keeps for as long as the cluster remembers it.
    pub id: i64,
    /// Grows with each successor.
    pub epoch: i16,
}

/// A record and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// Where it stands.
    pub offset: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// What it says.
    pub item: T,
}

/// An event's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRecord {
    /// Its position in the log.
    pub position: i64,
}

/// A checkpoint as it is written: the place, and what the last examination of the event topic has proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointRecord {
    /// The place.
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
    /// `None` in records of releases that did not examine the topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examined: Option<Examined>,
}

/// How far the event topic was examined, so that the next start need not go back further.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examined {
    /// Below these offsets, by partition, all committed records of the shard are at or below `position`.
    pub ends: Vec<i64>,
    /// The highest position of the shard that was found committed.
    pub position: i64,
    /// Partitions with records of the shard, from that partition's end on, that were committed and lacked their marker. They
    /// are looked at again from there, whatever stands behind them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmarked: Vec<i32>,
}

/// What was found in one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionLook<T> {
    /// Which partition.
    pub partition: i32,
    /// Its first offset.
    pub low: i64,
    /// Where the look began: it went back until it found a committed record, at most to `floor`.
    pub from: i64,
    /// Up to which offset the partition had been examined before.
    pub floor: i64,
    /// Behind its last offset.
    pub end: i64,
    /// The shard's records from there on, by offset.
    pub found: Vec<Found<T>>,
}

/// What was found in the event topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsLook {
    /// The partitions, in their order.
    pub partitions: Vec<PartitionLook<EventRecord>>,
    /// What was taken as proven: the last examination, or nothing where the topic is another one since.
    pub proven: Examined,
}

/// Why a look failed. It may be repeated.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// Kafka does not answer, or has no such topic.
    #[error("looking into topic {topic} failed")]
    Kafka {
        /// Which topic.
        topic: String,
        /// What Kafka says.
        #[source]
        source: KafkaError,
    },
    /// The leader of a partition does not answer as expected.
    #[error("looking into partition {partition} of topic {topic} failed")]
    Leader {
        /// Which topic.
        topic: String,
        /// Which partition.
        partition: i32,
        /// Why.
        #[source]
        source: WireError,
    },
    /// A partition has no leader.
    #[error("partition {partition} of topic {topic} has no leader")]
    NoLeader {
        /// Which topic.
        topic: String,
        /// Which partition.
        partition: i32,
    },
    /// Nothing more comes, or nobody waits for it any more.
    #[error("looking into partition {partition} of topic {topic} came to no end")]
    Stalled {
        /// Which topic.
        topic: String,
        /// Which partition.
        partition: i32,
    },
    /// The record there is no checkpoint.
    #[error("the record at offset {offset} of {topic} is no checkpoint")]
    Unreadable {
        /// Which topic.
        topic: String,
        /// Where.
        offset: i64,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

/// Looks at the events of a shard in every partition of a topic, from each partition's end back to the last committed one.
/// Below `examined` it does not look, where the topic still is the one that was examined.
///
/// # Errors
/// [`LookError`].
pub async fn look_at_events(
    brokers: &str,
    topic: &str,
    source: LogSource,
    examined: Option<Examined>,
) -> Result<EventsLook, LookError> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    client::interruptible(move |interrupt| {
        let mut reader = Reader::connect(&brokers, &topic, interrupt)?;
        let bounds = reader.bounds()?;
        let mut proven = examined.unwrap_or_default();
        // A topic that was made anew is shorter than what was examined, or has another number of partitions.
        let ends = &proven.ends;
        if ends.len() != bounds.len() || ends.iter().zip(&bounds).any(|(examined, bound)| *examined > bound.end) {
            proven = Examined { ends: vec![0; bounds.len()], ..Examined::default() };
        }
        let looks = bounds.into_iter().zip(&proven.ends).map(|(bound, floor)| {
            let back = if proven.unmarked.contains(&bound.partition) { bound.end - floor } else { LOOK_BACK_FIRST };
            look_back(&mut reader, bound, *floor, back, |message| Ok(read::event_of(message, source)))
        });
        Ok(EventsLook { partitions: looks.collect::<Result<_, _>>()?, proven })
    })
    .await
}

/// Looks at the checkpoints of a shard, from the end of its partition back to the last committed one.
///
/// # Errors
/// [`LookError`]; also where a record there is no checkpoint.
pub async fn look_at_checkpoints(
    brokers: &str,
    topic: &str,
    shard: i16,
) -> Result<PartitionLook<CheckpointRecord>, LookError> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    client::interruptible(move |interrupt| {
        let mut reader = Reader::connect(&brokers, &topic, interrupt)?;
        let bound = reader.bound(shard.into())?;
        look_back(&mut reader, bound, 0, LOOK_BACK_FIRST, |message| read::checkpoint_of(message, &topic))
    })
    .await
}

/// Reads further and further back until a committed record is among what is found.
fn look_back<T>(
    reader: &mut Reader<'_>,
    bound: read::Bound,
    floor: i64,
    mut back: i64,
    mut item: impl FnMut(&rdkafka::message::BorrowedMessage<'_>) -> Result<Option<T>, LookError>,
) -> Result<PartitionLook<T>, LookError> {
    let read::Bound { partition, low, last_stable, end } = bound;
    let stop = floor.max(low);
    loop {
        // All that may be open is looked at, however far back it begins.
        let from = end.saturating_sub(back).min(last_stable).max(stop).min(end);
        let found = reader.range(partition, from..end, &mut item)?;
        let is_found = found.iter().any(|one| one.outcome == Outcome::Committed);
        if is_found || from <= stop {
            return Ok(PartitionLook { partition, low, from, floor, end, found });
        }
        back = back.saturating_mul(LOOK_BACK_FACTOR);
    }
}
