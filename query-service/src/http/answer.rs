//! Responses over HTTP.

use std::io::{self, Write};
use std::sync::Arc;

use async_graphql::{Error, Pos, Response, Value};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use service_kit::fairness::{Allowance, Spent};

use super::negotiate::Media;
use crate::error::Code;
use crate::schema::{ConsistencyExtension, Projections};

/// The outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran, with or without errors in its fields.
    Executed,
    /// It did not run; the status says why.
    Invalid(StatusCode),
}

/// A response with its HTTP status and headers.
pub struct Answer {
    response: Response,
    pub outcome: Outcome,
    pub cost: Option<u64>,
    allowance: Option<Allowance>,
    /// How far the projectors had come when the query began.
    projections: Option<Arc<Projections>>,
    retry_after_s: Option<u32>,
}

/// The member `extensions` of a response.
#[derive(Serialize)]
pub struct Extensions<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    consistency: Option<&'a ConsistencyExtension>,
    cost: CostExtension,
}

/// The member `cost`: what the query costs, and what is left of the caller's budget.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CostExtension {
    requested: u64,
    #[serde(flatten)]
    budget: Option<BudgetExtension>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BudgetExtension {
    limit: u32,
    remaining: u32,
    reset_seconds: u32,
}

impl Outcome {
    /// Whether a response comes from a query that ran. Without a path, errors and no data mean that it did not
    /// validate.
    pub fn of(response: &Response) -> Self {
        let ran = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        let timeout = response.errors.iter().any(|error| {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            code == Some(&Value::from(Code::Timeout.as_str()))
        });
        if ran || timeout { Self::Executed } else { Self::Invalid(StatusCode::BAD_REQUEST) }
    }

    /// For metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Executed => "executed",
            Self::Invalid(_) => "refused",
        }
    }
}

impl Answer {
    /// An answer to a query of a known cost.
    pub const fn new(response: Response, outcome: Outcome, cost: u64, allowance: Option<Allowance>) -> Self {
        Self { response, outcome, cost: Some(cost), allowance, projections: None, retry_after_s: None }
    }

    /// An answer to a request that was not run.
    pub const fn refused(response: Response, status: StatusCode) -> Self {
        let outcome = Outcome::Invalid(status);
        Self { response, outcome, cost: None, allowance: None, projections: None, retry_after_s: None }
    }

    /// An answer to a subject whose budget is spent.
    pub fn limited(spent: Spent, cost: u64) -> Self {
        let response = failed(Code::RateLimited.error(spent.to_string()));
        let outcome = Outcome::Invalid(StatusCode::TOO_MANY_REQUESTS);
        let answer = Self::new(response, outcome, cost, Some(spent.allowance));
        Self { retry_after_s: Some(spent.wait_s), ..answer }
    }

    /// Adds how far the projectors had come when the query began.
    pub fn with_consistency(self, projections: Arc<Projections>) -> Self {
        Self { projections: Some(projections), ..self }
    }

    fn extensions(&self) -> Option<Extensions<'_>> {
        let consistency = self.projections.as_ref().map(|projections| &projections.consistency);
        let budget = self.allowance.map(|Allowance { limit, remaining, reset_s, .. }| BudgetExtension {
            limit,
            remaining,
            reset_seconds: reset_s,
        });
        self.cost.map(|requested| Extensions { consistency, cost: CostExtension { requested, budget } })
    }

    /// The HTTP response. With the older media type the status is 200 for every request that could be read, as its
    /// clients expect.
    pub fn into_response(self, media: Media, bytes_max: usize) -> axum::response::Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, media.content_type());
        if let Some(allowance) = self.allowance {
            allowance.write_to(&mut headers);
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        let (outcome, body) = self.into_json(bytes_max);
        let status = match (outcome, media) {
            (Outcome::Executed, _) | (Outcome::Invalid(StatusCode::BAD_REQUEST), Media::Json) => StatusCode::OK,
            (Outcome::Invalid(status), _) => status,
        };
        (status, headers, body).into_response()
    }

    /// The outcome and the response alone, as JSON of so many bytes at most.
    pub fn into_json(self, bytes_max: usize) -> (Outcome, Vec<u8>) {
        if let Some(json) = response_json(&self.response, self.outcome, self.extensions().as_ref(), bytes_max) {
            return (self.outcome, json);
        }
        let message = format!("the answer is larger than {bytes_max} bytes; ask for fewer objects or fields");
        let outcome = Outcome::Invalid(StatusCode::BAD_REQUEST);
        let response = failed(Code::CostExceeded.error(message));
        (outcome, response_json(&response, outcome, None, usize::MAX).unwrap_or_default())
    }
}

/// A response as it is written in a body: errors first, as the specification recommends. If the request was not run there is
/// no `data`, not even null. `None` when it takes more than so many bytes, of which no more are kept.
pub fn response_json(
    response: &Response,
    outcome: Outcome,
    extensions: Option<&Extensions<'_>>,
    bytes_max: usize,
) -> Option<Vec<u8>> {
    let capacity = (ANSWER_BYTES + written_bytes(&response.data)).min(bytes_max);
    let mut out = Bounded { bytes: Vec::with_capacity(capacity), bytes_max };
    write_response(response, outcome, extensions, &mut out).ok()?;
    Some(out.bytes)
}

/// The first guess of an answer's size, beside what is written already.
const ANSWER_BYTES: usize = 1_024;

fn written_bytes(data: &Value) -> usize {
    let Value::Object(members) = data else { return 0 };
    let length = |member: &Value| match member {
        Value::Binary(json) => json.len(),
        _ => 0,
    };
    members.values().map(length).sum()
}

fn write_response(
    response: &Response,
    outcome: Outcome,
    extensions: Option<&Extensions<'_>>,
    out: &mut Bounded,
) -> io::Result<()> {
    let mut separator: &[u8] = b"{";
    if !response.errors.is_empty() {
        out.write_all(b"{\"errors\":")?;
        serde_json::to_writer(&mut *out, &response.errors)?;
        separator = b",";
    }
    if outcome == Outcome::Executed {
        out.write_all(separator)?;
        out.write_all(b"\"data\":")?;
        write_data(&response.data, out)?;
        separator = b",";
    }
    if let Some(extensions) = extensions {
        out.write_all(separator)?;
        out.write_all(b"\"extensions\":")?;
        serde_json::to_writer(&mut *out, extensions)?;
    } else if separator == b"{" {
        out.write_all(separator)?;
    }
    out.write_all(b"}")
}

/// Values that are written already are copied as they are: see [`crate::output::Written`].
fn write_data(value: &Value, out: &mut Bounded) -> io::Result<()> {
    match value {
        Value::Binary(json) => out.write_all(json),
        Value::Object(members) => {
            out.write_all(b"{")?;
            for (number, (name, member)) in members.iter().enumerate() {
                out.write_all(if number > 0 { b",\"" } else { b"\"" })?;
                out.write_all(name.as_bytes())?;
                out.write_all(b"\":")?;
                write_data(member, out)?;
            }
            out.write_all(b"}")
        }
        // What introspection gives, and null.
        value => Ok(serde_json::to_writer(out, value)?),
    }
}

struct Bounded {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > self.bytes_max {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A response that has an error and nothing else. It is about the request as a whole, so it has no location.
pub fn failed(error: Error) -> Response {
    let mut error = error.into_server_error(Pos::default());
    error.locations.clear();
    Response::from_errors(vec![error])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_grows_too_large_is_given_up() {
        let response = || Response::new(Value::from_json(serde_json::json!({"a": 1})).unwrap());
        let body = br#"{"data":{"a":1}}"#;
        assert_eq!(response_json(&response(), Outcome::Executed, None, body.len()).as_deref(), Some(&body[..]));
        assert_eq!(response_json(&response(), Outcome::Executed, None, body.len() - 1), None);
        let data = Value::from_json(serde_json::json!({"text": "x".repeat(1_000)})).unwrap();
        let answer = Answer::new(Response::new(data), Outcome::Executed, 1, None);
        let (outcome, body) = answer.into_json(500);
        let body = String::from_utf8(body).unwrap();
        assert_eq!(outcome, Outcome::Invalid(StatusCode::BAD_REQUEST));
        assert!(body.contains("COST_EXCEEDED") && !body.contains("\"data\""), "{body}");
    }

    #[test]
    fn fields_come_in_the_order_of_the_request() {
        let data =
            Value::Object([("b", 1), ("a", 2)].map(|(name, n)| (async_graphql::Name::new(name), n.into())).into());
        let answer = Answer::new(Response::new(data), Outcome::Executed, 1, None);
        assert!(answer.into_json(500).1.starts_with(br#"{"data":{"b":1,"a":2}"#));
    }
}
