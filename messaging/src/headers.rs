//! Record headers: CloudEvents 1.0 in binary mode, and the engine's own.

use domain::contract::{Position, PublicEvents, Published, Requests};
use domain::{EventId, Timestamp};
use rdkafka::message::{Header, OwnedHeaders};
use uuid::Uuid;

use crate::record::{HeaderList, OutgoingRequest};

/// The stored event's id.
pub const ID: &str = "ce_id";
/// The record's full name.
pub const TYPE: &str = "ce_type";
/// The system that the event comes from.
pub const SOURCE: &str = "ce_source";
/// Business time.
pub const TIME: &str = "ce_time";
/// The stream's id.
pub const SUBJECT: &str = "ce_subject";
/// The version of CloudEvents.
pub const SPEC_VERSION: &str = "ce_specversion";
/// URL of the body's schema in the registry.
pub const DATA_SCHEMA: &str = "ce_dataschema";
/// Media type of the body.
pub const CONTENT_TYPE: &str = "content-type";
/// W3C trace context.
pub const TRACEPARENT: &str = "traceparent";
/// The stream's version, contiguous from 1.
pub const AGGREGATE_VERSION: &str = "ce_aggregateversion";
/// Position in the log, as `shard.position`.
pub const GLOBAL_POSITION: &str = "ce_globalposition";
/// SHA-256 of the stored payload, in hexadecimal.
pub const PAYLOAD_HASH: &str = "ce_payloadhash";
/// Shared by everything that one request or process has caused.
pub const CORRELATION_ID: &str = "ce_correlationid";
/// Id of the event or request that caused this event.
pub const CAUSATION_ID: &str = "ce_causationid";
/// The tenant.
pub const TENANT_ID: &str = "ce_tenantid";
/// When the event was stored, to the microsecond; the record's own timestamp has milliseconds only. CloudEvents'
/// extension "Recorded Time".
pub const RECORDED_TIME: &str = "ce_recordedtime";

/// The value of [`SOURCE`] where the log is not known, as in records of releases that did not name it. Otherwise a
/// slash and the log's incarnation follow it.
pub const SOURCE_VALUE: &str = "/order-engine/orders";
/// The value of [`CONTENT_TYPE`].
pub const CONTENT_TYPE_VALUE: &str = "application/vnd.confluent.avro";

/// Longest correlation id, causation id or trace context that is sent on, in bytes. Another program's row may have
/// longer ones.
pub const TEXT_BYTES_MAX: usize = 1_024;

/// Capacity for the engine's sixteen headers and a few more.
const HEADERS_EXPECTED: usize = 20;

/// What the headers of a record are made from.
pub(crate) struct Described<'a, E> {
    pub published: &'a Published<E>,
    pub payload_hash: &'a [u8; 32],
    pub full_name: &'a str,
    pub data_schema: &'a str,
    pub source: &'a str,
}

/// The value of [`SOURCE`] for the records of a log.
pub fn source_of(incarnation: Uuid) -> String {
    format!("{SOURCE_VALUE}/{incarnation}")
}

/// The headers of a record.
pub(crate) fn write<E: PublicEvents>(described: &Described<'_, E>) -> OwnedHeaders {
    let Described { published, payload_hash, full_name, data_schema, source } = *described;
    let event = &published.event;
    let time = Timestamp::try_from_micros(event.at()).map_or_else(|_| event.at().to_string(), Timestamp::to_rfc3339);
    let headers = OwnedHeaders::new_with_capacity(HEADERS_EXPECTED);
    let headers = text(headers, SPEC_VERSION, "1.0");
    let headers = text(headers, ID, published.event_id.uuid().as_hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    let headers = text(headers, TYPE, full_name);
    let headers = text(headers, SOURCE, source);
    let headers = text(headers, TIME, &time);
    let headers = text(headers, SUBJECT, event.stream_id());
    let headers = text(headers, DATA_SCHEMA, data_schema);
    let headers = text(headers, CONTENT_TYPE, CONTENT_TYPE_VALUE);
    let headers = text(headers, AGGREGATE_VERSION, &event.version().to_string());
    let headers = text(headers, GLOBAL_POSITION, &published.position.to_string());
    let headers = text(headers, PAYLOAD_HASH, &hexadecimal(payload_hash));
    let headers = text(headers, TENANT_ID, event.tenant());
    let headers = text(headers, RECORDED_TIME, &published.recorded_at.to_rfc3339());
    let headers = optional(headers, TRACEPARENT, published.traceparent.as_deref());
    let headers = optional(headers, CORRELATION_ID, published.correlation_id.as_deref());
    optional(headers, CAUSATION_ID, published.causation_id.as_deref())
}

/// What the headers of a request's record are made from.
pub(crate) struct DescribedRequest<'a, R> {
    pub outgoing: &'a OutgoingRequest<R>,
    pub full_name: &'a str,
    pub data_schema: &'a str,
    pub source: &'a str,
}

/// The headers of a request's record: those of the event that asks, but for its place in its stream.
pub(crate) fn write_request<R: Requests>(described: &DescribedRequest<'_, R>) -> OwnedHeaders {
    let DescribedRequest { outgoing, full_name, data_schema, source } = *described;
    let OutgoingRequest { request, position, recorded_at, correlation_id, causation_id, traceparent, payload_hash } =
        outgoing;
    let headers = OwnedHeaders::new_with_capacity(HEADERS_EXPECTED);
    let headers = text(headers, SPEC_VERSION, "1.0");
    let headers = text(headers, ID, request.id.uuid().as_hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    let headers = text(headers, TYPE, full_name);
    let headers = text(headers, SOURCE, source);
    let headers = text(headers, TIME, &request.at.to_rfc3339());
    let headers = text(headers, SUBJECT, request.body.key());
    let headers = text(headers, DATA_SCHEMA, data_schema);
    let headers = text(headers, CONTENT_TYPE, CONTENT_TYPE_VALUE);
    let headers = text(headers, GLOBAL_POSITION, &position.to_string());
    let headers = text(headers, PAYLOAD_HASH, &hexadecimal(payload_hash));
    let headers = text(headers, TENANT_ID, request.tenant.as_str());
    let headers = text(headers, RECORDED_TIME, &recorded_at.to_rfc3339());
    let headers = optional(headers, TRACEPARENT, traceparent.as_deref());
    let headers = optional(headers, CORRELATION_ID, correlation_id.as_deref());
    optional(headers, CAUSATION_ID, causation_id.as_deref())
}

fn text(headers: OwnedHeaders, key: &str, value: &str) -> OwnedHeaders {
    headers.insert(Header { key, value: Some(value) })
}

fn optional(headers: OwnedHeaders, key: &str, value: Option<&str>) -> OwnedHeaders {
    match value {
        Some(value) if value.len() <= TEXT_BYTES_MAX => text(headers, key, value),
        Some(value) => {
            tracing::debug!(header = key, bytes = value.len(), "left out a header that is too long");
            headers
        }
        None => headers,
    }
}

/// Lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Why a record's headers cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A required header is missing.
    #[error("header {0} is missing")]
    Missing(&'static str),
    /// A header's value has the wrong form.
    #[error("header {name} has an unreadable value: {value:?}")]
    Unreadable {
        name: &'static str,
        /// The beginning of the value.
        value: String,
    },
}

/// The values that a reader takes from the headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub event_id: EventId,
    pub full_name: Option<String>,
    /// A request's record has none.
    pub version: Option<i64>,
    pub tenant: Option<String>,
    pub position: Position,
    pub recorded_at: Option<Timestamp>,
    pub correlation_id: Option<String>,
    pub causation_id: Option<String>,
    pub traceparent: Option<String>,
}

/// Reads the headers that the engine relies on.
pub(crate) fn read(headers: &HeaderList) -> Result<Envelope, HeaderError> {
    let mut found = Found::default();
    for (name, value) in headers.iter() {
        found.note(name, value);
    }
    Ok(Envelope {
        event_id: required(ID, found.id)?,
        full_name: parsed(TYPE, found.full_name)?,
        version: parsed(AGGREGATE_VERSION, found.version)?,
        tenant: parsed(TENANT_ID, found.tenant)?,
        position: required(GLOBAL_POSITION, found.position)?,
        recorded_at: moment(found.recorded_at)?,
        correlation_id: parsed(CORRELATION_ID, found.correlation_id)?,
        causation_id: parsed(CAUSATION_ID, found.causation_id)?,
        traceparent: parsed(TRACEPARENT, found.traceparent)?,
    })
}

/// The raw values, collected in one pass; of repeated headers the last one counts.
#[derive(Default)]
struct Found<'a> {
    id: Option<&'a [u8]>,
    full_name: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    tenant: Option<&'a [u8]>,
    position: Option<&'a [u8]>,
    recorded_at: Option<&'a [u8]>,
    correlation_id: Option<&'a [u8]>,
    causation_id: Option<&'a [u8]>,
    traceparent: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    fn note(&mut self, name: &str, value: Option<&'a [u8]>) {
        match name {
            ID => self.id = value,
            TYPE => self.full_name = value,
            AGGREGATE_VERSION => self.version = value,
            TENANT_ID => self.tenant = value,
            GLOBAL_POSITION => self.position = value,
            RECORDED_TIME => self.recorded_at = value,
            CORRELATION_ID => self.correlation_id = value,
            CAUSATION_ID => self.causation_id = value,
            TRACEPARENT => self.traceparent = value,
            _ => {} // a header of another program
        }
    }
}

fn required<T: std::str::FromStr>(name: &'static str, value: Option<&[u8]>) -> Result<T, HeaderError> {
    parsed(name, value)?.ok_or(HeaderError::Missing(name))
}

fn parsed<T: std::str::FromStr>(name: &'static str, value: Option<&[u8]>) -> Result<Option<T>, HeaderError> {
    let Some(value) = value else { return Ok(None) };
    let parsed = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
    parsed.map(Some).ok_or_else(|| unreadable(name, value))
}

fn moment(value: Option<&[u8]>) -> Result<Option<Timestamp>, HeaderError> {
    let text: Option<String> = parsed(RECORDED_TIME, value)?;
    text.map(|text| Timestamp::try_from(text).map_err(|_| unreadable(RECORDED_TIME, value.unwrap_or_default())))
        .transpose()
}

fn unreadable(name: &'static str, value: &[u8]) -> HeaderError {
    HeaderError::Unreadable { name, value: String::from_utf8_lossy(value).chars().take(60).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_in_lower_case() {
        assert_eq!(hexadecimal(&[0x00, 0xab, 0xff]), "00abff");
    }

    #[test]
    fn headers_without_an_id_are_refused_by_name() {
        assert_eq!(read(&HeaderList::default()), Err(HeaderError::Missing(ID)));
    }

    #[test]
    fn a_version_that_is_no_number_is_refused_with_its_value() {
        let mut headers = HeaderList::default();
        headers.push(ID, Some(b"018f0000-0000-7000-8000-000000000001"));
        headers.push(AGGREGATE_VERSION, Some(b"one"));
        let refused = HeaderError::Unreadable { name: AGGREGATE_VERSION, value: "one".to_owned() };
        assert_eq!(read(&headers), Err(refused));
    }
}
