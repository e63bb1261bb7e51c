//! Errors of sealing and opening, one enum for each operation.

use domain::SubjectId;

/// Why the keys cannot be loaded, whatever the subject.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// The pool has no connection to give.
    #[error("no connection to the key store (IDENTITY_DATABASE_URL)")]
    Connection(#[source] deadpool_postgres::PoolError),
    /// A statement failed.
    #[error("the key store failed to {action}")]
    Statement {
        action: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
    /// A stored row is not what this program writes.
    #[error("a row of subject_keys cannot be read")]
    Row(#[source] tokio_postgres::Error),
    /// A stored key does not unwrap.
    #[error("the key of {subject} does not unwrap; is ENGINE_MASTER_KEY_FILE the one it was made with?")]
    Unwrap { subject: SubjectId },
}

/// Why a text was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The subject was erased.
    #[error("the key of {subject} has been destroyed")]
    Destroyed { subject: SubjectId },
    /// The text is longer than [`super::PLAINTEXT_BYTES_MAX`].
    #[error("{bytes} bytes are too many to seal")]
    TooLarge { bytes: usize },
    /// The keys cannot be loaded.
    #[error("could not seal")]
    Store(#[from] KeyStoreError),
}

/// Why a sealed value was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The subject was erased; the value can never be read again.
    #[error("the key of {subject} has been destroyed")]
    Destroyed { subject: SubjectId },
    /// This keyring has never had a key of the subject.
    #[error("{subject} has no key")]
    Unknown { subject: SubjectId },
    /// The text was changed, cut, or sealed for another tenant or subject.
    #[error("a sealed value of {subject} does not open")]
    Damaged { subject: SubjectId },
    /// The keys cannot be loaded.
    #[error("could not open")]
    Store(#[from] KeyStoreError),
}
