//! Producers: one in transactions, one plain and idempotent.
//!
//! Guarantees: every delivery failure is seen, by the commit or the flush at the latest; a producer that has failed once
//! is of no further use and says so. librdkafka speaks the older transaction protocol, in which a late EndTxn can reach
//! a later transaction: a producer whose commit or abort ran out of time is therefore thrown away, and its successor
//! begins with `init_transactions`, which makes the cluster forget the old one.

mod error;
mod idempotent;
mod outbox;
mod transactional;

pub use error::ProducerError;
pub use idempotent::IdempotentProducer;
pub use transactional::TransactionalProducer;
