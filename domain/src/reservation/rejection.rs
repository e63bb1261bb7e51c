//! Why a reservation leaves a request without an answer.

use crate::Unfoldable;
use crate::refusal::{Code, Rejection};

use super::{LINES_MAX, REQUESTS_MAX};

/// Why a reservation leaves a request without an answer. No event results: what the state refuses is answered by one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReservationRejection {
    /// The stream is another tenant's.
    #[error("the reservation belongs to another tenant")]
    OtherTenant,
    /// The request names no SKU.
    #[error("the request needs at least one line")]
    NoLines,
    /// The request names too many.
    #[error("a request has at most {LINES_MAX} lines")]
    TooManyLines,
    /// The reservation has answered so many requests that it answers only those which move stock.
    #[error("a reservation answers at most {REQUESTS_MAX} requests that move no stock")]
    TooManyRequests,
    /// The stream is damaged.
    #[error("the history of the reservation is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of reservations are told under.
pub mod code {
    crate::codes! {
        /// Not yours.
        RESERVATION_NOT_FOUND = "reservation_not_found", NotFound, "There is no such reservation";
        /// A request without lines.
        RESERVATION_NO_LINES = "reservation_no_lines", Invalid, "The request has no lines";
        /// A request with too many lines.
        RESERVATION_TOO_MANY_LINES = "reservation_too_many_lines", Invalid, "The request has too many lines";
        /// Somebody asks again and again.
        RESERVATION_TOO_MANY_REQUESTS = "reservation_too_many_requests", Conflict, "The reservation has had too many requests";
        /// The history does not fold.
        RESERVATION_STREAM_DAMAGED = "reservation_stream_damaged", Internal, "The history of the reservation is damaged";
    }
}

impl Rejection for ReservationRejection {
    fn code(&self) -> Code {
        match self {
            Self::OtherTenant => code::RESERVATION_NOT_FOUND,
            Self::NoLines => code::RESERVATION_NO_LINES,
            Self::TooManyLines => code::RESERVATION_TOO_MANY_LINES,
            Self::TooManyRequests => code::RESERVATION_TOO_MANY_REQUESTS,
            Self::Damaged(_) => code::RESERVATION_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        match self {
            // Absent or another tenant's: one answer for both.
            Self::OtherTenant => "no reservation with this id is yours to see".to_owned(),
            rejection => rejection.to_string(),
        }
    }
}
