//! The correlation id: shared by everything that one request has caused.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use crate::clock::{Ids, SystemIds};

/// The header of requests and answers that carries the id.
pub const CORRELATION_HEADER: &str = "x-correlation-id";

/// Longest accepted id, in characters.
const LENGTH_MAX: usize = 128;

/// A correlation id: 1 to 128 visible ASCII characters, so it is safe in headers and logs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CorrelationId(Arc<str>);

/// A text that is no correlation id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a correlation id has 1 to {LENGTH_MAX} visible ASCII characters")]
pub struct InvalidCorrelationId;

impl CorrelationId {
    /// Parses an id that a client has sent.
    ///
    /// # Errors
    /// [`InvalidCorrelationId`] for a text that is empty, too long or holds other characters.
    pub fn try_new(text: &str) -> Result<Self, InvalidCorrelationId> {
        let fits = (1..=LENGTH_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.into())) } else { Err(InvalidCorrelationId) }
    }

    /// A new id.
    pub fn from_uuid(id: Uuid) -> Self {
        Self(id.to_string().into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn made_up() -> Self {
        Self::from_uuid(SystemIds.ordered())
    }
}

impl TryFrom<String> for CorrelationId {
    type Error = InvalidCorrelationId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::try_new(&text)
    }
}

impl From<CorrelationId> for String {
    fn from(id: CorrelationId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id that [`super::observe`] gave the request; a new one where that layer is absent.
impl<S: Send + Sync> FromRequestParts<S> for CorrelationId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::made_up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_could_spoil_a_log_are_refused() {
        assert!(CorrelationId::try_new("order-17").is_ok());
        for text in ["", "a b", "a\nb", "\u{1b}[31m", "é", &"x".repeat(129)] {
            assert_eq!(CorrelationId::try_new(text), Err(InvalidCorrelationId));
        }
    }
}
