//! Why a relay cannot decide where to resume, and what to do then.

use domain::EventId;
use domain::contract::Position;
use event_store::ReadError;
use messaging::LookError;
use messaging::broker::BrokerLine;
use uuid::Uuid;

use super::decision::{PartitionName, Undecidable};

/// Why the relay cannot decide where to resume.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Kafka does not answer.
    #[error("looking for the shard's records failed")]
    Look(#[from] LookError),
    /// The log cannot be read.
    #[error("reading the log at the relay's checkpoint failed")]
    Log(#[from] ReadError),
    /// The shard has records, but no checkpoint.
    #[error(
        "{checkpoint_topic} has no checkpoint for shard {shard}, but {topic} has records: publishing from the start would \
         double them. Restore {checkpoint_topic}; or, if the records may go, delete both topics and run `order-engine topics`"
    )]
    CheckpointLost { topic: String, checkpoint_topic: String, shard: i16 },
    /// The checkpoint was written for another log.
    #[error(
        "the checkpoint in Kafka belongs to log {found}, this database holds log {expected}: positions of another log would \
         count as published. Connect the engine to the database that Kafka's topics were filled from, or give the new log \
         new topics"
    )]
    OtherLog {
        /// The incarnation in the checkpoint.
        found: Uuid,
        /// The incarnation of the database.
        expected: Uuid,
    },
    /// The log at the checkpoint's position is another one.
    #[error(
        "the checkpoint says that position {position} held event {published}, but there {found}: the database was restored \
         from an older copy, and events after it would silently count as published. Restore the newest copy of the database, \
         or rebuild the topics from this one: delete the event and checkpoint topics and run `order-engine topics`"
    )]
    Restored {
        position: Position,
        /// The event that was published from this position.
        published: EventId,
        /// What the log has at this position, in words.
        found: String,
    },
    /// The records contradict the checkpoint.
    #[error(
        "shard {shard} in {topic}: {contradiction}. Do not end transactions by hand. Publish everything again: stop all relays, \
         delete {topic} and {checkpoint_topic}, run `order-engine topics`, start the engine; consumers pass over what they have \
         by the order's version, and `orderctl replay rebuild --all --start-over` does it for the engine's own"
    )]
    Contradiction { topic: String, checkpoint_topic: String, shard: i16, contradiction: Undecidable },
    /// Void records stay open although they were aborted, since another producer has them open.
    #[error(
        "records of shard {shard} in {partition} are open from offset {offset} on under producer {producer_id}, which this \
         relay no longer has, and are not part of what was published: everything behind them is hidden from readers. Here, and \
         only here, `kafka-transactions.sh abort --topic {topic} --partition {number} --start-offset {offset}` is right; then \
         start the engine anew",
        topic = partition.topic, number = partition.partition
    )]
    StaysOpen { shard: i16, partition: PartitionName, offset: i64, producer_id: i64 },
    /// The settings forbid publishing through such brokers.
    #[error(
        "broker {broker} is {line}, and RELAY_BROKERS_THAT_LOSE_MARKERS=refuse says to publish nothing through it. Run Kafka \
         4.2.2; or, where the brokers are mended, set it to warn"
    )]
    LosesMarkers { broker: i32, line: BrokerLine },
}

impl StartError {
    /// Whether retrying cannot help.
    pub const fn is_final(&self) -> bool {
        match self {
            Self::Look(_) | Self::Log(_) => false,
            Self::CheckpointLost { .. }
            | Self::OtherLog { .. }
            | Self::Restored { .. }
            | Self::Contradiction { .. }
            | Self::StaysOpen { .. }
            | Self::LosesMarkers { .. } => true,
        }
    }
}
