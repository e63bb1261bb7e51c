//! What became of a shard's records: committed, aborted, or still open.
//!
//! A `read_committed` reader cannot find out: it stops at the first open transaction of any producer and sees nothing
//! after it. So this reads the batches themselves, which name their producer, and the markers that end transactions.
//!
//! Guarantees: an outcome is the one that the partition's leader knows, also after open transactions of others; records
//! of other logs and shards are ignored; everything that was there when reading began is read, however much is written
//! meanwhile; reading ends when its future is dropped. Does not: change anything, [`abort_open`] apart, or wait for a
//! transaction to end.

mod abort;
mod batches;
mod examined;
mod read;

pub use abort::abort_open;
pub use examined::Examined;
use rdkafka::error::KafkaError;
use uuid::Uuid;

use crate::checkpoint_record::CheckpointRecord;
use crate::client;
use crate::wire::WireError;
use read::Reader;

/// How far before a partition's end the first attempt starts to read, in offsets.
const LOOK_BACK_FIRST: i64 = 100;
/// How many times further back each next attempt starts.
const LOOK_BACK_FACTOR: i64 = 20;

/// The log and shard whose records are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSource {
    /// Identifies the log.
    pub incarnation: Uuid,
    pub shard: i16,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// `read_committed` readers see it, or will once earlier transactions have ended.
    Committed,
    /// `read_committed` readers never see it.
    Aborted,
    /// Its transaction has no marker in this partition yet.
    Open(Producing),
}

/// A producer as the brokers know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Producing {
    /// A transactional id keeps its producer id for as long as the cluster remembers it.
    pub id: i64,
    /// Grows with each producer that takes over the id.
    pub epoch: i16,
}

/// A record and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    pub offset: i64,
    pub outcome: Outcome,
    pub item: T,
}

/// An event's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRecord {
    pub position: i64,
}

/// What was found in one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionLook<T> {
    pub partition: i32,
    /// Offset of the partition's first record.
    pub low: i64,
    /// Offset from which the partition was read: far enough back to find a committed record, but not before `floor`.
    pub from: i64,
    /// Offset up to which an earlier examination has read the partition.
    pub floor: i64,
    /// Offset after the partition's last record.
    pub end: i64,
    /// The shard's records from `from` on, by offset.
    pub found: Vec<Found<T>>,
}

/// What was found in the event topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsLook {
    pub partitions: Vec<PartitionLook<EventRecord>>,
    /// The examination that was relied on: the last one, or an empty one where the topic has been created again since.
    pub proven: Examined,
}

/// Why reading a shard's records failed. It may be repeated.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// Kafka does not answer, or has no such topic.
    #[error("looking into topic {topic} failed")]
    Kafka {
        topic: String,
        #[source]
        source: KafkaError,
    },
    /// The leader of a partition does not answer as expected.
    #[error("looking into partition {partition} of topic {topic} failed")]
    Leader {
        topic: String,
        partition: i32,
        #[source]
        source: WireError,
    },
    /// A partition has no leader.
    #[error("partition {partition} of topic {topic} has no leader")]
    NoLeader { topic: String, partition: i32 },
    /// No record came for too long, or reading was interrupted.
    #[error("looking into partition {partition} of topic {topic} came to no end")]
    Stalled { topic: String, partition: i32 },
    /// A record of the checkpoint topic is no checkpoint.
    #[error("the record at offset {offset} of {topic} is no checkpoint")]
    Unreadable {
        topic: String,
        offset: i64,
        #[source]
        source: serde_json::Error,
    },
}

/// Reads the events of a shard in every partition of a topic, from each partition's end back to the last committed one.
/// What `examined` covers is not read again, where the topic still is the one that was examined.
///
/// # Errors
/// [`LookError`].
pub async fn look_at_events(
    brokers: &str,
    topic: &str,
    source: LogSource,
    examined: Option<Examined>,
) -> Result<EventsLook, LookError> {
    let brokers = brokers.to_owned();
    let topic = topic.to_owned();
    client::interruptible(move |interrupt| {
        let mut reader = Reader::connect(&brokers, &topic, interrupt)?;
        let bounds = reader.bounds()?;
        let mut proven = examined.unwrap_or_default();
        // A topic that was created again is shorter than what was examined, or has another number of partitions.
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

/// Reads the checkpoints of a shard, from the end of its partition back to the last committed one.
///
/// # Errors
/// [`LookError`]; also where a record there is no checkpoint.
pub async fn look_at_checkpoints(
    brokers: &str,
    topic: &str,
    shard: i16,
) -> Result<PartitionLook<CheckpointRecord>, LookError> {
    let brokers = brokers.to_owned();
    let topic = topic.to_owned();
    client::interruptible(move |interrupt| {
        let mut reader = Reader::connect(&brokers, &topic, interrupt)?;
        let bound = reader.bound(shard.into())?;
        look_back(&mut reader, bound, 0, LOOK_BACK_FIRST, |message| read::checkpoint_of(message, &topic))
    })
    .await
}

/// Reads from further and further back until a committed record is found.
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
        // Everything that may be open is read, however far back it begins.
        let from = end.saturating_sub(back).min(last_stable).max(stop).min(end);
        let found = reader.range(partition, from..end, &mut item)?;
        let is_found = found.iter().any(|one| one.outcome == Outcome::Committed);
        if is_found || from <= stop {
            return Ok(PartitionLook { partition, low, from, floor, end, found });
        }
        back = back.saturating_mul(LOOK_BACK_FACTOR);
    }
}
