//! The batches of a range of offsets: who produced them, and how their transactions ended.

use std::collections::HashMap;
use std::ops::Range;

use bytes::Bytes;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::{ApiKey, BrokerId, FetchRequest, FetchResponse, TopicName};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records::RecordBatchDecoder;

use super::{Outcome, Producing};
use crate::client::Interrupt;
use crate::wire::{Connection, WireError};

/// The last version that names topics and has no compact encoding.
const FETCH_VERSION: i16 = 11;
/// The replica id of an ordinary consumer in a fetch request, which followers send too.
const CONSUMER: BrokerId = BrokerId(-1);
/// Most bytes of one answer, unless a single batch is larger.
const FETCH_BYTES_MAX: i32 = 8 << 20;
/// How long a broker waits for new bytes, in milliseconds.
const FETCH_WAIT_MS: i32 = 500;
/// Most empty answers in a row before reading is given up.
const EMPTY_ANSWERS_MAX: u32 = 60;
/// Bytes of a batch that its length does not count: its first offset and the length itself.
const LENGTH_ENDS_AT: usize = 12;
/// Bytes of a batch that hold the distance of its last offset from its first. Source:
/// <https://kafka.apache.org/documentation/#recordbatch>.
const LAST_OFFSET_DELTA: Range<usize> = 23..27;
/// Bytes of a control record's key that hold its type. Source: org.apache.kafka.common.record.ControlRecordType.
const MARKER_TYPE: Range<usize> = 2..4;
const ABORT: [u8; 2] = [0, 0];
const COMMIT: [u8; 2] = [0, 1];

/// The record batches of a range, by offset, with their outcomes.
#[derive(Debug, Default)]
pub(super) struct Outcomes(Vec<DataBatch>);

#[derive(Debug)]
struct DataBatch {
    first: i64,
    last: i64,
    outcome: Outcome,
}

impl Outcomes {
    /// The outcome of the record at an offset. `None` where no batch of the range holds it.
    pub(super) fn of(&self, offset: i64) -> Option<Outcome> {
        let behind = self.0.partition_point(|batch| batch.first <= offset);
        let batch = self.0.get(behind.checked_sub(1)?)?;
        (offset <= batch.last).then_some(batch.outcome)
    }

    /// The last offset of the range's batches. `None` where the range holds no records.
    pub(super) fn last(&self) -> Option<i64> {
        self.0.last().map(|batch| batch.last)
    }

    /// A marker ends the transaction that its producer has open before it, of whatever epoch, so the batches are read
    /// backwards.
    fn of_batches(batches: Vec<Batch>) -> Self {
        let mut ends: HashMap<i64, Outcome> = HashMap::new();
        let mut known = Vec::new();
        for Batch { first, last, producer, content } in batches.into_iter().rev() {
            let outcome = match content {
                Content::Marker(outcome) => {
                    ends.insert(producer.id, outcome);
                    continue;
                }
                Content::OtherControl => continue,
                Content::Plain => Outcome::Committed,
                Content::Transactional => ends.get(&producer.id).copied().unwrap_or(Outcome::Open(producer)),
            };
            known.push(DataBatch { first, last, outcome });
        }
        known.reverse();
        Self(known)
    }
}

#[derive(Debug)]
struct Batch {
    first: i64,
    last: i64,
    producer: Producing,
    content: Content,
}

#[derive(Debug, PartialEq, Eq)]
enum Content {
    /// Records outside any transaction.
    Plain,
    /// Records of a transaction.
    Transactional,
    /// The end of a transaction.
    Marker(Outcome),
    /// A control record that is no transaction marker.
    OtherControl,
}

/// Reads the batches of a range from its partition's leader. `None` when interrupted, or when the leader sends nothing
/// more.
pub(super) fn outcomes(
    leader: &mut Connection,
    topic: &str,
    partition: i32,
    range: Range<i64>,
    interrupt: &Interrupt,
) -> Result<Option<Outcomes>, WireError> {
    let mut next = range.start;
    let mut batches = Vec::new();
    let mut empty = 0;
    while next < range.end {
        let mut records = fetch(leader, topic, partition, next)?;
        let before = next;
        while let Some(batch) = take_batch(&mut records).map_err(|reason| leader.protocol(reason))? {
            next = next.max(batch.last + 1);
            batches.push(batch);
        }
        empty = if next > before { 0 } else { empty + 1 };
        if interrupt.is_set() || empty == EMPTY_ANSWERS_MAX {
            return Ok(None);
        }
    }
    Ok(Some(Outcomes::of_batches(batches)))
}

fn fetch(leader: &mut Connection, topic: &str, partition: i32, offset: i64) -> Result<Bytes, WireError> {
    let wanted = FetchPartition::default()
        .with_partition(partition)
        .with_fetch_offset(offset)
        .with_partition_max_bytes(FETCH_BYTES_MAX);
    let name = TopicName(StrBytes::from_string(topic.to_owned()));
    let request = FetchRequest::default()
        .with_replica_id(CONSUMER)
        .with_max_wait_ms(FETCH_WAIT_MS)
        .with_min_bytes(1)
        .with_max_bytes(FETCH_BYTES_MAX)
        .with_session_epoch(-1)
        .with_topics(vec![FetchTopic::default().with_topic(name).with_partitions(vec![wanted])]);
    let answer: FetchResponse = leader.ask(ApiKey::Fetch, FETCH_VERSION, &request)?;
    if answer.error_code != 0 {
        return Err(leader.refused(answer.error_code));
    }
    let found = answer.responses.into_iter().flat_map(|topic| topic.partitions).next();
    let found = found.ok_or_else(|| leader.protocol("the answer has no partition"))?;
    if found.error_code != 0 {
        return Err(leader.refused(found.error_code));
    }
    Ok(found.records.unwrap_or_default())
}

/// Takes the next whole batch. `None` where the answer ends, which it mostly does in the middle of a batch.
fn take_batch(records: &mut Bytes) -> Result<Option<Batch>, String> {
    let Some(length) = records.get(LENGTH_ENDS_AT - size_of::<i32>()..LENGTH_ENDS_AT) else { return Ok(None) };
    let length = i32::from_be_bytes(length.try_into().expect("the range has four bytes"));
    let length = LENGTH_ENDS_AT + usize::try_from(length).map_err(|_| "a batch has a negative length".to_owned())?;
    if records.len() < length {
        return Ok(None);
    }
    let batch = records.split_to(length);
    let delta = batch.get(LAST_OFFSET_DELTA).ok_or("a batch is shorter than its header")?;
    let delta = i32::from_be_bytes(delta.try_into().expect("the range has four bytes"));
    let infos = RecordBatchDecoder::decode_batch_info(&mut batch.clone()).map_err(|error| error.to_string())?;
    let info = infos.first().ok_or("a batch is of a format older than transactions")?;
    let producer = Producing { id: info.producer_id, epoch: info.producer_epoch };
    let content = match (info.control, info.transactional) {
        (true, _) => marker(batch)?,
        (false, true) => Content::Transactional,
        (false, false) => Content::Plain,
    };
    Ok(Some(Batch { first: info.min_offset, last: info.min_offset + i64::from(delta), producer, content }))
}

/// The content of a control batch. Brokers write it themselves, uncompressed; its record may have been compacted away.
fn marker(mut batch: Bytes) -> Result<Content, String> {
    let decoded = RecordBatchDecoder::decode(&mut batch).map_err(|error| error.to_string())?;
    let kind = decoded.records.first().and_then(|record| record.key.as_ref()?.get(MARKER_TYPE).map(<[u8]>::to_vec));
    Ok(match kind.as_deref() {
        Some(kind) if kind == COMMIT => Content::Marker(Outcome::Committed),
        Some(kind) if kind == ABORT => Content::Marker(Outcome::Aborted),
        Some(_) | None => Content::OtherControl,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Producing = Producing { id: 7, epoch: 0 };
    const NEW: Producing = Producing { id: 7, epoch: 1 };
    const OTHER: Producing = Producing { id: 8, epoch: 0 };

    fn batch(first: i64, producer: Producing, content: Content) -> Batch {
        Batch { first, last: first + 1, producer, content }
    }

    #[test]
    fn a_marker_ends_what_its_producer_has_open_and_nothing_of_others() {
        let outcomes = Outcomes::of_batches(vec![
            batch(0, OLD, Content::Transactional),
            batch(2, OTHER, Content::Transactional),
            batch(4, NEW, Content::Marker(Outcome::Aborted)),
            batch(6, NEW, Content::Transactional),
            batch(8, Producing { id: -1, epoch: -1 }, Content::Plain),
            batch(10, NEW, Content::Marker(Outcome::Committed)),
            batch(12, NEW, Content::Transactional),
        ]);
        let of = |offset| outcomes.of(offset);
        assert_eq!((of(0), of(1)), (Some(Outcome::Aborted), Some(Outcome::Aborted)));
        assert_eq!(of(3), Some(Outcome::Open(OTHER)), "another producer's marker does not end it");
        assert_eq!(of(5), None, "a marker is no record");
        assert_eq!((of(6), of(8)), (Some(Outcome::Committed), Some(Outcome::Committed)));
        assert_eq!(of(12), Some(Outcome::Open(NEW)));
        assert_eq!((of(14), outcomes.last()), (None, Some(13)));
    }

    #[test]
    fn what_a_transaction_without_its_marker_left_counts_with_the_next_one_of_its_producer() {
        let outcomes = Outcomes::of_batches(vec![
            batch(0, OLD, Content::Transactional),
            batch(2, NEW, Content::Transactional),
            batch(4, NEW, Content::Marker(Outcome::Committed)),
        ]);
        assert_eq!(outcomes.of(0), Some(Outcome::Committed));
    }

    #[test]
    fn half_a_batch_is_left_for_the_next_answer() {
        assert!(take_batch(&mut Bytes::from_static(&[0; 8])).is_ok_and(|batch| batch.is_none()));
        let half = [&[0; 8][..], &100_i32.to_be_bytes(), &[0; 50]].concat();
        assert!(take_batch(&mut Bytes::from(half)).is_ok_and(|batch| batch.is_none()));
        let negative = [&[0; 8][..], &(-1_i32).to_be_bytes()].concat();
        assert!(take_batch(&mut Bytes::from(negative)).is_err());
    }
}
