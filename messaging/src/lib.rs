//! Kafka and Avro: publishing and reading the public contract.
//!
//! Guarantees: a record is encoded with a schema that the registry holds under the record's own subject; a decoded
//! record has been checked against its key and headers; a transaction is committed only after every delivery in it has
//! been confirmed; a consumer never jumps to another offset on its own.
//!
//! Deliberately absent: anything that knows an aggregate, and any store. Offsets of a group belong to whoever
//! writes the group's rows. No other crate names `rdkafka`.

pub mod broker;
pub mod checkpoint;
mod checkpoint_record;
mod client;
pub mod codec;
pub mod consumer;
pub mod headers;
pub mod inspect;
mod partition;
pub mod producer;
mod record;
pub mod registry;
pub mod schemas;
mod shard_records;
#[cfg(feature = "testing")]
pub mod testing;
pub mod topics;
pub mod whole_topic;
mod wire;

pub use checkpoint_record::CheckpointRecord;
pub use codec::{
    DecodeError, Decoder, EncodeError, Encoder, KindReader, ReadRecord, Readers, UnreadableError, check_publishable,
    encoded_size_of,
};
pub use partition::partition_of;
pub use record::{DeliveredRequest, EncodedRecord, HeaderList, IncomingRecord, OutgoingRecord, OutgoingRequest};
pub use registry::{Registered, Registry, RegistryError};
pub use shard_records::{
    EventRecord, EventsLook, Examined, Found, LogSource, LookError, Outcome, PartitionLook, Producing, abort_open,
    look_at_checkpoints, look_at_events,
};
pub use wire::WireError;
