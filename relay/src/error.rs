//! Why a relay stops or starts over.

use std::sync::Arc;

use domain::contract::Position;
use event_store::{DeclaredEvent, LeaseError, ReadError};
use messaging::EncodeError;
use messaging::producer::ProducerError;

use crate::outgoing::UnreadableEvent;
use crate::start::StartError;

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Where to resume publishing cannot be decided.
    #[error("the relay of shard {shard} cannot find the position to resume from")]
    Start {
        shard: i16,
        #[source]
        source: Box<StartError>,
    },
    /// Taking or renewing the lease failed.
    #[error("the relay cannot ask for its lease")]
    Lease(#[from] LeaseError),
    /// The log cannot be read.
    #[error("the relay cannot read the log")]
    Read(#[from] ReadError),
    /// An event of a kind that this release writes cannot be read. Published as a foreign event, it would be lost to
    /// every consumer.
    #[error(
        "the relay cannot publish an event of the engine's own. Run the release that wrote it, or restore the row from a backup"
    )]
    Unreadable(#[from] UnreadableEvent),
    /// An event of a kind that only a newer release knows.
    #[error(
        "the event at position {position}, {kind} of version {version}, was written by a newer release, whose relay has to \
         publish it",
        kind = event.event_type, version = event.event_version
    )]
    NewerRelease { position: Position, event: Box<DeclaredEvent> },
    /// A record cannot be encoded.
    #[error("the relay cannot encode the event at position {position}")]
    Encode {
        position: Position,
        #[source]
        source: EncodeError,
    },
    /// Two routes of a kind have a request of one event. An event asks for one thing, so that its id is that of one request.
    #[error(
        "the event at position {position} asks for something in {} and in {}; its kind's routes have to be corrected, and let \
         each event ask once",
        topics[0], topics[1]
    )]
    TwoRequests { position: Position, topics: [Arc<str>; 2] },
    /// Kafka does not take the records.
    #[error("the relay cannot publish")]
    Produce(#[from] ProducerError),
}

impl RelayError {
    /// Whether retrying cannot help.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Start { source, .. } => source.is_final(),
            Self::Unreadable(_)
            | Self::Encode { .. }
            | Self::TwoRequests { .. }
            | Self::Produce(ProducerError::Fatal { .. })
            | Self::Read(ReadError::Hole(_)) => true,
            Self::NewerRelease { .. } | Self::Lease(_) | Self::Read(_) | Self::Produce(_) => false,
        }
    }
}
