//! Why a batch could not be applied, and whether to try again.

use std::error::Error;

use tokio_postgres::error::SqlState;

use crate::RowError;
use crate::generation::GenerationError;

/// Why a batch could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A statement failed.
    #[error("could not apply a batch to the read models")]
    Database(#[source] tokio_postgres::Error),
    /// A stored row holds what no projector writes.
    #[error("could not apply a batch to the read models: a row is damaged")]
    Row(#[source] RowError),
    /// The live generations could not be read or selected.
    #[error("could not apply a batch to the read models: no generation to work on")]
    Generations(#[source] GenerationError),
    /// Another generation is live since the applier was opened. Open it again.
    #[error("could not apply a batch to the read models: the live generations have changed")]
    GenerationsMoved,
    /// Another projector wrote the same orders at the same time.
    #[error("could not apply a batch to the read models: {written} of {expected} orders were still as loaded")]
    Raced {
        /// Orders of the batch.
        expected: u64,
        /// Orders not touched by others.
        written: u64,
    },
}

impl ApplyError {
    /// Whether the same batch may succeed later or over another connection. Nothing is ever parked for such an error.
    pub fn is_transient(&self) -> bool {
        match self {
            // A rebuild may be at work that makes the tables anew.
            Self::Generations(GenerationError::Outdated { .. }) => true,
            Self::GenerationsMoved | Self::Raced { .. } => true,
            Self::Row(_) | Self::Generations(GenerationError::NoneLive { .. }) => false,
            Self::Database(source) | Self::Generations(GenerationError::Database { source, .. }) => transient(source),
        }
    }

    /// Whether the content of a record or row caused the error, so that the same batch can never be applied as it is.
    pub fn is_about_a_record(&self) -> bool {
        match self {
            Self::Row(_) => true,
            Self::Database(source) | Self::Generations(GenerationError::Database { source, .. }) => {
                source.code().is_some_and(|code| is_of(code, &VALUE_CLASSES))
            }
            Self::Generations(_) | Self::GenerationsMoved | Self::Raced { .. } => false,
        }
    }
}

/// Classes of SQLSTATE that are transient: connection, transaction rollback, resources, intervention by an operator,
/// system. Source: PostgreSQL documentation, appendix A. `55` holds locks not granted in time, `25` transactions that
/// were ended.
const TRANSIENT_CLASSES: [&str; 7] = ["08", "25", "40", "53", "55", "57", "58"];

/// Classes of SQLSTATE of errors in the given values: data exception, integrity violation, program limit exceeded.
const VALUE_CLASSES: [&str; 3] = ["22", "23", "54"];

fn is_of(code: &SqlState, classes: &[&str]) -> bool {
    classes.iter().any(|class| code.code().starts_with(class))
}

fn transient(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        // An error without a code comes from the connection, unless the values did not fit the statement.
        None => error.is_closed() || error.source().is_some_and(<dyn Error>::is::<std::io::Error>),
        Some(code) => is_of(code, &TRANSIENT_CLASSES),
    }
}
