//! Why a statement failed, by what another attempt could change.

use std::error::Error;

/// The cause of a failed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The connection was lost, so that the statement may have been executed.
    ConnectionLost,
    /// The parameters could not be encoded, so that nothing was sent.
    NotSent,
    /// Postgres refuses the values: the same statement with the same values fails again.
    Values,
    /// The same statement may succeed later or over another connection.
    Transient,
    /// Anything else, such as a statement that Postgres does not understand.
    Other,
}

/// Classes of SQLSTATE that are transient: connection, transaction rollback, resources, intervention by an operator,
/// system. Source: PostgreSQL documentation, appendix A. `55` holds locks not granted in time, `25` transactions that
/// were ended.
const TRANSIENT_CLASSES: [&str; 7] = ["08", "25", "40", "53", "55", "57", "58"];

/// Classes of SQLSTATE of errors in the given values: data exception, integrity violation, program limit exceeded.
const VALUE_CLASSES: [&str; 3] = ["22", "23", "54"];

/// The cause of an error.
pub fn cause(error: &tokio_postgres::Error) -> Cause {
    match error.code() {
        // An error without a code comes from the connection, unless the values did not fit the statement.
        None if error.is_closed() || error.source().is_some_and(<dyn Error>::is::<std::io::Error>) => {
            Cause::ConnectionLost
        }
        None => Cause::NotSent,
        Some(code) => of_code(code.code()),
    }
}

fn of_code(code: &str) -> Cause {
    let is_of = |classes: &[&str]| classes.iter().any(|class| code.starts_with(class));
    if is_of(&VALUE_CLASSES) {
        Cause::Values
    } else if is_of(&TRANSIENT_CLASSES) {
        Cause::Transient
    } else {
        Cause::Other
    }
}

#[cfg(test)]
mod tests {
    use tokio_postgres::error::SqlState;

    use super::*;

    #[test]
    fn a_code_has_the_cause_of_its_class() {
        for (code, cause) in [
            (SqlState::UNIQUE_VIOLATION, Cause::Values),
            (SqlState::NUMERIC_VALUE_OUT_OF_RANGE, Cause::Values),
            (SqlState::PROGRAM_LIMIT_EXCEEDED, Cause::Values),
            (SqlState::T_R_DEADLOCK_DETECTED, Cause::Transient),
            (SqlState::ADMIN_SHUTDOWN, Cause::Transient),
            (SqlState::DISK_FULL, Cause::Transient),
            (SqlState::UNDEFINED_TABLE, Cause::Other),
        ] {
            assert_eq!(of_code(code.code()), cause, "{code:?}");
        }
    }
}
