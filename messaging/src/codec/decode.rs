//! Decodes records with the writer's schema, then checks key and headers against the body.

use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Arc, PoisonError, RwLock};

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::schema_compatibility::SchemaCompatibility;
use apache_avro::writer::datum::GenericDatumWriter;
use apache_avro::{AvroResult, Schema};
use domain::Timestamp;
use domain::contract::{InvalidHead, PublicEvents, Published, RecordSet};
use schema_registry_converter::schema_registry_common::{BytesResult, get_bytes_result};
use service_kit::BoxError;

use super::{PREFIX_BYTES, VALUE_BYTES_MAX, datum};
use crate::headers::{self, Envelope, HeaderError};
use crate::record::IncomingRecord;
use crate::registry::{Registry, RegistryError};
use crate::schemas::{self, RecordSchema};

/// Writers' schemas kept in memory. A topic has a handful; more is a sign of forged ids, and the cache is cleared.
const WRITER_SCHEMAS_MAX: usize = 1_000;

/// Why a record cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The record has no value. No record of this topic is a tombstone.
    #[error("the record has no value")]
    NoValue,
    /// The record has no key, or its key is no UTF-8.
    #[error("the record has no readable key")]
    Key,
    /// The value is too short for a schema id.
    #[error("the value has {bytes} bytes, fewer than the {PREFIX_BYTES} of magic byte and schema id")]
    Truncated { bytes: usize },
    /// The value does not begin with the wire format's magic byte.
    #[error("the value begins with byte {found:#04x} instead of 0x00")]
    Magic { found: u8 },
    /// The registry does not know the id.
    #[error("schema id {id} is unknown to the registry")]
    UnknownSchema { id: u32 },
    /// The id's schema is no record of this contract.
    #[error("schema id {id} is {name}, no record of this contract")]
    ForeignSchema {
        id: u32,
        /// The schema's full name, or why it has none.
        name: String,
    },
    /// This release's schema cannot read the writer's.
    #[error("schema id {id} of {name} cannot be read with this release's schema: {reason}")]
    Unresolvable { id: u32, name: String, reason: String },
    /// The body does not match its schema.
    #[error("the body of {name} cannot be read")]
    Body {
        name: &'static str,
        #[source]
        source: BoxError,
    },
    /// Bytes follow the body.
    #[error("{bytes} bytes follow the body of {name}")]
    TrailingBytes { name: &'static str, bytes: usize },
    /// Key or header and body contradict each other.
    #[error("{what} is {outside:?} outside and {inside:?} in the body")]
    Contradiction {
        /// The property that has two values.
        what: &'static str,
        /// The key's or header's value.
        outside: String,
        /// The body's value.
        inside: String,
    },
    /// The record is of a request, and its first fields are not those of one.
    #[error("the body of {name} does not say who asks")]
    Head {
        name: &'static str,
        #[source]
        source: InvalidHead,
    },
    /// A header cannot be read.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The registry is unavailable. Try again.
    #[error("schema id {id} cannot be looked up")]
    Registry {
        id: u32,
        #[source]
        source: RegistryError,
    },
}

impl DecodeError {
    /// Whether a later attempt may succeed. Every other error is the record's own.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Registry { .. })
    }
}

/// Decodes the records of a set. Clones share the cache of schemas.
#[derive(Debug, Clone)]
pub struct Decoder<E> {
    registry: Registry,
    writers: Arc<RwLock<HashMap<u32, Arc<WriterSchema>>>>,
    kind: PhantomData<fn() -> E>,
}

/// The schema behind an id.
#[derive(Debug)]
pub(super) struct WriterSchema {
    /// The record's index.
    index: usize,
    /// This release's schema of the record.
    pub(super) ours: &'static RecordSchema,
    /// The writer's schema. `None` where it equals this release's.
    other: Option<Schema>,
}

impl<E: RecordSet> Decoder<E> {
    /// A decoder that asks this registry for ids it has not seen.
    pub fn new(registry: Registry) -> Self {
        // A forged body's length prefix must not cause an allocation larger than a record can be.
        apache_avro::util::max_allocation_bytes(VALUE_BYTES_MAX * 2);
        Self { registry, writers: Arc::default(), kind: PhantomData }
    }

    /// The schema of a record's value and the datum behind it.
    pub(super) async fn unframed<'r>(
        &self,
        record: &'r IncomingRecord,
    ) -> Result<(Arc<WriterSchema>, &'r [u8]), DecodeError> {
        let value = record.value.as_deref().ok_or(DecodeError::NoValue)?;
        let (id, datum) = unframe(value)?;
        Ok((self.writer(id).await?, datum))
    }

    async fn writer(&self, id: u32) -> Result<Arc<WriterSchema>, DecodeError> {
        let known = self.writers.read().unwrap_or_else(PoisonError::into_inner).get(&id).map(Arc::clone);
        if let Some(known) = known {
            return Ok(known);
        }
        let text = self.registry.schema(id).await.map_err(|source| match source {
            RegistryError::UnknownId { .. } => DecodeError::UnknownSchema { id },
            source => DecodeError::Registry { id, source },
        })?;
        self.learn(id, &text)
    }

    /// Parses and caches the schema of an id.
    pub(super) fn learn(&self, id: u32, text: &str) -> Result<Arc<WriterSchema>, DecodeError> {
        let writer = Arc::new(WriterSchema::try_new::<E>(id, text)?);
        let mut writers = self.writers.write().unwrap_or_else(PoisonError::into_inner);
        if writers.len() >= WRITER_SCHEMAS_MAX {
            writers.clear();
        }
        writers.insert(id, Arc::clone(&writer));
        Ok(writer)
    }
}

impl<E: PublicEvents> Decoder<E> {
    /// Decodes an event's record and checks its key and headers.
    ///
    /// # Errors
    /// [`DecodeError`]; see [`DecodeError::is_transient`].
    pub async fn decode(&self, record: &IncomingRecord) -> Result<Published<E>, DecodeError> {
        let (writer, datum) = self.unframed(record).await?;
        let event = read_datum(&writer, datum)?;
        let envelope = headers::read(&record.headers)?;
        check_claims(record, &event, &writer.ours.full_name, &envelope)?;
        let recorded_at = recorded_at(record, &envelope)?;
        let Envelope { event_id, position, correlation_id, causation_id, traceparent, .. } = envelope;
        Ok(Published { event, event_id, position, recorded_at, correlation_id, causation_id, traceparent })
    }
}

impl WriterSchema {
    /// This release's own schema.
    pub(super) fn ours<E: RecordSet>(index: usize) -> Self {
        Self { index, ours: &schemas::of::<E>()[index], other: None }
    }

    fn try_new<E: RecordSet>(id: u32, text: &str) -> Result<Self, DecodeError> {
        let foreign = |name: String| DecodeError::ForeignSchema { id, name };
        let schema = Schema::parse_str(text).map_err(|error| foreign(format!("unreadable ({error})")))?;
        let name = schema.name().map(|name| name.fullname(None)).ok_or_else(|| foreign("nameless".to_owned()))?;
        let index = schemas::index_of::<E>(&name).ok_or_else(|| foreign(name.clone()))?;
        let writer = Self::ours::<E>(index);
        let ours = &writer.ours.schema;
        if schema.canonical_form() == ours.canonical_form() {
            return Ok(writer);
        }
        SchemaCompatibility::can_read(&schema, ours).map_err(|error| DecodeError::Unresolvable {
            id,
            name,
            reason: error.to_string(),
        })?;
        Ok(Self { other: Some(schema), ..writer })
    }

    /// A datum as this release would have written it.
    pub(super) fn in_our_schema<'d>(&self, datum: &'d [u8]) -> Result<Cow<'d, [u8]>, DecodeError> {
        let Some(other) = &self.other else { return Ok(Cow::Borrowed(datum)) };
        let (rewritten, rest) = rewritten(other, &self.ours.schema, datum).map_err(|error| self.body(error))?;
        if rest == 0 { Ok(Cow::Owned(rewritten)) } else { Err(self.trailing(rest)) }
    }

    pub(super) fn body(&self, source: impl Into<BoxError>) -> DecodeError {
        DecodeError::Body { name: self.ours.name, source: source.into() }
    }

    const fn trailing(&self, bytes: usize) -> DecodeError {
        DecodeError::TrailingBytes { name: self.ours.name, bytes }
    }
}

fn unframe(value: &[u8]) -> Result<(u32, &[u8]), DecodeError> {
    match get_bytes_result(Some(value)) {
        BytesResult::Valid(id, datum) => Ok((id, datum)),
        BytesResult::Null => Err(DecodeError::NoValue),
        BytesResult::Invalid(bytes) if bytes.len() < PREFIX_BYTES => Err(DecodeError::Truncated { bytes: bytes.len() }),
        BytesResult::Invalid(bytes) => Err(DecodeError::Magic { found: bytes[0] }),
    }
}

pub(super) fn read_datum<E: RecordSet>(writer: &WriterSchema, datum: &[u8]) -> Result<E, DecodeError> {
    read_ours(writer, &writer.in_our_schema(datum)?)
}

/// Reads a datum that is in this release's schema.
pub(super) fn read_ours<E: RecordSet>(writer: &WriterSchema, datum: &[u8]) -> Result<E, DecodeError> {
    let (record, rest) = datum::read(writer.index, &writer.ours.datum, datum).map_err(|error| writer.body(error))?;
    if rest == 0 { Ok(record) } else { Err(writer.trailing(rest)) }
}

/// The datum of another release as this one would have written it, by Avro's own rules, and how many bytes follow it. Slower,
/// and rarely needed.
fn rewritten(writer: &Schema, ours: &Schema, mut datum: &[u8]) -> AvroResult<(Vec<u8>, usize)> {
    let value = GenericDatumReader::builder(writer).reader_schema(ours).build()?.read_value(&mut datum)?;
    let rewritten = GenericDatumWriter::builder(ours).build()?.write_value_to_vec(value)?;
    Ok((rewritten, datum.len()))
}

fn check_claims(
    record: &IncomingRecord,
    event: &impl PublicEvents,
    full_name: &str,
    envelope: &Envelope,
) -> Result<(), DecodeError> {
    let key = key_of(record)?;
    agree("the stream's id", key, event.stream_id())?;
    let version = envelope.version.ok_or(HeaderError::Missing(headers::AGGREGATE_VERSION))?;
    if version != event.version() {
        agree("the version", &version.to_string(), &event.version().to_string())?;
    }
    if let Some(tenant) = &envelope.tenant {
        agree("the tenant", tenant, event.tenant())?;
    }
    if let Some(name) = &envelope.full_name {
        agree("the record's type", name, full_name)?;
    }
    Ok(())
}

pub(super) fn key_of(record: &IncomingRecord) -> Result<&str, DecodeError> {
    record.key.as_deref().and_then(|key| std::str::from_utf8(key).ok()).ok_or(DecodeError::Key)
}

pub(super) fn agree(what: &'static str, outside: &str, inside: &str) -> Result<(), DecodeError> {
    if outside == inside {
        return Ok(());
    }
    let short = |text: &str| text.chars().take(80).collect();
    Err(DecodeError::Contradiction { what, outside: short(outside), inside: short(inside) })
}

pub(super) fn recorded_at(record: &IncomingRecord, envelope: &Envelope) -> Result<Timestamp, DecodeError> {
    if let Some(moment) = envelope.recorded_at {
        return Ok(moment);
    }
    let millis = record.timestamp_ms.ok_or(HeaderError::Missing(headers::RECORDED_TIME))?;
    let moment = millis.checked_mul(1_000).and_then(|micros| Timestamp::try_from_micros(micros).ok());
    moment.ok_or_else(|| HeaderError::Unreadable { name: headers::RECORDED_TIME, value: format!("{millis} ms") }.into())
}
