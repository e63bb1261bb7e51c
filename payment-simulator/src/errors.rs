//! Errors in Stripe's shape.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// An answer: its status and its body.
pub(crate) type Answer = (StatusCode, Value);

/// Why a request is refused.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    status: StatusCode,
    kind: &'static str,
    fields: Map<String, Value>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert("message".to_owned(), Value::String(message.into()));
        Self { status, kind, fields }
    }

    /// A request that can never work as it is.
    pub(crate) fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message).with("code", code)
    }

    /// There is no such object.
    pub(crate) fn missing(what: &str, id: &str) -> Self {
        let error = Self::new(StatusCode::NOT_FOUND, "invalid_request_error", format!("No such {what}: '{id}'"));
        error.with("code", "resource_missing")
    }

    #[must_use]
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    pub(crate) fn answer(self) -> Answer {
        let mut fields = self.fields;
        fields.insert("type".to_owned(), self.kind.into());
        (self.status, json!({ "error": fields }))
    }
}

/// The provider failed.
pub(crate) fn failure() -> Answer {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "An unknown error occurred.").answer()
}

/// Too many requests.
pub(crate) fn rate_limited() -> Answer {
    let message = "Request rate limit exceeded.";
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "invalid_request_error", message).with("code", "rate_limit").answer()
}
