//! A member of a group that reads one topic, and whose offsets live in its owner's store.

use std::sync::Arc;
use std::time::Duration;

use super::{Assignment, ConsumeError, ConsumerEvent, GroupMember, MemberSettings, PartitionPosition, TopicPartition};

/// The group, the topic and the cluster of a consumer.
#[derive(Debug, Clone)]
pub struct ConsumerSettings {
    /// The cluster, `host:port,…`.
    pub brokers: String,
    pub group: String,
    pub topic: String,
    /// Names the member in the cluster's logs and listings.
    pub client_id: String,
}

/// Bounds of one batch; the first that is reached ends it.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    pub records_max: usize,
    /// Most bytes of keys, values and headers; the record that reaches it is the batch's last.
    pub bytes_max: usize,
    /// Longest wait for more records after the first. With zero, a batch holds what has arrived already.
    pub wait_max: Duration,
}

/// A member of a group with one topic, whose partitions are numbers.
pub struct GroupConsumer {
    topic: Arc<str>,
    member: GroupMember,
}

impl GroupConsumer {
    /// Joins the group. Must be called inside a runtime.
    ///
    /// # Errors
    /// [`ConsumeError::Join`].
    pub fn join(settings: ConsumerSettings) -> Result<Self, ConsumeError> {
        let ConsumerSettings { brokers, group, topic, client_id } = settings;
        let name = topic.as_str().into();
        let member = GroupMember::join(MemberSettings { brokers, group, topics: vec![topic], client_id })?;
        Ok(Self { topic: name, member })
    }

    /// Starts reading an assignment's partitions, given as pairs of partition and offset. Returns `false` when the
    /// assignment was revoked meanwhile; the event that says so follows.
    ///
    /// # Errors
    /// [`ConsumeError::Start`].
    pub fn start(&self, assignment: &Assignment, starts: &[(i32, i64)]) -> Result<bool, ConsumeError> {
        let partition = |number: i32| TopicPartition { topic: Arc::clone(&self.topic), partition: number };
        let partitions = assignment.partitions.iter().map(|number| partition(*number)).collect();
        let assignment = Assignment { partitions, generation: assignment.generation };
        let starts: Vec<_> = starts.iter().map(|(number, offset)| (partition(*number), *offset)).collect();
        self.member.start(&assignment, &starts)
    }

    /// Waits for the next event. Cancelling the future loses nothing.
    ///
    /// # Errors
    /// [`ConsumeError`]; drop the member then and join again.
    pub async fn next(&mut self, limits: &BatchLimits) -> Result<ConsumerEvent, ConsumeError> {
        Ok(match self.member.next(limits).await? {
            ConsumerEvent::Assigned(Assignment { partitions, generation }) => {
                let partitions = partitions.into_iter().map(|one| one.partition).collect();
                ConsumerEvent::Assigned(Assignment { partitions, generation })
            }
            ConsumerEvent::Revoked => ConsumerEvent::Revoked,
            ConsumerEvent::Batch(records) => ConsumerEvent::Batch(records),
            ConsumerEvent::Positions(positions) => ConsumerEvent::Positions(
                positions
                    .into_iter()
                    .map(|PartitionPosition { partition, delivered_to, end }| PartitionPosition {
                        partition: partition.partition,
                        delivered_to,
                        end,
                    })
                    .collect(),
            ),
        })
    }

    /// Leaves the group and waits until it has been left.
    pub async fn close(self) {
        self.member.close().await;
    }
}
