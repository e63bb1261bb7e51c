//! Where to go on: the checkpoint, proven to belong to this log.

use domain::EventId;
use domain::contract::Position;
use event_store::{ReadError, Store};
use messaging::checkpoint::{self, Checkpoint, CheckpointError};
use messaging::inspect::{InspectError, has_record_of_shard, settled};
use uuid::Uuid;

/// Why the relay cannot tell where to go on.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Kafka does not answer.
    #[error("reading the relay's checkpoint failed")]
    Checkpoint(#[from] CheckpointError),
    /// Kafka does not answer.
    #[error("looking into {topic} failed")]
    Topic {
        /// Which topic.
        topic: String,
        /// Why.
        #[source]
        source: InspectError,
    },
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
}

impl PlaceError {
    /// Whether waiting would not help.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::CheckpointLost { .. } | Self::OtherLog { .. } | Self::Restored { .. })
    }
}

/// The last published position of a shard; 0 where nothing was published.
///
/// # Errors
/// [`PlaceError`]; the final ones say what to do.
pub async fn place(
    store: &Store,
    brokers: &str,
    topic: &str,
    checkpoint_topic: &str,
    shard: i16,
) -> Result<i64, PlaceError> {
    let failed = |source| PlaceError::Topic { topic: topic.to_owned(), source };
    // What a predecessor left open is void, and the cluster says so before a producer is connected. Were it not so, our own
    // commit would make it count.
    settled(brokers, topic).await.map_err(failed)?;
    let Some(checkpoint) = checkpoint::read(brokers, checkpoint_topic, shard).await? else {
        let published = has_record_of_shard(brokers, topic, shard).await.map_err(failed)?;
        if published {
            let (topic, checkpoint_topic) = (topic.to_owned(), checkpoint_topic.to_owned());
            return Err(PlaceError::CheckpointLost { topic, checkpoint_topic, shard });
        }
        return Ok(0);
    };
    prove(store, &checkpoint).await?;
    Ok(checkpoint.position)
}

async fn prove(store: &Store, checkpoint: &Checkpoint) -> Result<(), PlaceError> {
    let expected = store.identity().incarnation;
    if checkpoint.incarnation != expected {
        return Err(PlaceError::OtherLog { found: checkpoint.incarnation, expected });
    }
    let page = store.read_log(checkpoint.shard, checkpoint.position - 1, 1).await?;
    let found = match page.rows.first() {
        Some((_, row)) if row.event_id == checkpoint.event_id => return Ok(()),
        Some((_, row)) => format!("is event {}", row.event_id),
        None => "is none yet".to_owned(),
    };
    let position = Position { shard: checkpoint.shard, position: checkpoint.position };
    Err(PlaceError::Restored { position, published: checkpoint.event_id, found })
}
