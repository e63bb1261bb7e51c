//! Producers: one in transactions, one plain and idempotent.
//!
//! Guarantees: every delivery failure is seen, by the commit or the flush at the latest; a producer that has failed once
//! refuses every further call. librdkafka speaks the older transaction protocol, in which a late EndTxn can end a later
//! transaction: a producer whose commit or abort timed out is therefore dropped, and its successor begins with
//! `init_transactions`, which fences the old one.

mod error;
mod idempotent;
mod outbox;
mod transactional;

pub use error::ProducerError;
pub use idempotent::IdempotentProducer;
pub use transactional::TransactionalProducer;
