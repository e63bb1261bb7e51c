//! An extractor that parses JSON bodies strictly and within limits.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::{Problem, parse_strict};
use crate::http::is_json;

/// Largest accepted JSON body, in bytes.
pub const JSON_BYTES_MAX: usize = 256 * 1024;
/// Longest time for a body to arrive, so that slow senders hold no resources for long.
const BODY_READ_MS_MAX: u64 = 10_000;

/// A JSON body parsed by [`parse_strict`]: 415 for another content type or character set, 413 above [`JSON_BYTES_MAX`],
/// 408 for a body that arrives too slowly, 400 for one that cannot be parsed.
#[derive(Debug, Clone)]
pub struct StrictJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body must be JSON")
                .detail("send content-type: application/json"));
        }
        let body = read_body(request.into_body(), JSON_BYTES_MAX).await?;
        parse_strict(&body).map(Self)
    }
}

/// Reads a body of limited size within a limited time.
///
/// # Errors
/// A [`Problem`]: 413 for a larger body, returned before it is read where its length is declared; 408 for one that
/// takes too long; 400 for one that ends early.
pub async fn read_body(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let declared = body.size_hint().lower();
    if declared > bytes_max as u64 {
        return Err(too_large(bytes_max));
    }
    let reading = Limited::new(body, bytes_max).collect();
    let read = tokio::time::timeout(Duration::from_millis(BODY_READ_MS_MAX), reading).await;
    let read =
        read.map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "slow_body", "The body took too long").retryable())?;
    let collected = read.map_err(|error| {
        if error.is::<LengthLimitError>() {
            too_large(bytes_max)
        } else {
            Problem::new(StatusCode::BAD_REQUEST, "broken_body", "The body broke off")
        }
    })?;
    Ok(collected.to_bytes())
}

fn too_large(bytes_max: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large")
        .detail(format!("{bytes_max} bytes are taken at most"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

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
        assert_eq!(status(Some("application/json; charset=latin1"), "[]".into()).await, 415);
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
