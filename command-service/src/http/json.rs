//! Bodies as strict JSON, with this service's refusals.

use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use service_kit::problem::{Problem, StrictJson};

use super::BODY_BYTES_MAX;
use crate::commands::{Code, Refusal};

/// A JSON body.
pub(super) struct JsonBody<T>(pub T);

/// A JSON body that may be left out.
pub(super) struct OptionalJsonBody<T>(pub T);

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
            Refusal::new(Code::BodyTooLarge, format!("{BODY_BYTES_MAX} bytes are taken at most"))
        }
        StatusCode::REQUEST_TIMEOUT => Refusal::new(Code::SlowBody, "send the body at once"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Refusal::new(Code::WrongContentType, "send content-type: application/json")
        }
        _ => malformed(problem),
    }
}

/// What the strict parser found.
pub(super) fn malformed(problem: &Problem) -> Refusal {
    let detail = problem.errors().first().map_or_else(|| "the body broke off".to_owned(), |error| error.detail.clone());
    Refusal::new(Code::MalformedBody, detail).with_errors(problem.errors().to_vec())
}
