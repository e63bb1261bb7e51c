//! Checks that this release and the previous one, which may run side by side, can read a public event.

use std::marker::PhantomData;

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::{AvroResult, Schema};
use domain::contract::PublicEvents;

use super::datum;
use super::decode::{DecodeError, WriterSchema, read_datum};
use crate::registry::{Registry, RegistryError};
use crate::schemas;

/// Why a release cannot read an event.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableError {
    /// This release cannot read what it has written.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The event differs after being written and read.
    #[error("{name} is not what was written once it is read again")]
    Changed { name: &'static str },
    /// The previous release cannot read it.
    #[error("{name} cannot be read with the schema before this one")]
    Before {
        name: &'static str,
        #[source]
        source: Box<apache_avro::Error>,
    },
}

/// The schemas that readers of a topic use: this release's and, where a subject has one, the previous one.
#[derive(Debug)]
pub struct Readers<E> {
    before: Vec<Option<Schema>>,
    kind: PhantomData<fn(E)>,
}

impl<E: PublicEvents> Readers<E> {
    /// Looks up the previous schema of each subject of a topic.
    ///
    /// # Errors
    /// [`RegistryError`] when this release's schemas are not registered or the registry stays away.
    pub async fn connect(registry: &Registry, topic: &str) -> Result<Self, RegistryError> {
        let mut before = Vec::with_capacity(E::RECORDS.len());
        for record in schemas::of::<E>() {
            let subject = record.subject(topic);
            let text = registry.before(&subject, record.text).await?;
            // Nobody reads with a schema that does not parse.
            before.push(text.and_then(|text| Schema::parse_str(&text).ok()));
        }
        Ok(Self { before, kind: PhantomData })
    }

    /// Writes an event and reads it with both schemas.
    ///
    /// # Errors
    /// [`UnreadableError`] of the first one that fails.
    pub fn check(&self, event: &E) -> Result<(), UnreadableError> {
        let index = event.index();
        let name = event.name();
        let mut written = Vec::new();
        datum::write(event, &mut written);
        if read_datum::<E>(&WriterSchema::ours::<E>(index), &written)? != *event {
            return Err(UnreadableError::Changed { name });
        }
        let Some(before) = &self.before[index] else { return Ok(()) };
        read_with(&schemas::of::<E>()[index].schema, before, &written)
            .map_err(|source| UnreadableError::Before { name, source: Box::new(source) })
    }
}

fn read_with(ours: &Schema, reader: &Schema, mut datum: &[u8]) -> AvroResult<()> {
    let reader = GenericDatumReader::builder(ours).reader_schema(reader).build()?;
    reader.read_value(&mut datum).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::order::contract::{OrderDrafted, PublicEvent};

    fn readers(before: &str) -> Readers<PublicEvent> {
        let schema = Schema::parse_str(before).unwrap();
        let records = schemas::of::<PublicEvent>().iter();
        let before = records.map(|record| (record.schema.name() == schema.name()).then(|| schema.clone()));
        Readers { before: before.collect(), kind: PhantomData }
    }

    fn drafted() -> PublicEvent {
        PublicEvent::OrderDrafted(OrderDrafted {
            order_id: "o-1".to_owned(),
            version: 1,
            tenant: "shop".to_owned(),
            at: 7,
            customer: None,
            currency: "GBP".to_owned(),
        })
    }

    #[test]
    fn a_field_that_came_later_hinders_nobody_and_one_that_is_gone_does() {
        let ours = schemas::of::<PublicEvent>()[0].text;
        assert!(readers(ours).check(&drafted()).is_ok());
        let mut schema: serde_json::Value = serde_json::from_str(ours).unwrap();
        let fields = schema["fields"].as_array_mut().unwrap();
        fields.retain(|field| field["name"] != "customer");
        assert!(readers(&schema.to_string()).check(&drafted()).is_ok());
        schema["fields"].as_array_mut().unwrap().push(serde_json::json!({"name": "channel", "type": "string"}));
        let refused = readers(&schema.to_string()).check(&drafted());
        assert!(matches!(refused, Err(UnreadableError::Before { name: "OrderDrafted", .. })), "{refused:?}");
    }
}
