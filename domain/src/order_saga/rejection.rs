//! Why a saga refuses a command.

use crate::Unfoldable;
use crate::refusal::{Code, Rejection};

/// Why a saga refuses a command. No event results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderSagaRejection {
    /// Nothing drives the order.
    #[error("the order has no saga")]
    NotFound,
    /// The saga is another tenant's.
    #[error("the saga belongs to another tenant")]
    OtherTenant,
    /// There is no open task.
    #[error("the order has no open task")]
    NoTask,
    /// The task's kind does not have that decision.
    #[error("a task of this kind is not decided so")]
    DecisionNotOffered,
    /// Nothing of that kind is pending.
    #[error("no such request is pending")]
    NotPending,
    /// The saga has ended.
    #[error("the saga has ended")]
    Ended,
    /// A newer release has begun the saga.
    #[error("the saga follows version {flow} of the flow, which this release does not have")]
    UnknownFlow { flow: u32 },
    /// The stream is damaged.
    #[error("the history of the saga is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of sagas are told under.
pub mod code {
    crate::codes! {
        /// Not there, or not yours.
        SAGA_NOT_FOUND = "saga_not_found", NotFound, "There is no such saga";
        /// There is nothing to decide.
        SAGA_NO_TASK = "saga_no_task", Conflict, "The order has no open task";
        /// A decision that the task does not have.
        SAGA_DECISION_NOT_OFFERED = "saga_decision_not_offered", Conflict, "The task is not decided so";
        /// Nothing to skip.
        SAGA_NOT_PENDING = "saga_not_pending", Conflict, "No such request is pending";
        /// Over.
        SAGA_ENDED = "saga_ended", Conflict, "The saga has ended";
        /// An older release beside a newer one.
        SAGA_UNKNOWN_FLOW = "saga_unknown_flow", Internal, "The saga belongs to a newer release";
        /// The history does not fold.
        SAGA_STREAM_DAMAGED = "saga_stream_damaged", Internal, "The history of the saga is damaged";
    }
}

impl Rejection for OrderSagaRejection {
    fn code(&self) -> Code {
        match self {
            Self::NotFound | Self::OtherTenant => code::SAGA_NOT_FOUND,
            Self::NoTask => code::SAGA_NO_TASK,
            Self::DecisionNotOffered => code::SAGA_DECISION_NOT_OFFERED,
            Self::NotPending => code::SAGA_NOT_PENDING,
            Self::Ended => code::SAGA_ENDED,
            Self::UnknownFlow { .. } => code::SAGA_UNKNOWN_FLOW,
            Self::Damaged(_) => code::SAGA_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        match self {
            // Absent or another tenant's: one answer for both.
            Self::OtherTenant => Self::NotFound.to_string(),
            rejection => rejection.to_string(),
        }
    }
}
