//! Reads a range of a partition, every record with its outcome.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::time::Duration;

use domain::contract::Position;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers};
use rdkafka::{Message, Offset, TopicPartitionList};
use service_kit::clock::Stopwatch;

use super::batches::{Outcomes, outcomes};
use super::{CheckpointRecord, EventRecord, Found, LogSource, LookError};
use crate::client::{self, Interrupt, METADATA_TIMEOUT_MS};
use crate::headers::{self, GLOBAL_POSITION, SOURCE, SOURCE_VALUE};
use crate::wire::Connection;

/// librdkafka assigns partitions only to a consumer with a group; this one never joins or commits.
const GROUP: &str = "orders.relay.start";
/// Longest wait for one record, in milliseconds; also the delay after which an interruption is seen.
const POLL_MS: u64 = 100;
/// How long a broker waits for new records before it reports the end of a partition, in milliseconds.
const END_WAIT_MS: &str = "10";
/// Longest time without a record before reading is given up, in milliseconds.
const STALL_MS_MAX: u64 = 30_000;

/// The offsets at which a partition begins and ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub(super) partition: i32,
    /// Offset of the first record.
    pub(super) low: i64,
    /// Offset of the first record of any open transaction; `end` where none is open.
    pub(super) last_stable: i64,
    /// Offset after the last record.
    pub(super) end: i64,
}

pub(super) struct Reader<'a> {
    topic: String,
    /// Reads uncommitted records too.
    all: BaseConsumer,
    /// Reads committed records only; used for the partitions' last stable offsets.
    stable: BaseConsumer,
    /// Addresses of the leaders by partition, as `host:port`.
    addresses: HashMap<i32, String>,
    leaders: HashMap<String, Connection>,
    interrupt: &'a Interrupt,
}

impl<'a> Reader<'a> {
    pub(super) fn connect(brokers: &str, topic: &str, interrupt: &'a Interrupt) -> Result<Self, LookError> {
        let failed = |source| LookError::Kafka { topic: topic.to_owned(), source };
        let consumer = |isolation| {
            client::config(brokers)
                .set("group.id", GROUP)
                .set("enable.auto.commit", "false")
                .set("enable.partition.eof", "true")
                .set("auto.offset.reset", "error")
                .set("fetch.wait.max.ms", END_WAIT_MS)
                .set("isolation.level", isolation)
                .create::<BaseConsumer>()
        };
        let all = consumer("read_uncommitted").map_err(failed)?;
        let stable = consumer("read_committed").map_err(failed)?;
        let addresses = addresses(&all, topic).map_err(failed)?;
        Ok(Self { topic: topic.to_owned(), all, stable, addresses, leaders: HashMap::new(), interrupt })
    }

    /// The bounds of all partitions, in order.
    pub(super) fn bounds(&self) -> Result<Vec<Bound>, LookError> {
        let mut partitions: Vec<_> = self.addresses.keys().copied().collect();
        partitions.sort_unstable();
        partitions.into_iter().map(|partition| self.bound(partition)).collect()
    }

    pub(super) fn bound(&self, partition: i32) -> Result<Bound, LookError> {
        let (low, end) = client::watermarks(&self.all, &self.topic, partition).map_err(|error| self.kafka(error))?;
        // In this order, the stable offset is not older than the end: whatever lies after the end is ignored.
        let (_, stable) =
            client::watermarks(&self.stable, &self.topic, partition).map_err(|error| self.kafka(error))?;
        Ok(Bound { partition, low, last_stable: stable.min(end), end })
    }

    /// The records of a range for which `item` returns something, with their outcomes.
    pub(super) fn range<T>(
        &mut self,
        partition: i32,
        range: Range<i64>,
        mut item: impl FnMut(&BorrowedMessage<'_>) -> Result<Option<T>, LookError>,
    ) -> Result<Vec<Found<T>>, LookError> {
        let mut found = Vec::new();
        let outcomes = self.outcomes(partition, range.clone())?;
        let Some(last) = outcomes.last() else { return Ok(found) };
        self.assign(partition, range.start)?;
        let mut moved = Stopwatch::start();
        while !self.interrupt.is_set() && moved.elapsed() < Duration::from_millis(STALL_MS_MAX) {
            match self.all.poll(Duration::from_millis(POLL_MS)) {
                None => {}
                Some(Ok(message)) => {
                    moved = Stopwatch::start();
                    let offset = message.offset();
                    if let Some(outcome) = outcomes.of(offset)
                        && let Some(item) = item(&message)?
                    {
                        found.push(Found { offset, outcome, item });
                    }
                    if offset >= last {
                        return Ok(found);
                    }
                }
                Some(Err(KafkaError::PartitionEOF(_))) => return Ok(found),
                Some(Err(error)) if client::is_passing(&error) => {}
                Some(Err(error)) => return Err(self.kafka(error)),
            }
        }
        Err(self.stalled(partition))
    }

    fn outcomes(&mut self, partition: i32, range: Range<i64>) -> Result<Outcomes, LookError> {
        if range.is_empty() {
            return Ok(Outcomes::default());
        }
        let topic = self.topic.clone();
        let interrupt = self.interrupt;
        let outcomes = outcomes(self.leader(partition)?, &topic, partition, range, interrupt);
        let outcomes = outcomes.map_err(|source| LookError::Leader { topic, partition, source })?;
        outcomes.ok_or_else(|| self.stalled(partition))
    }

    /// The connection to a partition's leader.
    pub(super) fn leader(&mut self, partition: i32) -> Result<&mut Connection, LookError> {
        let no_leader = || LookError::NoLeader { topic: self.topic.clone(), partition };
        let address = self.addresses.get(&partition).filter(|address| !address.is_empty()).ok_or_else(no_leader)?;
        match self.leaders.entry(address.clone()) {
            Entry::Occupied(connected) => Ok(connected.into_mut()),
            Entry::Vacant(vacant) => {
                let failed = |source| LookError::Leader { topic: self.topic.clone(), partition, source };
                Ok(vacant.insert(Connection::open(address).map_err(failed)?))
            }
        }
    }

    fn assign(&self, partition: i32, offset: i64) -> Result<(), LookError> {
        let mut start = TopicPartitionList::new();
        start
            .add_partition_offset(&self.topic, partition, Offset::Offset(offset))
            .and_then(|()| self.all.assign(&start))
            .map_err(|error| self.kafka(error))
    }

    fn kafka(&self, source: KafkaError) -> LookError {
        LookError::Kafka { topic: self.topic.clone(), source }
    }

    fn stalled(&self, partition: i32) -> LookError {
        LookError::Stalled { topic: self.topic.clone(), partition }
    }
}

/// The address of each partition's leader; empty where it has none.
fn addresses(consumer: &BaseConsumer, topic: &str) -> Result<HashMap<i32, String>, KafkaError> {
    let metadata = consumer.fetch_metadata(Some(topic), Duration::from_millis(METADATA_TIMEOUT_MS))?;
    let address_of = |id| {
        let broker = metadata.brokers().iter().find(|broker| broker.id() == id);
        broker.map(|broker| format!("{}:{}", broker.host(), broker.port())).unwrap_or_default()
    };
    let partitions = metadata.topics().iter().flat_map(rdkafka::metadata::MetadataTopic::partitions);
    Ok(partitions.map(|partition| (partition.id(), address_of(partition.leader()))).collect())
}

/// The event of a record. `None` where it is no event of this log's shard. Releases that did not name the log in
/// `ce_source` wrote to a topic of their own, so their records count as this log's.
pub(super) fn event_of(message: &BorrowedMessage<'_>, source: LogSource) -> Option<EventRecord> {
    let headers = message.headers()?;
    let text = |name| {
        let header = headers.iter().filter(|header| header.key == name).last()?;
        std::str::from_utf8(header.value?).ok()
    };
    let said = text(SOURCE)?;
    let is_ours = said == SOURCE_VALUE || said == headers::source_of(source.incarnation);
    let position: Position = text(GLOBAL_POSITION)?.parse().ok()?;
    (is_ours && position.shard == source.shard).then_some(EventRecord { position: position.position })
}

/// The checkpoint of a record. `None` for a tombstone.
pub(super) fn checkpoint_of(message: &BorrowedMessage<'_>, topic: &str) -> Result<Option<CheckpointRecord>, LookError> {
    let Some(payload) = message.payload() else { return Ok(None) };
    let unreadable = |source| LookError::Unreadable { topic: topic.to_owned(), offset: message.offset(), source };
    serde_json::from_slice(payload).map(Some).map_err(unreadable)
}
