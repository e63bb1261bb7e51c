//! Bytes of a record's value: a zero byte, the schema's id in four bytes, the Avro datum (Confluent's wire format).

#[cfg(feature = "testing")]
pub(crate) mod bare;
mod datum;
mod decode;
mod encode;
mod kind_reader;
mod readers;
mod requests;
#[cfg(test)]
mod tests;

pub use decode::{DecodeError, Decoder};
pub use encode::{EncodeError, Encoder, check_publishable, encoded_size_of};
pub use kind_reader::{KindReader, ReadRecord};
pub use readers::{Readers, UnreadableError};

/// The first byte of every value.
pub const MAGIC: u8 = 0;
/// Bytes before the datum.
pub const PREFIX_BYTES: usize = 5;
/// Largest value that is published. With its headers it stays below the topic's `max.message.bytes`.
pub const VALUE_BYTES_MAX: usize = 1_000_000;
