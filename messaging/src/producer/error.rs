//! Errors of producers, by what the caller can do about them.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// Why producing failed.
#[derive(Debug, thiserror::Error)]
pub enum ProducerError {
    /// A successor with the same transactional id has taken over. Stop; do not create another producer.
    #[error("{action}: another producer with the same transactional id has taken over")]
    Fenced {
        action: &'static str,
        #[source]
        source: KafkaError,
    },
    /// The transaction is lost or its outcome unknown. Drop this producer, create a new one and read the checkpoint.
    #[error("{action} failed; a new producer may succeed")]
    Retriable {
        action: &'static str,
        #[source]
        source: KafkaError,
    },
    /// The call succeeded, but a connection was lost before. The client has repeated its request, so the first one may
    /// still arrive and would then end the transaction that this producer has open. Go on as after
    /// [`ProducerError::Retriable`].
    #[error("{action} succeeded, but a connection was lost before, so another producer must go on")]
    Disturbed { action: &'static str },
    /// This producer has failed before.
    #[error("{action}: the producer has failed before and must be replaced")]
    Poisoned { action: &'static str },
    /// There is no open transaction.
    #[error("{action}: no transaction is open")]
    NotOpen { action: &'static str },
    /// The previous transaction has been neither committed nor aborted.
    #[error("{action}: the transaction before is still open")]
    StillOpen { action: &'static str },
    /// No producer can succeed: the topic refuses the record, a permission is missing, or a setting is wrong.
    #[error("{action} failed for good")]
    Fatal {
        action: &'static str,
        #[source]
        source: KafkaError,
    },
}

impl ProducerError {
    pub(super) fn of(action: &'static str, source: KafkaError) -> Self {
        use RDKafkaErrorCode as Code;
        match code_of(&source) {
            Some(Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch) => Self::Fenced { action, source },
            Some(
                Code::MessageSizeTooLarge
                | Code::InvalidMessageSize
                | Code::TopicAuthorizationFailed
                | Code::TransactionalIdAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::Authentication
                | Code::SaslAuthenticationFailed
                | Code::UnknownTopic
                | Code::UnknownTopicOrPartition
                | Code::UnknownPartition
                | Code::InvalidTopic
                | Code::InvalidTransactionTimeout
                | Code::UnsupportedVersion
                | Code::InvalidTimestamp
                | Code::InvalidRecord,
            ) => Self::Fatal { action, source },
            None if matches!(source, KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_)) => {
                Self::Fatal { action, source }
            }
            _ => Self::Retriable { action, source },
        }
    }
}

fn code_of(error: &KafkaError) -> Option<RDKafkaErrorCode> {
    match error {
        KafkaError::Transaction(error) => Some(error.code()),
        error => error.rdkafka_error_code(),
    }
}
