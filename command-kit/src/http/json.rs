//! Bodies as strict JSON, with the refusals of the command edge.

use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use service_kit::problem::{Problem, StrictJson};

use crate::{Refusal, code};

/// Largest body of one command, in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A JSON body.
pub struct JsonBody<T>(pub T);

/// A JSON body that may be left out.
pub struct OptionalJsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        StrictJson::from_request(request, state)
            .await
            .map(|StrictJson(body)| Self(body))
            .map_err(|problem| body_refusal(&problem))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        // Some clients send a content type without a body.
        if request.body().is_end_stream() {
            return Ok(Self(T::default()));
        }
        JsonBody::from_request(request, state).await.map(|JsonBody(body)| Self(body))
    }
}

/// The refusal of a body that could not be read.
pub(super) fn body_refusal(problem: &Problem) -> Refusal {
    match problem.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refusal::new(code::BODY_TOO_LARGE, format!("{BODY_BYTES_MAX} bytes are taken at most"))
        }
        StatusCode::REQUEST_TIMEOUT => Refusal::new(code::SLOW_BODY, "send the body at once"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Refusal::new(code::WRONG_CONTENT_TYPE, "send content-type: application/json")
        }
        _ => malformed(problem),
    }
}

/// What the strict parser found.
pub fn malformed(problem: &Problem) -> Refusal {
    let detail = problem.errors().first().map_or_else(|| "the body broke off".to_owned(), |error| error.detail.clone());
    Refusal::new(code::MALFORMED_BODY, detail).with_errors(problem.errors().to_vec())
}

/// A text that may be left out. An empty one counts as left out, since forms send their empty fields this way.
///
/// # Errors
/// For what is neither a text nor `null`.
pub fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}
