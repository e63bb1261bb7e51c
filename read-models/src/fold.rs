//! What the folds of all kinds of streams have in common: why an event does not fold, and the checks of what every event has.

use chrono::{DateTime, SubsecRound, Utc};
use domain::contract::{PublicEvents, Published};
use domain::{TenantId, Timestamp};
use uuid::Uuid;

/// Why an event cannot be folded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// Versions are missing before it, or it was folded already.
    #[error("{kind} {stream_id}: version {version} does not follow {applied}")]
    OutOfOrder {
        kind: &'static str,
        stream_id: String,
        version: i64,
        /// The version folded so far.
        applied: i64,
    },
    /// The event is not possible in the stream's state.
    #[error("{kind} {stream_id}: {event} of version {version} cannot happen to {state}")]
    Unexpected {
        kind: &'static str,
        stream_id: String,
        version: i64,
        event: &'static str,
        /// The stream's state, or `nothing` for one without events.
        state: &'static str,
    },
    /// A field breaks the contract.
    #[error("{kind} {stream_id}: {event} of version {version} has a bad {field}: {reason}")]
    Invalid {
        kind: &'static str,
        stream_id: String,
        version: i64,
        event: &'static str,
        field: &'static str,
        reason: String,
    },
    /// It names a part that the stream does not have.
    #[error("{kind} {stream_id}: {event} of version {version} names {part} {part_id}, which is not there")]
    UnknownPart {
        kind: &'static str,
        stream_id: String,
        version: i64,
        event: &'static str,
        /// What the part is, such as a line.
        part: &'static str,
        part_id: String,
    },
}

/// When the event was recorded, to the millisecond: the log stores microseconds, a Kafka record milliseconds, and both
/// must give the same row.
pub(crate) fn recorded_at<E>(record: &Published<E>) -> DateTime<Utc> {
    record.recorded_at.to_datetime().trunc_subsecs(3)
}

/// An event under check; errors name it. The rules are the domain's for stored values, so that events of earlier releases fold too.
pub(crate) struct Checked<'a, E> {
    pub(crate) event: &'a E,
}

impl<'a, E: PublicEvents> Checked<'a, E> {
    pub const fn new(event: &'a E) -> Self {
        Self { event }
    }

    pub fn invalid(&self, field: &'static str, reason: impl ToString) -> FoldError {
        FoldError::Invalid {
            kind: E::KIND,
            stream_id: self.event.stream_id().to_owned(),
            version: self.event.version(),
            event: self.event.name(),
            field,
            reason: reason.to_string(),
        }
    }

    pub fn unknown_part(&self, part: &'static str, part_id: &str) -> FoldError {
        FoldError::UnknownPart {
            kind: E::KIND,
            stream_id: self.event.stream_id().to_owned(),
            version: self.event.version(),
            event: self.event.name(),
            part,
            part_id: part_id.to_owned(),
        }
    }

    /// The event cannot happen to a stream in this state, `None` being one without events.
    pub fn unexpected(&self, state: Option<&'static str>) -> FoldError {
        FoldError::Unexpected {
            kind: E::KIND,
            stream_id: self.event.stream_id().to_owned(),
            version: self.event.version(),
            event: self.event.name(),
            state: state.unwrap_or("nothing"),
        }
    }

    /// Whether the event is the one behind the version folded so far.
    pub fn follows(&self, applied: i64) -> Result<(), FoldError> {
        let version = self.event.version();
        if version == applied + 1 {
            return Ok(());
        }
        Err(FoldError::OutOfOrder { kind: E::KIND, stream_id: self.event.stream_id().to_owned(), version, applied })
    }

    pub fn same(&self, field: &'static str, known: &str, given: &str) -> Result<(), FoldError> {
        if known == given {
            Ok(())
        } else {
            Err(self.invalid(field, format!("{given:?}, but the {}'s is {known:?}", E::KIND)))
        }
    }

    /// Postgres cannot store NUL in text, and one in a header would fail the whole batch.
    pub fn no_nul(&self, record: &Published<E>) -> Result<(), FoldError> {
        let headers = [
            ("correlation id", &record.correlation_id),
            ("causation id", &record.causation_id),
            ("traceparent", &record.traceparent),
        ];
        for (field, value) in headers {
            self.text_without_nul(field, value.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }

    /// The same for a text of the event.
    pub fn text_without_nul(&self, field: &'static str, text: &str) -> Result<(), FoldError> {
        if text.contains('\0') { Err(self.invalid(field, "holds NUL")) } else { Ok(()) }
    }

    pub fn uuid(&self, field: &'static str, text: &str) -> Result<Uuid, FoldError> {
        Uuid::parse_str(text).map_err(|error| self.invalid(field, error))
    }

    pub fn tenant(&self) -> Result<String, FoldError> {
        self.text("tenant", self.event.tenant(), |text| TenantId::try_new(text))
    }

    pub fn moment(&self, field: &'static str, micros: i64) -> Result<DateTime<Utc>, FoldError> {
        Timestamp::try_from_micros(micros).map(Timestamp::to_datetime).map_err(|error| self.invalid(field, error))
    }

    /// A text that a domain type accepts.
    pub fn text<T, F: ToString>(
        &self,
        field: &'static str,
        text: &str,
        rule: impl Fn(&str) -> Result<T, F>,
    ) -> Result<String, FoldError> {
        rule(text).map(|_| text.to_owned()).map_err(|error| self.invalid(field, error))
    }

    /// The same for a text that may be absent.
    pub fn optional<T, F: ToString>(
        &self,
        field: &'static str,
        text: Option<&String>,
        rule: impl Fn(&str) -> Result<T, F>,
    ) -> Result<Option<String>, FoldError> {
        text.map(|text| self.text(field, text, rule)).transpose()
    }
}
