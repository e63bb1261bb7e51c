//! Reading a request.

use std::time::Duration;

use async_graphql::Variables;
use axum::body::{Body, to_bytes};
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;
use service_kit::problem::Problem;

use super::Received;
use crate::config::BODY_BYTES_MAX;
use crate::consistency::ConsistencyToken;

/// A body that takes longer to arrive is given up.
const BODY_READ_MS_MAX: u64 = 10_000;

/// The header in which a command's answer carries what to wait for.
const CONSISTENCY_HEADER: &str = "order-consistency-token";

/// The members that the specification gives a request; others are ignored, as it asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Members {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Value>,
}

/// The same in a URL, where variables are JSON in a text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlMembers {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
}

/// A request in a URL.
pub fn from_url(query: Option<&str>) -> Result<Received, Problem> {
    let text = query.unwrap_or_default();
    if text.len() > BODY_BYTES_MAX {
        return Err(too_large());
    }
    let uri: Uri = format!("/?{text}").parse().map_err(|_| malformed("the URL cannot be read"))?;
    let Query(members) = Query::<UrlMembers>::try_from_uri(&uri).map_err(|error| malformed(&error.body_text()))?;
    let variables = match members.variables.as_deref() {
        None | Some("") => None,
        Some(text) => Some(serde_json::from_str(text).map_err(|_| malformed("`variables` is no JSON"))?),
    };
    received(Members { query: members.query, operation_name: members.operation_name, variables }, true)
}

/// A request in a body.
pub async fn from_body(headers: &HeaderMap, body: Body) -> Result<Received, Problem> {
    if !is_json(headers) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body must be JSON")
            .detail("send content-type: application/json"));
    }
    let reading = to_bytes(body, BODY_BYTES_MAX);
    let bytes = tokio::time::timeout(Duration::from_millis(BODY_READ_MS_MAX), reading)
        .await
        .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "slow_body", "The body took too long").retryable())?
        .map_err(|_| too_large())?;
    let members: Members =
        serde_json::from_slice(&bytes).map_err(|_| malformed("the body is no JSON object with `query`"))?;
    received(members, false)
}

/// A request in a message of a WebSocket.
pub fn from_message(members: Members) -> Result<Received, Problem> {
    received(members, false)
}

fn received(members: Members, safe: bool) -> Result<Received, Problem> {
    let query = members.query.ok_or_else(|| malformed("`query` is missing"))?;
    let variables = match members.variables {
        None | Some(serde_json::Value::Null) => Variables::default(),
        Some(object @ serde_json::Value::Object(_)) => Variables::from_json(object),
        Some(_) => return Err(malformed("`variables` is no JSON object")),
    };
    let operation = members.operation_name.filter(|name| !name.is_empty());
    Ok(Received { query, operation, variables, safe })
}

/// The version to wait for, where the request names one.
pub fn consistency_token(headers: &HeaderMap) -> Result<Option<ConsistencyToken>, Problem> {
    let Some(value) = headers.get(CONSISTENCY_HEADER) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    token.map(Some).ok_or_else(|| malformed("Order-Consistency-Token is of the form {order}@{version}"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    let json = parts.next().is_some_and(|essence| essence == "application/json");
    json && parts.all(|parameter| parameter.strip_prefix("charset=").is_none_or(|set| set.trim_matches('"') == "utf-8"))
}

fn malformed(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read").detail(detail)
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The request is too large")
        .detail(format!("{BODY_BYTES_MAX} bytes are taken at most"))
}
