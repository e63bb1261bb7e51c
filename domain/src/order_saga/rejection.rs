//! Why a saga refuses a command.

use crate::refusal::{Code, Rejection};
use crate::{FulfilmentId, LocationId, Unfoldable};

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
    /// It is being undone, has ended, or is being rearranged already.
    #[error("the order is being undone, or parcels of it are being rearranged already")]
    NotRearrangeable,
    /// A fulfilment that cannot be stopped.
    #[error("{0} is no fulfilment of this order that is still to be sent")]
    NotToBeSent(FulfilmentId),
    /// A product is missing, stands there twice or is sent by others.
    #[error("the shares must have each product of the fulfilments exactly once")]
    WrongShares,
    /// The policy does not have the location.
    #[error("{0} sends no orders of this tenant")]
    UnknownLocation(LocationId),
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
        /// Nothing that can be sent otherwise.
        SAGA_NOT_REARRANGEABLE = "saga_not_rearrangeable", Conflict, "The order's parcels cannot be rearranged now";
        /// A fulfilment that is not there, has left or is stopped.
        SAGA_NOT_TO_BE_SENT = "saga_not_to_be_sent", Conflict, "The fulfilment is not to be sent any more";
        /// Products that do not add up.
        SAGA_WRONG_SHARES = "saga_wrong_shares", Invalid, "The shares do not have what the fulfilments have";
        /// A location without a place in the policy.
        SAGA_UNKNOWN_LOCATION = "saga_unknown_location", Invalid, "The location sends no orders";
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
            Self::NotRearrangeable => code::SAGA_NOT_REARRANGEABLE,
            Self::NotToBeSent(_) => code::SAGA_NOT_TO_BE_SENT,
            Self::WrongShares => code::SAGA_WRONG_SHARES,
            Self::UnknownLocation(_) => code::SAGA_UNKNOWN_LOCATION,
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
