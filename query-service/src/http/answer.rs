//! What is sent back.

use async_graphql::{Response, Value};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use read_models::query::GroupHealth;

use super::negotiate::Media;

/// How a request went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran, with or without errors in its fields.
    Executed,
    /// It was not fit to run.
    Invalid(StatusCode),
}

/// A response with what HTTP says of it.
pub struct Answer {
    response: Response,
    pub outcome: Outcome,
    pub cost: Option<u64>,
}

impl Outcome {
    /// Whether a response comes from a query that ran. Without a path, errors and no data mean that it did not validate.
    pub fn of(response: &Response) -> Self {
        let ran = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        let timeout = response.errors.iter().any(|error| {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            code == Some(&Value::from(crate::error::Code::Timeout.as_str()))
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
    pub fn new(response: Response, outcome: Outcome, cost: u64) -> Self {
        let told = Value::from_json(serde_json::json!({"requested": cost})).unwrap_or_default();
        Self { response: response.extension("cost", told), outcome, cost: Some(cost) }
    }

    /// An answer to what was not run.
    pub const fn refused(response: Response, status: StatusCode) -> Self {
        Self { response, outcome: Outcome::Invalid(status), cost: None }
    }

    /// Says how far the projectors were when the query began.
    pub fn with_consistency(mut self, groups: &[GroupHealth]) -> Self {
        let group = groups.iter().find(|group| group.group == read_models::GROUP);
        let positions: Vec<String> =
            group.map(GroupHealth::positions).unwrap_or_default().iter().map(ToString::to_string).collect();
        let told = serde_json::json!({
            "projection": read_models::GROUP,
            "position": (!positions.is_empty()).then(|| positions.join(",")),
            "lagMs": group.and_then(GroupHealth::lag_ms),
        });
        self.response = self.response.extension("consistency", Value::from_json(told).unwrap_or_default());
        self
    }

    /// The HTTP response. The older media type has 200 for whatever was understood, as its clients expect.
    pub fn into_response(self, media: Media) -> axum::response::Response {
        let status = match (self.outcome, media) {
            (Outcome::Executed, _) | (Outcome::Invalid(StatusCode::BAD_REQUEST), Media::Json) => StatusCode::OK,
            (Outcome::Invalid(status), _) => status,
        };
        let body = self.into_body();
        (status, [(header::CONTENT_TYPE, media.content_type())], body.to_string()).into_response()
    }

    /// The response alone. A request that was not run has no `data`, not even null.
    pub fn into_body(self) -> serde_json::Value {
        let mut body = serde_json::to_value(&self.response).unwrap_or_default();
        if let (Outcome::Invalid(_), Some(members)) = (self.outcome, body.as_object_mut()) {
            members.remove("data");
        }
        body
    }
}
