//! Reading records of a topic that more than one kind of stream may be published to.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use domain::contract::{PublicEvents, Published};

use super::{DecodeError, Decoder, MAGIC, PREFIX_BYTES};
use crate::IncomingRecord;

/// Most schemas of other kinds that are remembered; a topic has a few.
const OTHER_SCHEMAS_MAX: usize = 1_000;

/// What a record is to whoever reads one kind.
pub enum ReadRecord<E> {
    /// An event of the kind.
    Event(Published<E>),
    /// A record of another kind on the same topic.
    OfAnotherKind,
}

/// Decodes the records of a kind, and tells those of the topic's other kinds apart.
pub struct KindReader<E: PublicEvents> {
    decoder: Decoder<E>,
    /// The namespaces of the other kinds' records.
    other_namespaces: &'static [&'static str],
    /// Schemas of other kinds: the decoder would ask the registry for them at each record.
    others: Arc<RwLock<HashSet<u32>>>,
}

impl<E: PublicEvents> Clone for KindReader<E> {
    fn clone(&self) -> Self {
        Self {
            decoder: self.decoder.clone(),
            other_namespaces: self.other_namespaces,
            others: Arc::clone(&self.others),
        }
    }
}

impl<E: PublicEvents> KindReader<E> {
    /// A reader of a topic that records of these other namespaces are published to as well.
    pub fn new(decoder: Decoder<E>, other_namespaces: &'static [&'static str]) -> Self {
        Self { decoder, other_namespaces, others: Arc::default() }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`DecodeError`]; see [`DecodeError::is_transient`].
    pub async fn read(&self, record: &IncomingRecord) -> Result<ReadRecord<E>, DecodeError> {
        if self.other_namespaces.is_empty() {
            return self.decoder.decode(record).await.map(ReadRecord::Event);
        }
        if schema_id(record).is_some_and(|id| self.is_known(id)) {
            return Ok(ReadRecord::OfAnotherKind);
        }
        match self.decoder.decode(record).await {
            Err(DecodeError::ForeignSchema { id, name }) if self.is_other(&name) => {
                self.remember(id);
                Ok(ReadRecord::OfAnotherKind)
            }
            decoded => decoded.map(ReadRecord::Event),
        }
    }

    /// Whether a record's full name is in a namespace of the topic's other kinds.
    fn is_other(&self, full_name: &str) -> bool {
        full_name.rsplit_once('.').is_some_and(|(namespace, _)| self.other_namespaces.contains(&namespace))
    }

    fn is_known(&self, id: u32) -> bool {
        self.others.read().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    fn remember(&self, id: u32) {
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        if others.len() >= OTHER_SCHEMAS_MAX {
            others.clear();
        }
        others.insert(id);
    }
}

/// The id of the schema that a record was written with, as its value begins with it.
fn schema_id(record: &IncomingRecord) -> Option<u32> {
    let prefix = record.value.as_deref()?.get(..PREFIX_BYTES)?;
    let (magic, id) = prefix.split_first()?;
    (*magic == MAGIC).then(|| id.try_into().map(u32::from_be_bytes).ok()).flatten()
}
