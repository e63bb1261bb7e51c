mod arbitrary;
mod golden;
mod refusals;
mod requests;

use std::sync::Arc;

use domain::contract::PublicEvents;
use domain::order::contract::{PublicEvent, Published};
use proptest::prelude::*;
use rdkafka::message::Headers;

use super::*;
use crate::record::{EncodedRecord, HeaderList, IncomingRecord, OutgoingRecord};
use crate::registry::Registry;
use crate::schemas::{self, RecordSchema};

/// A registry that is never asked: the decoder has learnt every id.
const NOWHERE: &str = "http://127.0.0.1:9";
/// The id of the first record; the others follow.
const FIRST_ID: u32 = 70_000;

fn contract() -> &'static [RecordSchema] {
    schemas::of::<PublicEvent>()
}

/// The place of an event's record.
fn place_of(event: &str) -> usize {
    contract().iter().position(|record| record.name == event).unwrap_or_else(|| panic!("no record is named {event}"))
}

fn schema_of(event: &str) -> &'static RecordSchema {
    &contract()[place_of(event)]
}

fn encoder() -> Encoder<PublicEvent> {
    Encoder::with_ids(NOWHERE, "orders", id_of)
}

fn id_of(index: usize) -> u32 {
    FIRST_ID + u32::try_from(index).unwrap()
}

fn decoder() -> Decoder<PublicEvent> {
    let decoder = Decoder::new(Registry::new(NOWHERE).unwrap());
    for (index, contract) in contract().iter().enumerate() {
        decoder.learn(id_of(index), contract.text).unwrap();
    }
    decoder
}

/// The record as a consumer would get it.
fn delivered(record: EncodedRecord) -> IncomingRecord {
    let mut headers = HeaderList::default();
    for header in record.headers.iter() {
        headers.push(header.key, header.value);
    }
    let EncodedRecord { topic, key, value, timestamp_ms, .. } = record;
    IncomingRecord { topic: Arc::clone(&topic), partition: 0, offset: 0, timestamp_ms, key, value, headers }
}

fn decode(decoder: &Decoder<PublicEvent>, record: &IncomingRecord) -> Result<Published, DecodeError> {
    futures::executor::block_on(decoder.decode(record))
}

/// The datum as the schema alone makes it.
fn written_by_avro<E: PublicEvents>(event: &E) -> Vec<u8> {
    let schema = &schemas::of::<E>()[event.index()].schema;
    let writer = apache_avro::writer::datum::GenericDatumWriter::builder(schema).human_readable(false).build().unwrap();
    writer.write_ser_to_vec(event).unwrap()
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(published in arbitrary::published()) {
        let outgoing = OutgoingRecord { published: published.clone(), payload_hash: [7; 32] };
        let record = encoder().encode(&outgoing).unwrap();
        prop_assert_eq!(record.value.as_ref().unwrap().len(), encoded_size_of(&published.event));
        let decoded = decode(&decoder(), &delivered(record)).unwrap();
        prop_assert_eq!(decoded, published);
    }

    #[test]
    fn a_record_is_written_as_avro_itself_would_with_its_schema(event in arbitrary::event()) {
        let mut ours = Vec::new();
        datum::write(&event, &mut ours);
        prop_assert_eq!(ours, written_by_avro(&event));
    }

    #[test]
    fn the_json_of_a_record_names_the_fields_of_its_schema(event in arbitrary::event()) {
        let apache_avro::Schema::Record(schema) = &contract()[event.index()].schema else { unreachable!() };
        let declared: Vec<_> = schema.fields.iter().map(|field| field.name.as_str()).collect();
        let json = event.to_json().unwrap();
        let mut written: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let mut declared = declared;
        written.sort_unstable();
        declared.sort_unstable();
        prop_assert_eq!(written, declared);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), index in 0..contract().len()) {
        let mut value = vec![MAGIC];
        value.extend_from_slice(&id_of(index).to_be_bytes());
        value.extend_from_slice(&bytes);
        let mut record = delivered(encoder().encode(&arbitrary::sample()).unwrap());
        record.value = Some(value);
        let _ = decode(&decoder(), &record);
    }
}

#[test]
fn an_event_that_is_too_large_is_refused_with_its_size() {
    let OutgoingRecord { mut published, payload_hash } = arbitrary::sample();
    let PublicEvent::ForeignEvent(foreign) = &mut published.event else { unreachable!() };
    foreign.body = Some("x".repeat(VALUE_BYTES_MAX));
    assert!(
        matches!(check_publishable(&published.event), Err(EncodeError::TooLarge { bytes, .. }) if bytes > VALUE_BYTES_MAX)
    );
    assert!(encoder().encode(&OutgoingRecord { published, payload_hash }).is_err());
}
