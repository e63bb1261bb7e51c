//! Why a batch could not be applied, and whether to try again.

use service_kit::postgres::{Cause, cause};

use crate::generation::GenerationError;
use crate::table::RowError;

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
    /// Another projector wrote the same streams at the same time.
    #[error("could not apply a batch to the read models: {written} of {expected} streams were still as loaded")]
    Raced {
        /// Streams of the batch.
        expected: u64,
        /// Streams not touched by others.
        written: u64,
    },
}

impl ApplyError {
    /// Whether the same batch may succeed later or over another connection. Nothing is ever parked for such an error.
    pub fn is_transient(&self) -> bool {
        match self {
            // Outdated tables are made anew by a rebuild, which may be at work.
            Self::GenerationsMoved | Self::Raced { .. } | Self::Generations(GenerationError::Outdated { .. }) => true,
            Self::Row(_) | Self::Generations(GenerationError::NoneLive { .. }) => false,
            Self::Database(source) | Self::Generations(GenerationError::Database { source, .. }) => transient(source),
        }
    }

    /// Whether the content of a record or row caused the error, so that the same batch can never be applied as it is.
    pub fn is_about_a_record(&self) -> bool {
        match self {
            Self::Row(_) => true,
            Self::Database(source) | Self::Generations(GenerationError::Database { source, .. }) => {
                cause(source) == Cause::Values
            }
            Self::Generations(_) | Self::GenerationsMoved | Self::Raced { .. } => false,
        }
    }
}

fn transient(error: &tokio_postgres::Error) -> bool {
    matches!(cause(error), Cause::ConnectionLost | Cause::Transient)
}
