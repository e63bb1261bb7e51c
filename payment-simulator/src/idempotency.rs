//! Idempotency keys: what was answered, and to what.

use std::collections::HashMap;

use axum::http::StatusCode;

use crate::errors::{Answer, ApiError};

/// The answers that were given, by key.
#[derive(Debug, Default)]
pub(crate) struct Answers(HashMap<String, Kept>);

#[derive(Debug)]
struct Kept {
    request: String,
    answer: Answer,
}

impl Answers {
    /// What was answered before to the same request.
    ///
    /// # Errors
    /// The key belongs to another request.
    pub(crate) fn find(&self, key: &str, request: &str) -> Result<Option<Answer>, ApiError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(kept) if kept.request == request => Ok(Some(kept.answer.clone())),
            Some(_) => {
                let message = format!(
                    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using \
                     a key other than '{key}' if you meant to execute a different request."
                );
                Err(ApiError::new(StatusCode::BAD_REQUEST, "idempotency_error", message))
            }
        }
    }

    pub(crate) fn keep(&mut self, key: &str, request: String, answer: Answer) {
        self.0.insert(key.to_owned(), Kept { request, answer });
    }
}
