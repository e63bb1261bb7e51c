//! Answers, and what is refused.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// A status with a document.
pub(crate) type Answer = (StatusCode, Value);

fn refused(status: StatusCode, code: &str) -> Answer {
    (status, json!({"code": code}))
}

/// The request breaks the protocol, or cannot be fulfilled.
pub(crate) fn invalid(code: &str) -> Answer {
    refused(StatusCode::UNPROCESSABLE_ENTITY, code)
}

pub(crate) fn unauthorized() -> Answer {
    refused(StatusCode::UNAUTHORIZED, "UNAUTHORIZED")
}

pub(crate) fn missing() -> Answer {
    refused(StatusCode::NOT_FOUND, "NOT_FOUND")
}

/// The carrier has the parcel.
pub(crate) fn handed_over() -> Answer {
    refused(StatusCode::CONFLICT, "HANDED_OVER")
}

pub(crate) fn rate_limited() -> Answer {
    refused(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED")
}

pub(crate) fn failure() -> Answer {
    refused(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL")
}
