//! How reading fails.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// Why a member cannot go on. Drop it and join again.
#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    /// The client cannot be made or the topic not be subscribed.
    #[error("joining group {group} failed")]
    Join {
        /// Which group.
        group: String,
        /// What Kafka says.
        #[source]
        source: KafkaError,
    },
    /// The partitions cannot be taken.
    #[error("starting partitions {partitions:?} failed")]
    Start {
        /// Which.
        partitions: Vec<i32>,
        /// What Kafka says.
        #[source]
        source: KafkaError,
    },
    /// An offset that was asked for does not exist. Rebuild from the log; nothing may be skipped.
    #[error("an offset that group {group} asked for is out of the range of its partition")]
    OutOfRange {
        /// Which group.
        group: String,
        /// What Kafka says.
        #[source]
        source: KafkaError,
    },
    /// Reading failed for another reason.
    #[error("reading as group {group} failed")]
    Read {
        /// Which group.
        group: String,
        /// What Kafka says.
        #[source]
        source: KafkaError,
    },
    /// The reading thread is gone.
    #[error("the reader of group {group} has ended")]
    Ended {
        /// Which group.
        group: String,
    },
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
