//! Refusals as problem documents. Only this module decides an HTTP status.

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use service_kit::problem::Problem;

use super::answer::REPLAYED_HEADER;
use crate::{Kind, Refusal, code};

/// The value of `Retry-After`, in seconds. The causes are short: a concurrent request, a full queue, a database
/// restart.
const RETRY_AFTER_S: u32 = 1;

const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Slow => StatusCode::REQUEST_TIMEOUT,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict | Kind::Busy => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::VersionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Overloaded | Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.code;
        let mut problem = Self::new(status(code.kind()), code.as_str(), code.title()).detail(refusal.detail);
        if code.is_retryable() {
            problem = problem.retry_after_s(RETRY_AFTER_S);
        }
        if let Some(version) = refusal.current_version.and_then(|version| u64::try_from(version).ok()) {
            problem = problem.current_version(version);
        }
        refusal
            .errors
            .into_iter()
            .fold(problem, |problem, error| problem.field(error.pointer, error.code, error.detail))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let replayed = self.replayed;
        let mut response = Problem::from(self).into_response();
        if replayed {
            response.headers_mut().insert(REPLAYED_HEADER, HeaderValue::from_static("true"));
        }
        response
    }
}

/// The answer of a path to a method that it does not support.
pub async fn method_not_allowed() -> Refusal {
    Refusal::new(code::METHOD_NOT_ALLOWED, "the header Allow names the methods of this path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_status_and_no_business_refusal_is_a_500() {
        for code in code::ALL {
            let response = Refusal::new(*code, "why").into_response();
            let is_500 = response.status() == StatusCode::INTERNAL_SERVER_ERROR;
            assert_eq!(is_500, *code == code::INTERNAL, "{code:?}");
            assert_eq!(response.headers().contains_key("retry-after"), code.is_retryable(), "{code:?}");
        }
        let of = |code| Refusal::new(code, "why").into_response().status().as_u16();
        assert_eq!(of(code::VERSION_REQUIRED), 428);
        assert_eq!(of(code::IDEMPOTENCY_KEY_IN_USE), 409);
        assert_eq!(of(code::IDEMPOTENCY_KEY_REUSED), 422);
        assert_eq!(of(code::OVERLOADED), 503);
    }
}
