//! An extractor that takes JSON bodies strictly and within bounds.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::{Problem, parse_strict};

/// Largest JSON body taken, in bytes.
pub const JSON_BYTES_MAX: usize = 256 * 1024;
/// A body that takes longer to arrive is given up, so that slow senders hold nothing for long.
const BODY_READ_MS_MAX: u64 = 10_000;

/// A JSON body parsed by [`parse_strict`]: 415 for another content type, 413 above [`JSON_BYTES_MAX`] or the router's
/// `DefaultBodyLimit`, 408 for a body that dawdles, 400 for what cannot be read.
#[derive(Debug, Clone)]
pub struct StrictJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body must be JSON")
                .detail("send content-type: application/json"));
        }
        if declared_length(request.headers()).is_some_and(|length| length > JSON_BYTES_MAX) {
            return Err(too_large());
        }
        let reading = Bytes::from_request(request, state);
        let body = tokio::time::timeout(Duration::from_millis(BODY_READ_MS_MAX), reading)
            .await
            .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "slow_body", "The body took too long").retryable())?
            .map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => Problem::new(StatusCode::BAD_REQUEST, "broken_body", "The body broke off"),
            })?;
        if body.len() > JSON_BYTES_MAX {
            return Err(too_large());
        }
        parse_strict(&body).map(Self)
    }
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large")
        .detail(format!("{JSON_BYTES_MAX} bytes are taken at most"))
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// `application/json` or a type that ends in `+json`, with any parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn extract(content_type: Option<&str>, body: impl Into<Body>) -> Result<StrictJson<Vec<u8>>, Problem> {
        let mut request = Request::post("/");
        if let Some(value) = content_type {
            request = request.header(header::CONTENT_TYPE, value);
        }
        StrictJson::from_request(request.body(body.into()).unwrap(), &()).await
    }

    #[tokio::test]
    async fn json_in_its_spellings_is_taken() {
        for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert_eq!(extract(Some(content_type), "[1,2]").await.unwrap().0, [1, 2]);
        }
    }

    #[tokio::test]
    async fn other_types_sizes_and_forms_are_refused() {
        let status = async |content_type, body: Body| extract(content_type, body).await.unwrap_err().status().as_u16();
        assert_eq!(status(None, "[]".into()).await, 415);
        assert_eq!(status(Some("text/plain"), "[]".into()).await, 415);
        assert_eq!(status(Some("application/json"), "[".into()).await, 400);
        assert_eq!(status(Some("application/json"), vec![b' '; JSON_BYTES_MAX + 1].into()).await, 413);
        assert_eq!(status(Some("application/json"), vec![b' '; 20_000_000].into()).await, 413);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_comes_is_given_up() {
        let stalled = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(extract(Some("application/json"), stalled).await.unwrap_err().status().as_u16(), 408);
    }
}
