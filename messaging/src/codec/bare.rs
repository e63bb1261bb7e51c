//! Bodies of records without their frame and headers, for benchmarks.

use domain::contract::RecordSet;

use super::datum;
use crate::schemas;

/// The Avro body of an event's record, as the encoder writes it.
pub fn write_datum(event: &impl RecordSet) -> Vec<u8> {
    let mut written = Vec::with_capacity(256);
    datum::write(event, &mut written);
    written
}

/// The event of a record's Avro body, as the decoder reads it.
///
/// # Panics
/// When the body is no record of that index in this release's schema.
pub fn read_datum<E: RecordSet>(index: usize, datum: &[u8]) -> E {
    datum::read(index, &schemas::of::<E>()[index].datum, datum).expect("the body is a record of this index").0
}
