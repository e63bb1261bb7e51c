//! The problem document.

use std::borrow::Cow;
use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

/// A refusal as the client sees it (RFC 9457). Boxed, since it travels as an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Problem(Box<Document>);

/// A problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Document {
    /// A stable URI for this kind of refusal.
    #[schema(value_type = String, example = "urn:order-engine:problem:order_not_found")]
    r#type: Cow<'static, str>,
    /// The kind of refusal in words, the same every time.
    #[schema(value_type = String)]
    title: Cow<'static, str>,
    /// The HTTP status.
    status: u16,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The kind of refusal for programs, stable.
    #[schema(value_type = String, example = "order_not_found")]
    code: Cow<'static, str>,
    /// Whether the same request may succeed later.
    retryable: bool,
    /// The order's version at the time, where it matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<u64>,
    /// What is wrong with which part of the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// The trace that shows what happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    /// Seconds to wait, sent as `Retry-After`.
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

/// What is wrong with one part of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    /// The kind of error for programs, stable.
    pub code: String,
    /// What is wrong, for people.
    pub detail: String,
}

impl Problem {
    /// A refusal of a kind. `code` is in kebab-case and becomes the end of `type`.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self(Box::new(Document {
            r#type: format!("urn:order-engine:problem:{code}").into(),
            title: title.into(),
            status: status.as_u16(),
            detail: None,
            code: code.into(),
            retryable: false,
            current_version: None,
            errors: Vec::new(),
            trace_id: None,
            retry_after_s: None,
        }))
    }

    /// 401: no token, or a refused one.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Not authenticated").detail(detail)
    }

    /// 403: the token does not allow this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed").detail(detail)
    }

    /// 404: absent, or another's; the client cannot distinguish the two.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found")
    }

    /// 500: a fault of the engine. The cause goes to the log, never to the client.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side")
    }

    /// 503: try again after this many seconds.
    pub fn unavailable(retry_after_s: u32) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available at the moment")
            .retry_after_s(retry_after_s)
    }

    /// Sets the detail of this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Marks the problem as retryable.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.0.retryable = true;
        self
    }

    /// Marks the problem as retryable after this many seconds.
    #[must_use]
    pub fn retry_after_s(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self.retryable()
    }

    /// Sets the order's current version.
    #[must_use]
    pub fn current_version(mut self, version: u64) -> Self {
        self.0.current_version = Some(version);
        self
    }

    /// Adds an error of one part of the body.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>, code: impl Into<String>, detail: impl Into<String>) -> Self {
        self.0.errors.push(FieldError { pointer: pointer.into(), code: code.into(), detail: detail.into() });
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The kind of refusal for programs.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Whether the same request may succeed later.
    pub const fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// What is wrong with which part of the body.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status, self.0.code)?;
        self.0.detail.as_ref().map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        if self.0.trace_id.is_none() {
            self.0.trace_id = crate::telemetry::trace_id();
        }
        let status = self.status();
        let body = serde_json::to_vec(&self).expect("a problem document holds nothing that JSON cannot");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        Document::schema()
    }
}

impl ToSchema for Problem {
    fn name() -> Cow<'static, str> {
        "Problem".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((FieldError::name().into_owned(), FieldError::schema()));
        Document::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_carries_what_was_given_and_survives_a_round_trip() {
        let problem = Problem::new(StatusCode::CONFLICT, "order_cancelled", "The order is cancelled")
            .detail("it was cancelled before")
            .current_version(7)
            .field("/lines/0", "closed", "no line can change");
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "urn:order-engine:problem:order_cancelled", "title": "The order is cancelled", "status": 409,
                "detail": "it was cancelled before", "code": "order_cancelled", "retryable": false, "currentVersion": 7,
                "errors": [{"pointer": "/lines/0", "code": "closed", "detail": "no line can change"}],
            })
        );
        assert_eq!(serde_json::from_value::<Problem>(json).unwrap(), problem);
        assert_eq!(problem.to_string(), "409 order_cancelled: it was cancelled before");
    }

    #[test]
    fn the_schema_is_the_documents_own() {
        let schema = serde_json::to_value(Problem::schema()).unwrap();
        assert_eq!(schema["properties"]["currentVersion"]["type"][0], "integer");
        assert_eq!(schema["properties"]["errors"]["items"]["$ref"], "#/components/schemas/FieldError");
        let mut parts = Vec::new();
        Problem::schemas(&mut parts);
        assert!(parts.iter().any(|(name, _)| name == "FieldError"));
    }

    #[test]
    fn responses_carry_their_headers() {
        let refused = Problem::unauthenticated("no token").into_response();
        assert_eq!(refused.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(refused.headers()[header::WWW_AUTHENTICATE], "Bearer");
        let busy = Problem::unavailable(3).into_response();
        assert_eq!(busy.headers()[header::RETRY_AFTER], "3");
        assert!(Problem::unavailable(3).is_retryable());
    }
}
