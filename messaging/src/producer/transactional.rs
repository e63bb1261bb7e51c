//! A producer whose records become visible together or not at all.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::producer::Producer;
use service_kit::clock::Stopwatch;

use super::ProducerError;
use super::outbox::{Deliveries, Outbox, config};
use crate::client::{self, Interrupt};
use crate::record::EncodedRecord;

/// After this time the cluster ends a transaction whose producer is gone, in milliseconds. Until then `read_committed`
/// readers wait behind it, so it is short.
const TRANSACTION_TIMEOUT_MS: &str = "10000";
/// Longest wait for one record's delivery, in milliseconds; shorter than the transaction's, as Kafka wants it.
const DELIVERY_TIMEOUT_MS: &str = "9000";
/// Longest wait for `init_transactions`, in milliseconds; it waits for the predecessor's transaction to end.
const INIT_TIMEOUT_MS: u64 = 30_000;
/// Longest single call of `init_transactions`, in milliseconds; also the delay after which an interruption is seen.
const INIT_CALL_MS: u64 = 500;
/// Longest wait for a commit or an abort, in milliseconds; shorter than a request's (the transaction's less 100 ms), so that
/// the client does not repeat one that stays without answer.
const END_TIMEOUT_MS: u64 = 9_000;

/// A transactional producer. Any failure poisons it: drop it and connect a new one. So does a lost connection, though
/// the client reconnects by itself: it repeats a request to end a transaction, and the first request may arrive late
/// and end another one.
pub struct TransactionalProducer {
    outbox: Outbox,
    state: State,
}

/// Initialises transactions in short calls. A call that times out, or finds the coordinator still ending a
/// predecessor's transaction, is continued by the next one.
fn initialise(client: &impl Producer<Deliveries>, interrupt: &Interrupt) -> Result<(), KafkaError> {
    let waiting = Stopwatch::start();
    loop {
        match client.init_transactions(Duration::from_millis(INIT_CALL_MS)) {
            Err(KafkaError::Transaction(error))
                if error.is_retriable()
                    && waiting.elapsed() < Duration::from_millis(INIT_TIMEOUT_MS)
                    && !interrupt.is_set() => {}
            ended => return ended,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Open,
    Poisoned,
}

impl TransactionalProducer {
    /// Connects, fences every predecessor with the same transactional id, and ends its open transaction. After the
    /// future is dropped the work goes on in the background for half a second at most.
    ///
    /// # Errors
    /// [`ProducerError`].
    pub async fn connect(brokers: &str, transactional_id: &str) -> Result<Self, ProducerError> {
        let mut config = config(brokers);
        config
            .set("transactional.id", transactional_id)
            .set("transaction.timeout.ms", TRANSACTION_TIMEOUT_MS)
            .set("delivery.timeout.ms", DELIVERY_TIMEOUT_MS)
            // At higher levels the client does not log lost connections.
            .set_log_level(RDKafkaLogLevel::Info);
        let outbox = Outbox::try_new(&config)?;
        let client = Arc::clone(outbox.client());
        let initialised = client::interruptible(move |interrupt| initialise(&*client, interrupt)).await;
        initialised.map_err(|source| ProducerError::of("initialising transactions", source))?;
        Ok(Self { outbox, state: State::Idle })
    }

    /// Opens a transaction. Talks to no broker yet.
    ///
    /// # Errors
    /// [`ProducerError`]; also when one is open already.
    pub fn begin(&mut self) -> Result<(), ProducerError> {
        const ACTION: &str = "beginning a transaction";
        self.expect(ACTION, State::Idle)?;
        let begun = self.outbox.client().begin_transaction();
        self.transition(ACTION, begun, State::Open)
    }

    /// Adds a record to the open transaction. Waits a bounded time while the queue is full.
    ///
    /// # Errors
    /// [`ProducerError`]; also when an earlier delivery has failed.
    pub async fn produce(&mut self, record: EncodedRecord) -> Result<(), ProducerError> {
        const ACTION: &str = "producing in a transaction";
        self.expect(ACTION, State::Open)?;
        let produced = self.outbox.enqueue(record).await;
        self.transition(ACTION, produced, State::Open)
    }

    /// Waits for every delivery and commits. `Ok` means that all is visible; after an error the outcome is unknown until
    /// a successor has read the checkpoint.
    ///
    /// # Errors
    /// [`ProducerError`].
    pub async fn commit(&mut self) -> Result<(), ProducerError> {
        const ACTION: &str = "committing a transaction";
        self.expect(ACTION, State::Open)?;
        // If this future is dropped half-way, the outcome is unknown, so the producer is poisoned until the commit has
        // succeeded.
        self.state = State::Poisoned;
        let timeout = Duration::from_millis(END_TIMEOUT_MS);
        let committed = self.outbox.flush(timeout, move |client| client.commit_transaction(timeout)).await;
        if committed.is_ok() && self.outbox.is_disturbed() {
            return Err(ProducerError::Disturbed { action: ACTION });
        }
        self.transition(ACTION, committed, State::Idle)
    }

    /// Aborts the open transaction; none of its records becomes visible.
    ///
    /// # Errors
    /// [`ProducerError`].
    pub async fn abort(&mut self) -> Result<(), ProducerError> {
        const ACTION: &str = "aborting a transaction";
        self.expect(ACTION, State::Open)?;
        self.state = State::Poisoned;
        let timeout = Duration::from_millis(END_TIMEOUT_MS);
        let aborted = self.outbox.abort(timeout, move |client| client.abort_transaction(timeout)).await;
        if aborted.is_ok() && self.outbox.is_disturbed() {
            return Err(ProducerError::Disturbed { action: ACTION });
        }
        self.transition(ACTION, aborted, State::Idle)
    }

    /// Whether the producer can only be dropped.
    pub fn is_poisoned(&self) -> bool {
        self.state == State::Poisoned
    }

    fn expect(&self, action: &'static str, wanted: State) -> Result<(), ProducerError> {
        match self.state {
            state if state == wanted => Ok(()),
            State::Poisoned => Err(ProducerError::Poisoned { action }),
            State::Idle => Err(ProducerError::NotOpen { action }),
            State::Open => Err(ProducerError::StillOpen { action }),
        }
    }

    /// Enters the state `next` after a successful call, and the poisoned state after a failed one.
    fn transition(
        &mut self,
        action: &'static str,
        outcome: Result<(), KafkaError>,
        next: State,
    ) -> Result<(), ProducerError> {
        self.state = if outcome.is_ok() { next } else { State::Poisoned };
        outcome.map_err(|source| ProducerError::of(action, source))
    }
}
