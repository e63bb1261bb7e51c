//! A producer without transactions: no duplicates from its own retries, nothing atomic.

use std::time::Duration;

use rdkafka::producer::Producer;

use super::ProducerError;
use super::outbox::{Outbox, config};
use crate::record::EncodedRecord;

/// Longest wait for one record's delivery, in milliseconds.
const DELIVERY_TIMEOUT_MS: &str = "30000";
/// Longest wait for all deliveries, in milliseconds; longer than one record's, so that a failed delivery is reported as
/// such.
const FLUSH_TIMEOUT_MS: u64 = 35_000;

/// A plain idempotent producer, for copies of parked records and for benchmarks of transactions.
pub struct IdempotentProducer {
    outbox: Outbox,
}

impl IdempotentProducer {
    /// Creates the producer. It connects when the first record is sent.
    ///
    /// # Errors
    /// [`ProducerError::Fatal`] for settings that cannot work.
    pub fn new(brokers: &str) -> Result<Self, ProducerError> {
        let mut config = config(brokers);
        config.set("delivery.timeout.ms", DELIVERY_TIMEOUT_MS);
        Ok(Self { outbox: Outbox::try_new(&config)? })
    }

    /// Puts a record into the queue. Waits a bounded time while the queue is full.
    ///
    /// # Errors
    /// [`ProducerError`]; also when an earlier delivery has failed.
    pub async fn produce(&self, record: EncodedRecord) -> Result<(), ProducerError> {
        self.outbox.enqueue(record).await.map_err(|source| ProducerError::of("producing", source))
    }

    /// Waits until everything in the queue is stored by the brokers.
    ///
    /// # Errors
    /// [`ProducerError`] of the first record that was not stored; create a new producer then.
    pub async fn flush(&self) -> Result<(), ProducerError> {
        let timeout = Duration::from_millis(FLUSH_TIMEOUT_MS);
        let flushed = self.outbox.flush(timeout, move |client| client.flush(timeout)).await;
        flushed.map_err(|source| ProducerError::of("flushing", source))
    }
}
