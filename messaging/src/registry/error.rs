//! Errors of the schema registry.

use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::RawError;

/// Why a request to the registry failed.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Creating the HTTP client failed.
    #[error("making the schema registry's client failed")]
    Client {
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The registry does not answer, or answers with a server error.
    #[error("the schema registry does not answer for {subject}")]
    Unavailable {
        /// The subject or id that was asked for.
        subject: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The subject does not hold this schema.
    #[error("subject {subject} does not hold this release's schema; register schemas before starting")]
    NotRegistered { subject: String },
    /// No schema has this id.
    #[error("the schema registry knows no schema with id {id}")]
    UnknownId { id: u32 },
    /// The registry refuses the schema or setting.
    #[error("the schema registry refuses subject {subject}: {message}")]
    Refused {
        subject: String,
        /// The registry's own message.
        message: String,
    },
    /// The registry's answer has no schema id.
    #[error("the schema registry's answer for {subject} has no id")]
    NoId { subject: String },
}

/// Confluent's codes for "no such subject, version or schema".
const NOT_FOUND_CODES: std::ops::RangeInclusive<u32> = 40_401..=40_499;

impl RegistryError {
    /// Whether a later attempt may succeed.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    pub(super) fn of_lookup(subject: &str, source: SRCError) -> Self {
        match refusal(&source) {
            Some(raw) if is_absence(raw) => Self::NotRegistered { subject: subject.to_owned() },
            Some(raw) if is_refusal(raw) => Self::Refused { subject: subject.to_owned(), message: raw.message.clone() },
            _ => Self::Unavailable { subject: subject.to_owned(), source: Box::new(source) },
        }
    }

    pub(super) fn of_id(id: u32, source: SRCError) -> Self {
        match refusal(&source) {
            Some(raw) if is_absence(raw) => Self::UnknownId { id },
            _ => Self::Unavailable { subject: format!("schema id {id}"), source: Box::new(source) },
        }
    }
}

fn refusal(error: &SRCError) -> Option<&RawError> {
    std::error::Error::source(error).and_then(|source| source.downcast_ref())
}

fn is_absence(raw: &RawError) -> bool {
    raw.error_code == 404 || NOT_FOUND_CODES.contains(&raw.error_code)
}

/// 409 is incompatible, 422 invalid; Confluent's longer codes begin with the status.
fn is_refusal(raw: &RawError) -> bool {
    matches!(raw.error_code, 409 | 422 | 40_900..=40_999 | 42_200..=42_299)
}
