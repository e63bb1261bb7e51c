//! Errors as a client sees them: a message for people and a stable code for programs.

use async_graphql::{Error, ErrorExtensions};
use read_models::ReadDbError;
use service_kit::errors::chain;

/// The codes of `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The token is no longer valid.
    Unauthenticated,
    /// The token lacks a scope.
    Forbidden,
    /// The object does not exist, or is not visible to the caller: one answer for both.
    NotFound,
    /// The query is too large, too deep or too expensive.
    CostExceeded,
    /// The subject's budget is spent.
    RateLimited,
    /// A hash was sent without its query, and the query is not known.
    PersistedQueryNotFound,
    /// The version asked for was not projected in time.
    ConsistencyTimeout,
    /// There is no state of the order at that point.
    AsOfOutOfRange,
    /// The cursor was not made by this engine, or for another list.
    BadCursor,
    /// The event of the cursor does not exist and did not appear in time.
    CursorAhead,
    /// More subscriptions than a connection or the process may have.
    TooManySubscriptions,
    /// The service stops. The client can resume from the last cursor at another process, or at this one after its
    /// restart.
    ShuttingDown,
    /// Any other error that the client can correct.
    BadUserInput,
    /// The query took too long.
    Timeout,
    /// An internal error.
    Internal,
}

impl Code {
    /// As it is written in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::CostExceeded => "COST_EXCEEDED",
            Self::RateLimited => "RATE_LIMITED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::ConsistencyTimeout => "CONSISTENCY_TIMEOUT",
            Self::AsOfOutOfRange => "AS_OF_OUT_OF_RANGE",
            Self::BadCursor => "BAD_CURSOR",
            Self::CursorAhead => "CURSOR_AHEAD",
            Self::TooManySubscriptions => "TOO_MANY_SUBSCRIPTIONS",
            Self::ShuttingDown => "SHUTTING_DOWN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
        }
    }

    /// An error of this code.
    pub fn error(self, message: impl Into<String>) -> Error {
        Error::new(message).extend_with(|_, extensions| extensions.set("code", self.as_str()))
    }
}

/// Logs an error with its causes, and returns what a client may know of it.
pub fn internal(error: &(dyn std::error::Error + 'static)) -> Error {
    let trace = service_kit::telemetry::trace_id().unwrap_or_default();
    tracing::error!(error = chain(error), trace.id = trace, "a query failed");
    Code::Internal.error("Something went wrong on our side")
}

/// A failed read, which loaders give to every waiting resolver. It was logged where it happened.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the read models could not be read")]
pub struct ReadFailed;

impl ReadFailed {
    /// Logs the failure.
    pub fn log(error: &ReadDbError) -> Self {
        let _ = internal(error);
        Self
    }
}

/// What a client may know of a failed read.
pub fn read_failed(_: ReadFailed) -> Error {
    Code::Internal.error("Something went wrong on our side")
}
