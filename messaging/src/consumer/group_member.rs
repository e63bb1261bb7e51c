//! A member of a group that reads several topics with one client, and commits offsets to Kafka.

use std::sync::{Arc, Weak};

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, Consumer};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::context::{Context, list};
use super::poller::{self, Buffered};
use super::{Assignment, BatchLimits, ConsumeError, ConsumerEvent, GroupOffsetError, TopicPartition, group_offsets};
use crate::client;
use crate::record::IncomingRecord;

/// Most bytes that the client fetches ahead, in KiB.
const FETCHED_AHEAD_KIB_MAX: &str = "16384";
/// Longest time that a broker waits for new records before it answers a fetch, in milliseconds. An idle member asks so often.
const FETCH_WAIT_MS_MAX: &str = "1000";
/// Time without a heartbeat after which the cluster reassigns a member's partitions, in milliseconds.
const SESSION_TIMEOUT_MS: &str = "10000";
/// Longest time between two polls, in milliseconds. The poller polls all the time, whatever the owner does.
const POLL_INTERVAL_MS_MAX: &str = "60000";
/// How often positions are reported, in milliseconds. The client writes statistics of all its partitions for each report.
const POSITIONS_INTERVAL_MS: &str = "2000";

/// The group, the topics and the cluster of a member.
#[derive(Debug, Clone)]
pub struct MemberSettings {
    /// The cluster, `host:port,…`.
    pub brokers: String,
    pub group: String,
    /// At least one.
    pub topics: Vec<String>,
    /// Names the member in the cluster's logs and listings.
    pub client_id: String,
}

/// A member of a group. Its owner says where reading begins, and which offsets are committed.
pub struct GroupMember {
    settings: MemberSettings,
    /// The poller owns the client, so that it is closed on a thread that may block.
    client: Weak<BaseConsumer<Context>>,
    events: mpsc::UnboundedReceiver<Buffered>,
    /// The event that ended the last batch; it is returned next.
    held_back: Option<Buffered>,
    /// A batch being filled. It is kept here and not in the future, so that cancelling the future loses nothing.
    batch: Vec<IncomingRecord>,
    batch_bytes: usize,
    poller: Option<poller::Handle>,
}

impl GroupMember {
    /// Joins the group. Must be called inside a runtime.
    ///
    /// # Errors
    /// [`ConsumeError::Join`].
    pub fn join(settings: MemberSettings) -> Result<Self, ConsumeError> {
        let join = |source| ConsumeError::Join { group: settings.group.clone(), source };
        let topics: Vec<&str> = settings.topics.iter().map(String::as_str).collect();
        let client: BaseConsumer<Context> = client::config(&settings.brokers)
            .set("group.id", &settings.group)
            .set("client.id", &settings.client_id)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("enable.partition.eof", "true")
            .set("auto.offset.reset", "error")
            .set("isolation.level", "read_committed")
            .set("partition.assignment.strategy", "roundrobin")
            .set("session.timeout.ms", SESSION_TIMEOUT_MS)
            .set("max.poll.interval.ms", POLL_INTERVAL_MS_MAX)
            .set("queued.max.messages.kbytes", FETCHED_AHEAD_KIB_MAX)
            .set("fetch.wait.max.ms", FETCH_WAIT_MS_MAX)
            .set("statistics.interval.ms", POSITIONS_INTERVAL_MS)
            .create_with_context(Context::new(topics.iter().map(|topic| Arc::from(*topic)).collect()))
            .map_err(join)?;
        client.subscribe(&topics).map_err(join)?;
        let client = Arc::new(client);
        let weak = Arc::downgrade(&client);
        let (events, poller) = poller::spawn(client);
        Ok(Self {
            settings,
            client: weak,
            events,
            held_back: None,
            batch: Vec::new(),
            batch_bytes: 0,
            poller: Some(poller),
        })
    }

    /// The offsets that the group has committed in an assignment's partitions, each verified to be in the partition's range.
    ///
    /// # Errors
    /// [`GroupOffsetError`]; also where the group has no offset, since none is chosen for it.
    pub async fn committed(
        &self,
        assignment: &Assignment<TopicPartition>,
    ) -> Result<Vec<(TopicPartition, i64)>, GroupOffsetError> {
        let group = self.settings.group.clone();
        let Some(client) = self.client.upgrade() else { return Err(GroupOffsetError::Ended { group }) };
        let partitions = assignment.partitions.clone();
        group_offsets::asked(move || group_offsets::committed(&*client, &group, &partitions)).await
    }

    /// Starts reading an assignment's partitions at these offsets. Returns `false` when the assignment was revoked meanwhile;
    /// the event that says so follows.
    ///
    /// # Errors
    /// [`ConsumeError::Start`].
    pub fn start(
        &self,
        assignment: &Assignment<TopicPartition>,
        starts: &[(TopicPartition, i64)],
    ) -> Result<bool, ConsumeError> {
        let client = self.client.upgrade().ok_or_else(|| self.ended())?;
        let offsets = list(starts.iter().map(|(partition, offset)| (partition, Offset::Offset(*offset))));
        let partitions = starts.iter().map(|(partition, _)| partition.clone()).collect();
        let started = client.context().start(assignment.generation, partitions, || client.assign(&offsets));
        started.transpose().map(|started| started.is_some()).map_err(|source| {
            let partitions: Vec<_> = assignment.partitions.iter().map(ToString::to_string).collect();
            ConsumeError::Start { partitions: partitions.join(", "), source }
        })
    }

    /// Notes that everything before an offset of a partition is handled. The offset is committed within a second,
    /// and before the partition is given to another member. Without effect once the partition was revoked.
    pub fn commit_soon(&self, partition: &TopicPartition, next_offset: i64) {
        if let Some(client) = self.client.upgrade() {
            client.context().commit_soon(partition, next_offset);
        }
    }

    /// Pauses or resumes a partition. Records that were fetched already may still come. Without effect once the partition was
    /// revoked; a new assignment is not paused.
    pub fn set_paused(&self, partition: &TopicPartition, pause: bool) {
        let Some(client) = self.client.upgrade() else { return };
        let Some(list) = client.context().set_paused(partition, pause) else { return };
        if let Err(error) = if pause { client.pause(&list) } else { client.resume(&list) } {
            tracing::warn!(%error, %partition, pause, "pausing or resuming failed");
        }
    }

    /// Waits for the next event. Cancelling the future loses nothing.
    ///
    /// # Errors
    /// [`ConsumeError`]; drop the member then and join again.
    pub async fn next(&mut self, limits: &BatchLimits) -> Result<ConsumerEvent<TopicPartition>, ConsumeError> {
        if self.batch.is_empty() {
            let event = match self.held_back.take() {
                Some(event) => event,
                None => self.events.recv().await.ok_or_else(|| self.ended())?,
            };
            match event {
                Buffered::Assigned(assignment) => return Ok(ConsumerEvent::Assigned(assignment)),
                Buffered::Revoked => return Ok(ConsumerEvent::Revoked),
                Buffered::Positions(positions) => return Ok(ConsumerEvent::Positions(positions)),
                Buffered::Failed(source) => return Err(ConsumeError::of_read(&self.settings.group, source)),
                Buffered::Record(record, _room) => self.put(record),
            }
        }
        self.fill(limits).await;
        self.batch_bytes = 0;
        Ok(ConsumerEvent::Batch(std::mem::take(&mut self.batch)))
    }

    /// Commits what was noted, leaves the group and waits until it has been left.
    pub async fn close(mut self) {
        if let Some(poller) = self.poller.take() {
            client::blocking(move || poller.stop_and_join()).await;
        }
    }

    /// Fills the batch until a bound is reached or something other than a record comes.
    async fn fill(&mut self, limits: &BatchLimits) {
        let deadline = Instant::now() + limits.wait_max;
        while self.held_back.is_none() && self.batch.len() < limits.records_max && self.batch_bytes < limits.bytes_max {
            let next = match self.events.try_recv() {
                Ok(event) => Some(event),
                Err(_) if limits.wait_max.is_zero() => None,
                Err(_) => tokio::time::timeout_at(deadline, self.events.recv()).await.ok().flatten(),
            };
            match next {
                Some(Buffered::Record(record, _room)) => self.put(record),
                // A position may count the records of this batch as delivered, so it must not overtake them.
                Some(event) => self.held_back = Some(event),
                None => return,
            }
        }
    }

    fn put(&mut self, record: IncomingRecord) {
        self.batch_bytes += record.size();
        self.batch.push(record);
    }

    fn ended(&self) -> ConsumeError {
        ConsumeError::Ended { group: self.settings.group.clone() }
    }
}
