//! What can go wrong with sealed data, one enum an operation.

use domain::SubjectId;

/// The keys cannot be had, for reasons that have nothing to do with the subject.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// No connection to the database.
    #[error("no connection to the key store (IDENTITY_DATABASE_URL)")]
    Connection(#[source] deadpool_postgres::PoolError),
    /// A statement failed.
    #[error("the key store failed to {action}")]
    Statement {
        /// What was being done.
        action: &'static str,
        /// Why.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A stored row is not what this program writes.
    #[error("a row of subject_keys cannot be read")]
    Row(#[source] tokio_postgres::Error),
    /// A stored key does not unwrap.
    #[error("the key of {subject} does not unwrap; is ENGINE_MASTER_KEY_FILE the one it was made with?")]
    Unwrap {
        /// Whose key.
        subject: SubjectId,
    },
}

/// Why a text was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The subject was erased.
    #[error("the key of {subject} has been destroyed")]
    Destroyed {
        /// The subject.
        subject: SubjectId,
    },
    /// More than [`super::PLAINTEXT_BYTES_MAX`].
    #[error("{bytes} bytes are too many to seal")]
    TooLarge {
        /// Bytes given.
        bytes: usize,
    },
    /// The keys cannot be had.
    #[error("could not seal")]
    Store(#[from] KeyStoreError),
}

/// Why a sealed value was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The subject was erased; nobody can read this again.
    #[error("the key of {subject} has been destroyed")]
    Destroyed {
        /// The subject.
        subject: SubjectId,
    },
    /// The subject never had a key here.
    #[error("{subject} has no key")]
    Unknown {
        /// The subject.
        subject: SubjectId,
    },
    /// The text was changed, cut, or sealed for another tenant or subject.
    #[error("a sealed value of {subject} does not open")]
    Damaged {
        /// The subject.
        subject: SubjectId,
    },
    /// The keys cannot be had.
    #[error("could not open")]
    Store(#[from] KeyStoreError),
}
