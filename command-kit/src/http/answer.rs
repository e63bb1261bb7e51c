//! Answers as responses, with the headers that every success carries.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Says that the answer was given before to the same Idempotency-Key.
pub const REPLAYED_HEADER: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A body as JSON, with the version it is of as its ETag.
pub fn versioned(status: StatusCode, body: &impl Serialize, version: i64, replayed: bool) -> Response {
    let body = serde_json::to_vec(body).expect("answers are made of strings and numbers");
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let tag = HeaderValue::try_from(format!("\"{version}\"")).expect("digits are visible ASCII");
    headers.insert(header::ETAG, tag);
    if replayed {
        headers.insert(REPLAYED_HEADER, HeaderValue::from_static("true"));
    }
    response
}
