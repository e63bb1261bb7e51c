//! Encodes records, with the id that the registry has for exactly the embedded schema.

use std::marker::PhantomData;
use std::sync::Arc;

use domain::contract::{PublicEvents, RecordSet};
use uuid::Uuid;

use super::datum::{self, Counted};
use super::{MAGIC, PREFIX_BYTES, VALUE_BYTES_MAX};
use crate::headers::{self, Described};
use crate::record::{EncodedRecord, OutgoingRecord};
use crate::registry::{Registry, RegistryError};
use crate::schemas::{self, RecordSchema};

/// Initial capacity in bytes: enough for most records.
const VALUE_BYTES_EXPECTED: usize = 256;

/// Why an event or a request cannot become a record.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The value is larger than what is published.
    #[error("{name} of stream {stream_id} at version {version} takes {bytes} bytes; {VALUE_BYTES_MAX} is the most")]
    TooLarge { name: &'static str, stream_id: String, version: i64, bytes: usize },
    /// The value of a request is larger than what is published.
    #[error("{name} for {key} takes {bytes} bytes; {VALUE_BYTES_MAX} is the most")]
    RequestTooLarge { name: &'static str, key: String, bytes: usize },
}

/// Encodes the records of a set for one topic.
#[derive(Debug, Clone)]
pub struct Encoder<E> {
    topic: Arc<str>,
    source: Arc<str>,
    /// By the record's index.
    registered: Arc<[Registered]>,
    kind: PhantomData<fn(E)>,
}

#[derive(Debug, Clone)]
pub(super) struct Registered {
    pub(super) record: &'static RecordSchema,
    id: u32,
    pub(super) data_schema: String,
}

impl Registered {
    /// The bytes that stand before a datum.
    pub(super) fn frame(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(VALUE_BYTES_EXPECTED);
        value.push(MAGIC);
        value.extend_from_slice(&self.id.to_be_bytes());
        value
    }
}

impl<E: RecordSet> Encoder<E> {
    /// Looks up the id of every record's schema. The encoder needs no registry afterwards.
    ///
    /// # Errors
    /// [`RegistryError`] when a schema is not registered, or the registry stays away through all retries.
    pub async fn connect(registry: &Registry, topic: &str) -> Result<Self, RegistryError> {
        let mut ids = Vec::with_capacity(E::RECORDS.len());
        for record in schemas::of::<E>() {
            ids.push(registry.id_of(&record.subject(topic), record.text).await?);
        }
        Ok(Self::with_ids(registry.url(), topic, |index| ids[index]))
    }

    /// An encoder whose ids, by the records' indexes, are known already.
    pub fn with_ids(registry_url: &str, topic: &str, id_of: impl Fn(usize) -> u32) -> Self {
        let registered = schemas::of::<E>().iter().zip((0..).map(id_of)).map(|(record, id)| Registered {
            record,
            id,
            data_schema: format!("{registry_url}/schemas/ids/{id}"),
        });
        let source = headers::SOURCE_VALUE.into();
        Self { topic: topic.into(), source, registered: registered.collect(), kind: PhantomData }
    }

    /// The topic of the records.
    pub const fn topic(&self) -> &Arc<str> {
        &self.topic
    }

    /// The same encoder, whose records name their log by its incarnation.
    #[must_use]
    pub fn of_log(self, incarnation: Uuid) -> Self {
        Self { source: headers::source_of(incarnation).into(), ..self }
    }

    pub(super) fn registered(&self, index: usize) -> &Registered {
        &self.registered[index]
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }
}

impl<E: PublicEvents> Encoder<E> {
    /// The record of an event. Its key is the stream's id, its timestamp the time of storing.
    ///
    /// # Errors
    /// [`EncodeError`] for an event that [`check_publishable`] would have refused.
    pub fn encode(&self, outgoing: &OutgoingRecord<E>) -> Result<EncodedRecord, EncodeError> {
        let published = &outgoing.published;
        let event = &published.event;
        let registered = &self.registered[event.index()];
        let mut value = registered.frame();
        datum::write(event, &mut value);
        check_size(event, value.len())?;
        let headers = headers::write(&Described {
            published,
            payload_hash: &outgoing.payload_hash,
            full_name: &registered.record.full_name,
            data_schema: &registered.data_schema,
            source: &self.source,
        });
        Ok(EncodedRecord {
            topic: Arc::clone(&self.topic),
            partition: None,
            key: Some(event.stream_id().as_bytes().to_vec()),
            value: Some(value),
            headers,
            timestamp_ms: Some(published.recorded_at.micros().div_euclid(1_000)),
        })
    }
}

/// Size in bytes of the event's encoded value.
pub fn encoded_size_of(event: &impl PublicEvents) -> usize {
    let mut counted = Counted(PREFIX_BYTES);
    datum::write(event, &mut counted);
    counted.0
}

/// Refuses an event that would be too large to publish. To be called before the event is stored.
///
/// # Errors
/// [`EncodeError`] with the event's name, stream, version and size.
pub fn check_publishable(event: &impl PublicEvents) -> Result<(), EncodeError> {
    check_size(event, encoded_size_of(event))
}

fn check_size(event: &impl PublicEvents, bytes: usize) -> Result<(), EncodeError> {
    if bytes <= VALUE_BYTES_MAX {
        return Ok(());
    }
    let name = event.name();
    let stream_id = event.stream_id().to_owned();
    let version = event.version();
    Err(EncodeError::TooLarge { name, stream_id, version, bytes })
}
