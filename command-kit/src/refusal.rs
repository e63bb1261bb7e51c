//! A refused request, and how the refusals of the parts beneath become one.

use domain::refusal::{Code, Kind, Rejection};
use event_store::{AppendError, ExecuteError, ReadError};
use service_kit::auth::Scope;
use service_kit::errors::chain;
use service_kit::keyring::KeyStoreError;
use service_kit::problem::FieldError;

use super::code;

/// Why a request was refused. Nothing happened, but for [`code::OUTCOME_UNKNOWN`].
///
/// It may be kept as the answer to an idempotency key, so it never holds readable personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    /// Why this time, for people.
    pub detail: String,
    /// The aggregate's version, where the caller may see it.
    pub current_version: Option<i64>,
    /// What is wrong with which part of the input.
    pub errors: Vec<FieldError>,
    /// Whether this is what the idempotency key was answered before.
    pub replayed: bool,
}

/// What refusals call one kind of aggregate.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Such as `order`, in texts for people.
    pub noun: &'static str,
    /// It has moved on from the version that the caller expects.
    pub stale: Code,
    /// Others kept changing it.
    pub contended: Code,
    /// An event of it could not be published.
    pub too_large: Code,
    /// A token lacks a scope.
    pub scope_missing: fn(Scope) -> Refusal,
    /// Another one holds the value that is claimed.
    pub claim_taken: fn(&str) -> Refusal,
    /// Its own codes and those of its rejections, by which kept refusals are read back.
    pub codes: &'static [&'static [Code]],
}

impl Refusal {
    /// A refusal with what happened this time.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), current_version: None, errors: Vec::new(), replayed: false }
    }

    /// A decider's rejection. The cause of one that is our fault is logged here and not told.
    pub fn rejected(rejection: &(impl Rejection + 'static)) -> Self {
        let code = rejection.code();
        if code.kind() == Kind::Internal { Self::internal(rejection) } else { Self::new(code, rejection.detail()) }
    }

    /// Gives the aggregate's version.
    #[must_use]
    pub fn at(mut self, version: i64) -> Self {
        self.current_version = Some(version);
        self
    }

    /// Points to parts of the input.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Our fault. The cause is logged here and not told.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = chain(cause), "a command failed for a reason of our own");
        Self::new(code::INTERNAL, "the cause is in the log, under this trace")
    }

    fn store_unavailable(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::warn!(error = chain(cause), "a command failed because the store does not answer");
        Self::new(code::STORE_UNAVAILABLE, "nothing was changed; try again")
    }

    /// What the command bus could not do, in the words of an aggregate.
    pub fn of_bus(error: &ExecuteError, words: &Words) -> Self {
        match error {
            ExecuteError::Read(ReadError::Connect(_) | ReadError::Query(_)) => Self::store_unavailable(error),
            ExecuteError::Append(append) => Self::of_append(append, error, words),
            ExecuteError::Contended { .. } => {
                let detail = format!("others changed the {} at the same time; try again", words.noun);
                Self::new(words.contended, detail)
            }
            ExecuteError::AnswerLost => {
                Self::new(words.contended, "the answer to this Idempotency-Key has just expired; try again")
            }
            ExecuteError::KeyReused => Self::new(
                code::IDEMPOTENCY_KEY_REUSED,
                "send a repeat with the same body, and anything else with a new key",
            ),
            ExecuteError::TooLarge { .. } => Self::new(words.too_large, error.to_string()),
            ExecuteError::Read(_)
            | ExecuteError::Unreadable { .. }
            | ExecuteError::Damaged { .. }
            | ExecuteError::Unserialisable { .. } => Self::internal(error),
        }
    }

    fn of_append(append: &AppendError, error: &ExecuteError, words: &Words) -> Self {
        match append {
            AppendError::Overloaded => Self::new(code::OVERLOADED, "the store takes no more for now; try again"),
            AppendError::Unavailable | AppendError::Locked { .. } => Self::store_unavailable(error),
            AppendError::Unknown { .. } => {
                tracing::warn!(error = chain(error), "the outcome of a command is not known");
                let detail = "repeat the request with the same Idempotency-Key to learn its outcome";
                Self::new(code::OUTCOME_UNKNOWN, detail)
            }
            AppendError::Invalid { .. } => {
                tracing::warn!(error = chain(error), "the store refused a command's values");
                Self::new(code::VALUES_REFUSED, "a value has a form that the store does not take")
            }
            AppendError::ClaimTaken { value, .. } => (words.claim_taken)(value),
            AppendError::Conflict { .. } | AppendError::AnswerExists => Self::internal(error),
        }
    }
}

impl From<KeyStoreError> for Refusal {
    fn from(error: KeyStoreError) -> Self {
        match error {
            KeyStoreError::Connection(_) | KeyStoreError::Statement { .. } => Self::store_unavailable(&error),
            KeyStoreError::Row(_) | KeyStoreError::Unwrap { .. } => Self::internal(&error),
        }
    }
}
