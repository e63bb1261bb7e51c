//! What a failed statement means for the commands of its batch.

use service_kit::postgres::{Cause, cause};
use tokio_postgres::error::SqlState;

/// Why a statement failed, by how the writer goes on.
pub(super) enum FailureClass {
    /// A version, key or claim is taken: find the commands in conflict and try the others again.
    Conflict,
    /// The same batch may succeed when it is tried again.
    Transient,
    /// A command of the batch waits for a row that another transaction has locked.
    Locked,
    /// A command of the batch has values that Postgres refuses.
    Invalid,
    /// The connection was lost, so the outcome is unknown until the tables have been read.
    ConnectionLost,
}

/// Whether a statement that failed with this error may have been executed.
pub(super) fn outcome_is_unknown(error: &tokio_postgres::Error) -> bool {
    matches!(classify(error), FailureClass::ConnectionLost)
}

pub(super) fn classify(error: &tokio_postgres::Error) -> FailureClass {
    match error.code() {
        Some(&SqlState::UNIQUE_VIOLATION) => FailureClass::Conflict,
        Some(&SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE) => FailureClass::Transient,
        Some(&SqlState::LOCK_NOT_AVAILABLE | &SqlState::QUERY_CANCELED) => FailureClass::Locked,
        _ => match cause(error) {
            Cause::Values | Cause::NotSent => FailureClass::Invalid,
            Cause::ConnectionLost | Cause::Transient | Cause::Other => FailureClass::ConnectionLost,
        },
    }
}
