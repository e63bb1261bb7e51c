//! Reading a topic from any offset to its end, independently of any consumer group.
//!
//! Guarantees: committed records only, in offset order for each partition; a read ends at or behind what was committed when it
//! began, also under live traffic; it commits no offsets.

use std::collections::BTreeMap;
use std::time::Duration;

use service_kit::clock::{Ids, Stopwatch, SystemIds};

use crate::IncomingRecord;
use crate::consumer::{BatchLimits, ConsumeError, ConsumerEvent, ConsumerSettings, GroupConsumer};

/// Longest wait for Kafka to give something new.
const QUIET_MAX: Duration = Duration::from_mins(1);
/// Records and bytes of one batch.
const LIMITS: BatchLimits =
    BatchLimits { records_max: 2_000, bytes_max: 8 * 1_024 * 1_024, wait_max: Duration::from_millis(20) };

/// Why a topic cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadTopicError {
    /// Kafka refuses.
    #[error("reading topic {topic} failed")]
    Kafka {
        topic: String,
        #[source]
        source: ConsumeError,
    },
    /// Kafka is silent.
    #[error("topic {topic} gave nothing for {} s; see that Kafka runs at {brokers} and the topic exists", QUIET_MAX.as_secs())]
    Quiet {
        topic: String,
        /// Where Kafka is.
        brokers: String,
    },
}

/// A topic being read.
pub struct Topic {
    name: String,
    brokers: String,
    consumer: GroupConsumer,
    /// Where each partition ended when it was first looked at.
    ends: BTreeMap<i32, i64>,
    done: BTreeMap<i32, bool>,
    /// Since when nothing came; `None` before the first that is asked for, which may be long after it was opened.
    quiet: Option<Stopwatch>,
}

impl Topic {
    /// Begins to read every partition at the offset that `start` gives.
    ///
    /// # Errors
    /// [`ReadTopicError`].
    pub async fn open(
        client_id: &str,
        brokers: &str,
        name: &str,
        start: impl Fn(i32) -> i64,
    ) -> Result<Self, ReadTopicError> {
        let settings = ConsumerSettings {
            brokers: brokers.to_owned(),
            // A group of its own each time, for no other reader shall get part of the partitions.
            group: format!("{client_id}-{}", SystemIds.random()),
            topic: name.to_owned(),
            client_id: client_id.to_owned(),
        };
        let failed = |source| ReadTopicError::Kafka { topic: name.to_owned(), source };
        let consumer = GroupConsumer::join(settings).map_err(failed)?;
        let ends = BTreeMap::new();
        let done = BTreeMap::new();
        let name = name.to_owned();
        let brokers = brokers.to_owned();
        let mut topic = Self { name, brokers, consumer, ends, done, quiet: None };
        loop {
            if let ConsumerEvent::Assigned(assignment) = topic.event().await? {
                let starts: Vec<_> = assignment.partitions.iter().map(|one| (*one, start(*one))).collect();
                if topic.consumer.start(&assignment, &starts).map_err(|source| topic.failed(source))? {
                    topic.done = assignment.partitions.iter().map(|partition| (*partition, false)).collect();
                    topic.quiet = None;
                    return Ok(topic);
                }
            }
        }
    }

    /// How many partitions there are.
    pub fn partitions(&self) -> usize {
        self.done.len()
    }

    /// The next records; `None` when everything that was committed at the beginning has been read.
    ///
    /// # Errors
    /// [`ReadTopicError`].
    pub async fn next(&mut self) -> Result<Option<Vec<IncomingRecord>>, ReadTopicError> {
        while self.done.values().any(|done| !done) {
            match self.event().await? {
                ConsumerEvent::Batch(records) => {
                    for record in &records {
                        self.reached(record.partition, record.offset + 1);
                    }
                    self.quiet = Some(Stopwatch::start());
                    return Ok(Some(records));
                }
                ConsumerEvent::Positions(positions) => {
                    for position in positions {
                        self.ends.entry(position.partition).or_insert(position.end);
                        if let Some(delivered_to) = position.delivered_to {
                            self.reached(position.partition, delivered_to);
                        }
                    }
                }
                // The group has one member, so partitions come back at once if they are taken at all.
                ConsumerEvent::Assigned(_) | ConsumerEvent::Revoked => {}
            }
        }
        Ok(None)
    }

    /// Leaves the group.
    pub async fn close(self) {
        self.consumer.close().await;
    }

    fn reached(&mut self, partition: i32, offset: i64) {
        let Some(end) = self.ends.get(&partition) else { return };
        if offset >= *end
            && let Some(done) = self.done.get_mut(&partition)
            && !*done
        {
            *done = true;
            self.quiet = Some(Stopwatch::start());
        }
    }

    async fn event(&mut self) -> Result<ConsumerEvent, ReadTopicError> {
        let left = QUIET_MAX.saturating_sub(self.quiet.get_or_insert_with(Stopwatch::start).elapsed());
        match tokio::time::timeout(left, self.consumer.next(&LIMITS)).await {
            Ok(event) => event.map_err(|source| self.failed(source)),
            Err(_) => Err(ReadTopicError::Quiet { topic: self.name.clone(), brokers: self.brokers.clone() }),
        }
    }

    fn failed(&self, source: ConsumeError) -> ReadTopicError {
        ReadTopicError::Kafka { topic: self.name.clone(), source }
    }
}
