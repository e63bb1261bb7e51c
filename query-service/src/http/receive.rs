//! Reading a request.

use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Map, Value};
use service_kit::http::is_media_type;
use service_kit::problem::{Problem, parse_strict, read_body};

use super::Received;
use crate::config::BODY_BYTES_MAX;
use crate::consistency::ConsistencyToken;

/// The header in which a command's answer carries what to wait for.
const CONSISTENCY_HEADER: &str = "order-consistency-token";

/// The members that the specification gives a request; others are ignored, as it asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Members {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    extensions: Option<Map<String, Value>>,
}

/// The same in a URL, where variables and extensions are JSON in a text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlMembers {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// A request in a URL.
pub fn from_url(query: Option<&str>) -> Result<Received, Problem> {
    let text = query.unwrap_or_default();
    if text.len() > BODY_BYTES_MAX {
        return Err(too_large());
    }
    let uri: Uri = format!("/?{text}").parse().map_err(|_| malformed("the URL cannot be read"))?;
    let Query(members) = Query::<UrlMembers>::try_from_uri(&uri).map_err(|error| malformed(&error.body_text()))?;
    let object = |name: &str, text: Option<String>| match text.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => parse_strict(text.as_bytes()).map_err(|_| malformed(&format!("`{name}` is no JSON object"))),
    };
    let variables = object("variables", members.variables)?;
    let extensions = object("extensions", members.extensions)?;
    received(Members { query: members.query, operation_name: members.operation_name, variables, extensions }, true)
}

/// A request in a body.
pub async fn from_body(headers: &HeaderMap, body: Body) -> Result<Received, Problem> {
    if !is_media_type(headers, "application/json") {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body must be JSON")
            .detail("send content-type: application/json"));
    }
    let bytes = read_body(body, BODY_BYTES_MAX).await?;
    received(parse_strict(&bytes)?, false)
}

/// A request in a message of a WebSocket.
pub fn from_message(members: Members) -> Result<Received, Problem> {
    received(members, false)
}

fn received(members: Members, safe: bool) -> Result<Received, Problem> {
    let hash = members.extensions.as_ref().map(persisted_hash).transpose()?.flatten();
    if members.query.is_none() && hash.is_none() {
        return Err(malformed("`query` is missing"));
    }
    Ok(Received {
        query: members.query,
        hash,
        operation: members.operation_name.filter(|name| !name.is_empty()),
        variables: members.variables.unwrap_or_default(),
        safe,
    })
}

/// The hash of `extensions.persistedQuery`.
fn persisted_hash(extensions: &Map<String, Value>) -> Result<Option<String>, Problem> {
    let Some(persisted) = extensions.get("persistedQuery").filter(|value| !value.is_null()) else { return Ok(None) };
    let hash = persisted.get("sha256Hash").and_then(Value::as_str);
    match (persisted.get("version").and_then(Value::as_u64), hash) {
        (Some(1), Some(hash)) => Ok(Some(hash.to_owned())),
        _ => Err(malformed("`persistedQuery` holds `version`, which is 1, and `sha256Hash`")),
    }
}

/// The version to wait for, where the request names one.
pub fn consistency_token(headers: &HeaderMap) -> Result<Option<ConsistencyToken>, Problem> {
    let Some(value) = headers.get(CONSISTENCY_HEADER) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    token.map(Some).ok_or_else(|| malformed("Order-Consistency-Token is of the form order:{id}@{version}"))
}

fn malformed(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read").detail(detail)
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The request is too large")
        .detail(format!("{BODY_BYTES_MAX} bytes are taken at most"))
}
