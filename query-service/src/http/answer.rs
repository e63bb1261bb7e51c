//! Responses over HTTP.

use std::io::{self, Write};

use async_graphql::{Error, Pos, Response, Value};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use read_models::query::GroupHealth;
use read_models::{ModelSet, Orders};
use serde_json::json;
use service_kit::fairness::{Allowance, Spent};

use super::negotiate::Media;
use crate::error::Code;

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
    retry_after_s: Option<u32>,
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
    pub fn new(response: Response, outcome: Outcome, cost: u64, allowance: Option<Allowance>) -> Self {
        let response = response.extension("cost", cost_extension(cost, allowance));
        Self { response, outcome, cost: Some(cost), allowance, retry_after_s: None }
    }

    /// An answer to a request that was not run.
    pub const fn refused(response: Response, status: StatusCode) -> Self {
        Self { response, outcome: Outcome::Invalid(status), cost: None, allowance: None, retry_after_s: None }
    }

    /// An answer to a subject whose budget is spent.
    pub fn limited(spent: Spent, cost: u64) -> Self {
        let allowance = Some(spent.allowance);
        let response = failed(Code::RateLimited.error(spent.to_string()));
        let response = response.extension("cost", cost_extension(cost, allowance));
        let outcome = Outcome::Invalid(StatusCode::TOO_MANY_REQUESTS);
        Self { response, outcome, cost: Some(cost), allowance, retry_after_s: Some(spent.wait_s) }
    }

    /// Adds how far the projectors had come when the query began.
    pub fn with_consistency(mut self, groups: &[GroupHealth]) -> Self {
        let group = groups.iter().find(|group| group.group == Orders::GROUP);
        let positions: Vec<String> =
            group.map(GroupHealth::positions).unwrap_or_default().iter().map(ToString::to_string).collect();
        let consistency = json!({
            "projection": Orders::GROUP,
            "position": (!positions.is_empty()).then(|| positions.join(",")),
            "lagMs": group.and_then(GroupHealth::lag_ms),
        });
        self.response = self.response.extension("consistency", Value::from_json(consistency).unwrap_or_default());
        self
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
        if let Some(json) = response_json(&self.response, self.outcome, bytes_max) {
            return (self.outcome, json);
        }
        let message = format!("the answer is larger than {bytes_max} bytes; ask for fewer objects or fields");
        let outcome = Outcome::Invalid(StatusCode::BAD_REQUEST);
        let response = failed(Code::CostExceeded.error(message));
        (outcome, response_json(&response, outcome, usize::MAX).unwrap_or_default())
    }
}

fn cost_extension(cost: u64, allowance: Option<Allowance>) -> Value {
    let cost = match allowance {
        None => json!({"requested": cost}),
        Some(Allowance { limit, remaining, reset_s, .. }) => {
            json!({"requested": cost, "limit": limit, "remaining": remaining, "resetSeconds": reset_s})
        }
    };
    Value::from_json(cost).unwrap_or_default()
}

/// A response as it is written in a body: errors first, as the specification recommends. If the request was not run there is
/// no `data`, not even null. `None` when it takes more than so many bytes, of which no more are kept.
pub fn response_json(response: &Response, outcome: Outcome, bytes_max: usize) -> Option<Vec<u8>> {
    let capacity = (ANSWER_BYTES + written_bytes(&response.data)).min(bytes_max);
    let mut out = Bounded { bytes: Vec::with_capacity(capacity), bytes_max };
    write_response(response, outcome, &mut out).ok()?;
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

fn write_response(response: &Response, outcome: Outcome, out: &mut Bounded) -> io::Result<()> {
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
    if !response.extensions.is_empty() {
        out.write_all(separator)?;
        out.write_all(b"\"extensions\":")?;
        serde_json::to_writer(&mut *out, &response.extensions)?;
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
        let response = || Response::new(Value::from_json(json!({"a": 1})).unwrap());
        let body = br#"{"data":{"a":1}}"#;
        assert_eq!(response_json(&response(), Outcome::Executed, body.len()).as_deref(), Some(&body[..]));
        assert_eq!(response_json(&response(), Outcome::Executed, body.len() - 1), None);
        let data = Value::from_json(json!({"text": "x".repeat(1_000)})).unwrap();
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
