//! The bounded queue of records on their way to the brokers. It remembers the first delivery that failed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};

use service_kit::clock::Stopwatch;

use super::ProducerError;
use crate::client;
use crate::record::EncodedRecord;

/// Most records waiting in the client.
const QUEUE_RECORDS_MAX: &str = "100000";
/// Most bytes waiting in the client, in KiB.
const QUEUE_KIB_MAX: &str = "65536";
/// How long the client waits to fill a batch, in milliseconds. While the broker is busy batches fill anyway.
const LINGER_MS: &str = "1";
/// Largest request in bytes before compression: the largest value with its headers.
const MESSAGE_BYTES_MAX: &str = "1048576";
/// Delivery reports are polled once in this many records.
const RECORDS_A_POLL: usize = 64;
/// How long delivery reports are polled before a full queue is tried again, in milliseconds.
const QUEUE_FULL_PAUSE_MS: u64 = 5;
/// Shortest pause between two polls while records are in flight, in microseconds.
const DRAIN_POLL_US: u64 = 200;
/// A pause is this part of the time waited so far, so that a busy broker's answer is awaited with few polls and seen little later.
const DRAIN_POLL_PART: u32 = 8;
/// Events polled before the client counts as undisturbed. A lost connection raises fewer.
const EVENTS_POLLED_MAX: usize = 32;
/// Facility of the client's log lines about lost connections and requests that timed out. Source: `rd_kafka_broker_set_error`.
const CONNECTION_LOST: &str = "FAIL";
/// How often a full queue is tried: with the pause above, a minute.
const QUEUE_FULL_TRIES_MAX: usize = 12_000;

/// The settings of every producer.
pub(super) fn config(brokers: &str) -> ClientConfig {
    let mut config = client::config(brokers);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("compression.type", "lz4")
        .set("partitioner", "murmur2_random")
        .set("queue.buffering.max.messages", QUEUE_RECORDS_MAX)
        .set("queue.buffering.max.kbytes", QUEUE_KIB_MAX)
        .set("message.max.bytes", MESSAGE_BYTES_MAX)
        .set("linger.ms", LINGER_MS);
    config
}

pub(super) struct Outbox {
    /// `None` only while it is being dropped.
    producer: Option<Arc<BaseProducer<Deliveries>>>,
    enqueued: AtomicUsize,
}

impl Outbox {
    pub(super) fn try_new(config: &ClientConfig) -> Result<Self, ProducerError> {
        let producer = config
            .create_with_context(Deliveries::default())
            .map_err(|source| ProducerError::of("making a producer", source))?;
        Ok(Self { producer: Some(Arc::new(producer)), enqueued: AtomicUsize::new(0) })
    }

    pub(super) fn client(&self) -> &Arc<BaseProducer<Deliveries>> {
        self.producer.as_ref().expect("the producer is taken only by drop")
    }

    /// Puts a record into the queue, waiting a bounded time while it is full.
    pub(super) async fn enqueue(&self, record: EncodedRecord) -> Result<(), KafkaError> {
        let EncodedRecord { topic, partition, key, value, headers, timestamp_ms } = record;
        let mut base = BaseRecord::<[u8], [u8]>::to(&topic).headers(headers);
        base.partition = partition;
        base.timestamp = timestamp_ms;
        base.key = key.as_deref();
        base.payload = value.as_deref();
        if self.enqueued.fetch_add(1, Ordering::Relaxed).is_multiple_of(RECORDS_A_POLL) {
            self.client().poll(Duration::ZERO);
        }
        for _ in 0..QUEUE_FULL_TRIES_MAX {
            if let Some(failure) = self.failure() {
                return Err(failure);
            }
            match self.client().send(base) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), again)) => {
                    base = again;
                    let producer = Arc::clone(self.client());
                    client::blocking(move || producer.poll(Duration::from_millis(QUEUE_FULL_PAUSE_MS))).await;
                }
                Err((error, _)) => return Err(error),
            }
        }
        Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull))
    }

    /// Waits for every delivery, then runs a blocking call of the client. Returns the first delivery that failed, now
    /// or before.
    pub(super) async fn flush(
        &self,
        timeout: Duration,
        call: impl FnOnce(&BaseProducer<Deliveries>) -> Result<(), KafkaError> + Send + 'static,
    ) -> Result<(), KafkaError> {
        let producer = Arc::clone(self.client());
        let outcome = client::blocking(move || drain(&producer, timeout).and_then(|()| call(&producer))).await;
        match self.failure() {
            // The client discards records once the producer has failed, such as by being fenced; the call tells why.
            Some(discarded) if is_discarded(&discarded) => outcome.and(Err(discarded)),
            // Any other failed delivery is the cause, the failed call its consequence.
            Some(failure) => Err(failure),
            None => outcome,
        }
    }

    /// Waits for every delivery, then runs a blocking call that discards them all.
    ///
    /// Nothing is purged first, though that would be quicker: the cluster refuses to end a transaction when that
    /// request overtakes the one that adds a partition to it.
    pub(super) async fn abort(
        &self,
        timeout: Duration,
        call: impl FnOnce(&BaseProducer<Deliveries>) -> Result<(), KafkaError> + Send + 'static,
    ) -> Result<(), KafkaError> {
        let producer = Arc::clone(self.client());
        let outcome = client::blocking(move || drain(&producer, timeout).and_then(|()| call(&producer))).await;
        // A failed delivery of a discarded record is no failure.
        self.client().context().forget();
        outcome
    }

    /// Whether this client has ever lost a connection or a request has timed out, so that it may have repeated
    /// requests. The first such case is always reported; the client may not log similar ones soon after.
    pub(super) fn is_disturbed(&self) -> bool {
        for _ in 0..EVENTS_POLLED_MAX {
            self.client().poll(Duration::ZERO);
        }
        self.client().context().disturbed.load(Ordering::SeqCst)
    }

    /// The first delivery that failed.
    pub(super) fn failure(&self) -> Option<KafkaError> {
        let context = self.client().context();
        let failed = context.failed.load(Ordering::SeqCst);
        failed.then(|| context.first_failure.lock().unwrap_or_else(PoisonError::into_inner).clone())?
    }
}

/// Whether a record was given up by the client itself, as a consequence of something else.
fn is_discarded(failure: &KafkaError) -> bool {
    matches!(failure.rdkafka_error_code(), Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight))
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // Closing a client whose broker is away blocks, which a runtime's task must not do.
        let producer = self.producer.take();
        std::thread::spawn(move || drop(producer));
    }
}

/// Polls delivery reports until no record is in flight. The client's own flush checks every 100 ms only, so every
/// transaction would take at least that; its poll spins when asked to wait for a millisecond or less, which would take
/// the processor from the task that reads the next page.
#[expect(clippy::disallowed_methods, reason = "librdkafka offers no wake-up when the last record has been delivered")]
fn drain(producer: &BaseProducer<Deliveries>, timeout: Duration) -> Result<(), KafkaError> {
    let watch = Stopwatch::start();
    let mut before = producer.in_flight_count();
    while before > 0 {
        producer.poll(Duration::ZERO);
        let left = producer.in_flight_count();
        if left == before {
            if watch.elapsed() >= timeout {
                return Err(KafkaError::Flush(RDKafkaErrorCode::OperationTimedOut));
            }
            std::thread::sleep((watch.elapsed() / DRAIN_POLL_PART).max(Duration::from_micros(DRAIN_POLL_US)));
        }
        before = left;
    }
    Ok(())
}

#[derive(Default)]
pub(super) struct Deliveries {
    /// Whether `first_failure` is set; cheaper to read than the mutex.
    failed: AtomicBool,
    first_failure: Mutex<Option<KafkaError>>,
    /// Whether a connection was lost or a request timed out, ever.
    disturbed: AtomicBool,
}

impl Deliveries {
    fn forget(&self) {
        self.failed.store(false, Ordering::SeqCst);
        *self.first_failure.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        // A connection lost with one request in flight is only logged; librdkafka does not count it as an error.
        if facility == CONNECTION_LOST {
            self.disturbed.store(true, Ordering::SeqCst);
        }
        client::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.disturbed.store(true, Ordering::SeqCst);
        client::error(&error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            let mut first = self.first_failure.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert_with(|| error.clone());
            self.failed.store(true, Ordering::SeqCst);
        }
    }
}
