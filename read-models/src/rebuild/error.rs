//! Errors of rebuilds, checks and rollbacks.

use service_kit::BoxError;
use service_kit::postgres::ConnectError;

use crate::apply::ApplyError;
use crate::generation::GenerationError;
use crate::table::RowError;

/// Why a rebuild, a check or a rollback failed. The live tables are then unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The read database cannot be reached.
    #[error("could not reach the read database")]
    Connect(#[from] ConnectError),
    /// A statement failed.
    #[error("could not {action}")]
    Database {
        action: &'static str,
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
    /// Another rebuild runs.
    #[error(
        "another rebuild is at work ({stage}); it holds the lease for {seconds_left:.0} s more unless it renews it"
    )]
    Busy {
        /// What the other rebuild is doing.
        stage: String,
        /// Seconds until its lease ends.
        seconds_left: f64,
    },
    /// The lease was lost to another rebuild.
    #[error("the lease was lost: this process was paused for too long, and another rebuild may be at work")]
    LeaseLost,
    /// The projector is too far behind the log.
    #[error("the live projector is more than {0} events behind the log; wait until it has caught up (`orderctl lag`)")]
    ProjectorBehind(usize),
    /// There is no set to roll back to.
    #[error("cannot roll back: {0}")]
    CannotRollBack(&'static str),
}

/// Turns the driver's error into one that names the failed action.
pub(super) fn database(action: &'static str) -> impl Fn(tokio_postgres::Error) -> RebuildError {
    move |source| RebuildError::Database { action, source }
}
