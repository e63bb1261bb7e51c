//! The principal of a request, from its header `Authorization`.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::claims::TokenRefusal;
use super::principal::Principal;
use super::verifier::Verifier;
use crate::problem::Problem;

impl<S> FromRequestParts<S> for Principal
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // A layer may have verified the token already.
        if let Some(principal) = parts.extensions.get::<Self>() {
            return Ok(principal.clone());
        }
        Ok(Verifier::from_ref(state).verify(bearer_token(&parts.headers)?).await?)
    }
}

/// The token of a request's one header `Authorization`.
///
/// # Errors
/// [`TokenRefusal`] when there is none, more than one, or no bearer token in it.
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, TokenRefusal> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return Err(TokenRefusal::Absent);
    };
    strip_bearer(value.to_str().map_err(|_| TokenRefusal::Malformed)?)
}

/// The token of `Bearer <token>`, for transports that carry it otherwise than in a header.
///
/// # Errors
/// [`TokenRefusal::Absent`] for any other scheme.
pub fn strip_bearer(value: &str) -> Result<&str, TokenRefusal> {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(TokenRefusal::Absent),
    }
}

impl From<TokenRefusal> for Problem {
    fn from(refusal: TokenRefusal) -> Self {
        if refusal == TokenRefusal::NeitherCustomerNorStaff {
            return Self::forbidden(refusal.to_string());
        }
        Self::unauthenticated(refusal.to_string())
    }
}
