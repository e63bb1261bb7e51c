//! The caller, read from a request's head before its body is read.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use service_kit::auth::{Principal, Verifier};
use service_kit::telemetry::CorrelationId;

use crate::{Caller, ExpectedVersion, IdempotencyKey, Refusal, code};

const KEY_HEADER: &str = "idempotency-key";

/// A caller whose request may carry an Idempotency-Key.
pub struct Unkeyed(pub Caller);

/// A caller whose request must carry an Idempotency-Key.
pub struct Keyed(pub Caller);

impl<S> FromRequestParts<S> for Unkeyed
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let principal = Principal::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let Ok::<_, Infallible>(correlation) = CorrelationId::from_request_parts(parts, state).await;
        let key = key(&parts.headers).map_err(IntoResponse::into_response)?;
        let expected = expected(&parts.headers).map_err(IntoResponse::into_response)?;
        Ok(Self(Caller { principal, correlation, key, expected, is_dry_run: false }))
    }
}

impl<S> FromRequestParts<S> for Keyed
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Unkeyed(caller) = Unkeyed::from_request_parts(parts, state).await?;
        if caller.key.is_none() {
            let detail = "send Idempotency-Key with a name of your own for this request, such as a random UUID";
            return Err(Refusal::new(code::IDEMPOTENCY_KEY_MISSING, detail).into_response());
        }
        Ok(Self(caller))
    }
}

fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Refusal> {
    let invalid = |detail: &str| Refusal::new(code::IDEMPOTENCY_KEY_INVALID, detail);
    let mut given = headers.get_all(KEY_HEADER).iter();
    let Some(value) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(invalid("send one Idempotency-Key"));
    }
    let text = value.to_str().map_err(|_| invalid("a key holds printable ASCII characters"))?;
    IdempotencyKey::try_new(text).map(Some)
}

fn expected(headers: &HeaderMap) -> Result<Option<ExpectedVersion>, Refusal> {
    let mut given = headers.get_all(header::IF_MATCH).iter();
    let Some(value) = given.next() else { return Ok(None) };
    let malformed = |detail: &str| Refusal::new(code::VERSION_MALFORMED, detail);
    if given.next().is_some() {
        return Err(malformed("send one If-Match"));
    }
    let text = value.to_str().map_err(|_| malformed("an entity tag of ours holds digits"))?;
    ExpectedVersion::from_if_match(text).map(Some)
}
