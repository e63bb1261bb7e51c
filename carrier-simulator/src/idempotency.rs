//! Idempotency keys: what was answered, and to what.

use std::collections::HashMap;

use crate::errors::{Answer, invalid};

/// The answers that were given, by key, refusals too.
#[derive(Debug, Default)]
pub(crate) struct Answers(HashMap<String, Kept>);

#[derive(Debug)]
struct Kept {
    /// `None` where the request was refused without a look at it.
    request: Option<String>,
    answer: Answer,
}

impl Answers {
    /// What was answered before to a key, or that the key belongs to another request.
    pub(crate) fn find(&self, key: &str, request: &str) -> Option<Answer> {
        let Kept { request: known, answer } = self.0.get(key)?;
        let is_same = known.as_deref().is_none_or(|known| known == request);
        Some(if is_same { answer.clone() } else { invalid("KEY_REUSED") })
    }

    pub(crate) fn keep(&mut self, key: &str, request: String, answer: Answer) {
        self.0.insert(key.to_owned(), Kept { request: Some(request), answer });
    }

    /// Answers a key so from now on, whatever is asked with it; one that has an answer keeps it.
    pub(crate) fn refuse(&mut self, key: &str, answer: Answer) {
        self.0.entry(key.to_owned()).or_insert(Kept { request: None, answer });
    }
}
