//! Why a relay cannot tell where to go on, and what to do then.

use domain::EventId;
use domain::contract::Position;
use event_store::ReadError;
use messaging::LookError;
use messaging::broker::BrokerLine;
use uuid::Uuid;

use super::decision::{PartitionName, Undecidable};

/// Why the relay cannot tell where to go on.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Kafka does not answer.
    #[error("looking for the shard's records failed")]
    Look(#[from] LookError),
    /// The log cannot be read.
    #[error("reading the log at the relay's checkpoint failed")]
    Log(#[from] ReadError),
    /// There is no checkpoint, and yet there are records.
    #[error(
        "{checkpoint_topic} has no checkpoint for shard {shard}, but {topic} has records: publishing from the start would \
         double them. Restore {checkpoint_topic}; or, if the records may go, delete both topics and run `order-engine topics`"
    )]
    CheckpointLost {
        /// The topic of events.
        topic: String,
        /// The topic of checkpoints.
        checkpoint_topic: String,
        /// Which shard.
        shard: i16,
    },
    /// The checkpoint was written for another log.
    #[error(
        "the checkpoint in Kafka belongs to log {found}, this database holds log {expected}: positions of another life would \
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
        /// The checkpoint's position.
        position: Position,
        /// The event that was published from there.
        published: EventId,
        /// What the log has there.
        found: String,
    },
    /// The records contradict the checkpoint.
    #[error(
        "shard {shard} in {topic}: {contradiction}. Do not end transactions by hand. Publish everything anew: stop all relays, \
         delete {topic} and {checkpoint_topic}, run `order-engine topics`, start the engine; consumers pass over what they have \
         by the order's version, and `orderctl replay rebuild --all --start-over` does it for the engine's own"
    )]
    Contradiction {
        /// The topic of events.
        topic: String,
        /// The topic of checkpoints.
        checkpoint_topic: String,
        /// Which shard.
        shard: i16,
        /// What contradicts what.
        contradiction: Undecidable,
    },
    /// Void records stay open though they were aborted: another producer holds them.
    #[error(
        "records of shard {shard} in {partition} are open from offset {offset} on under producer {producer_id}, which this \
         relay no longer has, and are not part of what was published: everything behind them is hidden from readers. Here, and \
         only here, `kafka-transactions.sh abort --topic {topic} --partition {number} --start-offset {offset}` is right; then \
         start the engine anew",
        topic = partition.topic, number = partition.partition
    )]
    StaysOpen {
        /// Which shard.
        shard: i16,
        /// Where.
        partition: PartitionName,
        /// The first offset.
        offset: i64,
        /// Whose they are.
        producer_id: i64,
    },
    /// The setting says to publish nothing through such brokers.
    #[error(
        "broker {broker} is {line}, and RELAY_BROKERS_THAT_LOSE_MARKERS=refuse says to publish nothing through it. Run Kafka \
         4.2.2; or, where the brokers are mended, set it to warn"
    )]
    LosesMarkers {
        /// The broker's number.
        broker: i32,
        /// Its line.
        line: BrokerLine,
    },
}

impl StartError {
    /// Whether waiting would not help.
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
