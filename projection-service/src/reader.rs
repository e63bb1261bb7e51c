//! Reading records of a topic that more than one kind of stream may be published to.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use domain::contract::Published;
use messaging::{DecodeError, Decoder, IncomingRecord};
use read_models::ModelSet;

/// Most schemas of other kinds that are remembered; a topic has a few.
const OTHER_SCHEMAS_MAX: usize = 1_000;
/// What a record's value begins with before its schema's id, and the bytes of the two.
const MAGIC: u8 = 0;
const PREFIX_BYTES: usize = 5;

/// What a record is to a set of models.
pub(crate) enum Read<E> {
    /// An event of the set's kind.
    Event(Published<E>),
    /// A record of another kind on the same topic.
    OfAnotherKind,
}

/// Decodes the records of a set's kind, and tells those of the topic's other kinds apart.
pub(crate) struct Reader<M: ModelSet> {
    decoder: Decoder<M::Event>,
    /// Schemas of other kinds: the decoder would ask the registry for them at each record.
    others: Arc<RwLock<HashSet<u32>>>,
}

impl<M: ModelSet> Clone for Reader<M> {
    fn clone(&self) -> Self {
        Self { decoder: self.decoder.clone(), others: Arc::clone(&self.others) }
    }
}

impl<M: ModelSet> Reader<M> {
    pub(crate) fn new(decoder: Decoder<M::Event>) -> Self {
        Self { decoder, others: Arc::default() }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`DecodeError`]; see [`DecodeError::is_transient`].
    pub(crate) async fn read(&self, record: &IncomingRecord) -> Result<Read<M::Event>, DecodeError> {
        if M::OTHER_NAMESPACES.is_empty() {
            return self.decoder.decode(record).await.map(Read::Event);
        }
        if schema_id(record).is_some_and(|id| self.is_known(id)) {
            return Ok(Read::OfAnotherKind);
        }
        match self.decoder.decode(record).await {
            Err(DecodeError::ForeignSchema { id, name }) if is_of::<M>(&name) => {
                self.remember(id);
                Ok(Read::OfAnotherKind)
            }
            decoded => decoded.map(Read::Event),
        }
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

/// Whether a record's full name is in a namespace of the topic's other kinds.
fn is_of<M: ModelSet>(full_name: &str) -> bool {
    full_name.rsplit_once('.').is_some_and(|(namespace, _)| M::OTHER_NAMESPACES.contains(&namespace))
}

/// The id of the schema that a record was written with, as its value begins with it.
fn schema_id(record: &IncomingRecord) -> Option<u32> {
    let prefix = record.value.as_deref()?.get(..PREFIX_BYTES)?;
    let (magic, id) = prefix.split_first()?;
    (*magic == MAGIC).then(|| id.try_into().map(u32::from_be_bytes).ok()).flatten()
}
