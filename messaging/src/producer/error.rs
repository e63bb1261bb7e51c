//! How producing fails, by what the caller can do about it.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// Why producing failed.
#[derive(Debug, thiserror::Error)]
pub enum ProducerError {
    /// A successor with the same transactional id has taken over. Stop; do not make another.
    #[error("{action}: another producer with the same transactional id has taken over")]
    Fenced {
        /// What was done.
        action: &'static str,
        /// What Kafka says.
        #[source]
        source: KafkaError,
    },
    /// The transaction is lost or its outcome unknown. Throw this producer away, make a new one, read the checkpoint.
    #[error("{action} failed; a new producer may succeed")]
    Retriable {
        /// What was done.
        action: &'static str,
        /// What Kafka says.
        #[source]
        source: KafkaError,
    },
    /// It is done, but a connection was lost before. The client has repeated its request, so the first one may still be on its
    /// way, and would end whatever transaction this producer has open when it arrives. Go on as after
    /// [`ProducerError::Retriable`].
    #[error("{action} succeeded, but a connection was lost before, so another producer must go on")]
    Disturbed {
        /// What was done.
        action: &'static str,
    },
    /// This producer has failed before.
    #[error("{action}: the producer has failed before and must be replaced")]
    Poisoned {
        /// What was done.
        action: &'static str,
    },
    /// There is no open transaction.
    #[error("{action}: no transaction is open")]
    NotOpen {
        /// What was done.
        action: &'static str,
    },
    /// The transaction before has neither been committed nor aborted.
    #[error("{action}: the transaction before is still open")]
    StillOpen {
        /// What was done.
        action: &'static str,
    },
    /// No producer can do it: a record that the topic refuses, no permission, a wrong setting.
    #[error("{action} failed for good")]
    Fatal {
        /// What was done.
        action: &'static str,
        /// What Kafka says.
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
