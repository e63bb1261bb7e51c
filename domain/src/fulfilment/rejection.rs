//! Why a fulfilment takes no notice of a command.

use crate::Unfoldable;
use crate::refusal::{Code, Rejection};

use super::{LINES_MAX, REQUESTS_MAX};

/// Why a fulfilment takes no notice of a command. No event results: what the state refuses to another participant is answered by one,
/// what it refuses to the staff is told them and can be reported again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FulfilmentRejection {
    /// The stream is another tenant's.
    #[error("the fulfilment belongs to another tenant")]
    OtherTenant,
    /// Nobody has asked the location.
    #[error("nothing was asked for under this id")]
    NotRequested,
    /// The request names nothing to send.
    #[error("the request needs at least one line")]
    NoLines,
    /// The request names too much to send.
    #[error("a request has at most {LINES_MAX} lines")]
    TooManyLines,
    /// The fulfilment has answered too many requests.
    #[error("a fulfilment answers at most {REQUESTS_MAX} requests")]
    TooManyRequests,
    /// What is reported cannot be, in this state.
    #[error("what is {state} cannot be {done}")]
    NotAllowed { state: &'static str, done: &'static str },
    /// It is not paid, or something holds it.
    #[error("it is not released yet: it is not paid, or the order is held")]
    NotReleased,
    /// The stream is damaged.
    #[error("the history of the fulfilment is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of fulfilments are told under.
pub mod code {
    crate::codes! {
        /// Not yours, or none.
        FULFILMENT_NOT_FOUND = "fulfilment_not_found", NotFound, "There is no such fulfilment";
        /// A request without lines.
        FULFILMENT_NO_LINES = "fulfilment_no_lines", Invalid, "The request has no lines";
        /// A request with too many lines.
        FULFILMENT_TOO_MANY_LINES = "fulfilment_too_many_lines", Invalid, "The request has too many lines";
        /// Somebody asks again and again.
        FULFILMENT_TOO_MANY_REQUESTS = "fulfilment_too_many_requests", Conflict, "The fulfilment has had too many requests";
        /// Not in this state.
        FULFILMENT_STATE_CONFLICT = "fulfilment_state_conflict", Conflict, "The state of the fulfilment does not allow this";
        /// Not paid, or held. Decided anew when it is reported again, also under the same idempotency key.
        FULFILMENT_NOT_RELEASED = "fulfilment_not_released", Stale, "The fulfilment is not released yet";
        /// The history does not fold.
        FULFILMENT_STREAM_DAMAGED = "fulfilment_stream_damaged", Internal, "The history of the fulfilment is damaged";
    }
}

impl Rejection for FulfilmentRejection {
    fn code(&self) -> Code {
        match self {
            Self::OtherTenant | Self::NotRequested => code::FULFILMENT_NOT_FOUND,
            Self::NoLines => code::FULFILMENT_NO_LINES,
            Self::TooManyLines => code::FULFILMENT_TOO_MANY_LINES,
            Self::TooManyRequests => code::FULFILMENT_TOO_MANY_REQUESTS,
            Self::NotAllowed { .. } => code::FULFILMENT_STATE_CONFLICT,
            Self::NotReleased => code::FULFILMENT_NOT_RELEASED,
            Self::Damaged(_) => code::FULFILMENT_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        match self {
            // Absent or another tenant's: one answer for both.
            Self::OtherTenant | Self::NotRequested => "no fulfilment with this id is yours to see".to_owned(),
            rejection => rejection.to_string(),
        }
    }
}
