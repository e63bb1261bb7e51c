//! Why a rebuild, a check or a way back did not come to its end.

use service_kit::BoxError;
use service_kit::postgres::ConnectError;

use crate::generation::GenerationError;
use crate::{ApplyError, RowError};

/// Why a rebuild, a check or a way back did not come to its end. The live tables are then as they were.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The read database cannot be reached.
    #[error("could not reach the read database")]
    Connect(#[from] ConnectError),
    /// The read database refused.
    #[error("could not {action}")]
    Database {
        /// What was being done.
        action: &'static str,
        /// Why.
        #[source]
        source: tokio_postgres::Error,
    },
    /// Generations could not be made or read.
    #[error("could not handle the generations of the read models")]
    Generations(#[from] GenerationError),
    /// The log could not be read.
    #[error("could not read the log")]
    Log(#[source] BoxError),
    /// What the live projector has applied cannot be applied to the new tables.
    #[error("could not catch up with the live projector")]
    Apply(#[from] ApplyError),
    /// A row is damaged.
    #[error("could not read what the live projector has applied")]
    Row(#[from] RowError),
    /// The live projector has applied an event that this release's fold refuses.
    #[error("the live projector has applied an event that does not fold: {0}")]
    Unfoldable(String),
    /// Another one runs.
    #[error(
        "another rebuild is at work ({stage}); it holds the lease for {seconds_left:.0} s more unless it renews it"
    )]
    Busy {
        /// What it is doing.
        stage: String,
        /// When its lease ends.
        seconds_left: f64,
    },
    /// The lease was lost to another one.
    #[error("the lease was lost: this process was paused for too long, and another rebuild may be at work")]
    LeaseLost,
    /// The projector is too far behind the log.
    #[error("the live projector is more than {0} events behind the log; wait until it has caught up (`orderctl lag`)")]
    ProjectorBehind(usize),
    /// There is no way back.
    #[error("there is no way back: {0}")]
    NoWayBack(&'static str),
}

/// Names what a failed statement was for.
pub(super) fn database(action: &'static str) -> impl Fn(tokio_postgres::Error) -> RebuildError {
    move |source| RebuildError::Database { action, source }
}
