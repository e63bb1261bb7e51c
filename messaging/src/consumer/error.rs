//! Errors of a group's member.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// Why a member cannot go on. Drop it and join again.
#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    /// The client cannot be created, or subscribing to the topic failed.
    #[error("joining group {group} failed")]
    Join {
        group: String,
        #[source]
        source: KafkaError,
    },
    /// Reading the assigned partitions cannot start.
    #[error("starting {partitions} failed")]
    Start {
        partitions: String,
        #[source]
        source: KafkaError,
    },
    /// The requested offset does not exist. Rebuild from the log, since no record may be skipped.
    #[error("an offset that group {group} asked for is out of the range of its partition")]
    OutOfRange {
        group: String,
        #[source]
        source: KafkaError,
    },
    /// Reading failed for another reason.
    #[error("reading as group {group} failed")]
    Read {
        group: String,
        #[source]
        source: KafkaError,
    },
    /// The polling thread has ended.
    #[error("the reader of group {group} has ended")]
    Ended { group: String },
}

impl ConsumeError {
    pub(super) fn of_read(group: &str, source: KafkaError) -> Self {
        let group = group.to_owned();
        match source.rdkafka_error_code() {
            Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => {
                Self::OutOfRange { group, source }
            }
            _ => Self::Read { group, source },
        }
    }
}
