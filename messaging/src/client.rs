//! What all Kafka clients of this crate share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use service_kit::clock::Stopwatch;
use tokio::task::JoinHandle;

/// Longest wait for an answer about the cluster, in milliseconds.
pub(crate) const METADATA_TIMEOUT_MS: u64 = 10_000;

/// Longest wait until a partition has a leader that answers, in milliseconds: after it was made, or its broker has started.
const LEADER_TIMEOUT_MS: u64 = 30_000;
/// Pause before a partition without a leader is asked about again.
const LEADER_PAUSE: Duration = Duration::from_millis(100);

/// The settings that all clients share.
pub(crate) fn config(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("socket.keepalive.enable", "true")
        .set("reconnect.backoff.ms", "100")
        .set("reconnect.backoff.max.ms", "2000")
        .set("allow.auto.create.topics", "false");
    config
}

/// Logs librdkafka's own log lines at low levels, since it repeats them while a broker is away.
pub(crate) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
            tracing::warn!(target: "kafka", facility, "{message}");
        }
        RDKafkaLogLevel::Warning | RDKafkaLogLevel::Notice => tracing::info!(target: "kafka", facility, "{message}"),
        RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => tracing::debug!(target: "kafka", facility, "{message}"),
    }
}

/// Logs an error of the client as a whole. A failed call also returns its own error.
pub(crate) fn error(error: &KafkaError, reason: &str) {
    // Partition ends are requested events, not errors.
    if error.rdkafka_error_code() != Some(RDKafkaErrorCode::PartitionEOF) {
        tracing::warn!(target: "kafka", %error, "{reason}");
    }
}

/// The first and the next offset of a partition. After it was made, or while its leader changes or starts again, nobody can tell, which is
/// waited for.
pub(crate) fn watermarks<C: ConsumerContext>(
    consumer: &impl Consumer<C>,
    topic: &str,
    partition: i32,
) -> Result<(i64, i64), KafkaError> {
    let answer = Duration::from_millis(METADATA_TIMEOUT_MS);
    let limit = Duration::from_millis(LEADER_TIMEOUT_MS);
    let watch = Stopwatch::start();
    loop {
        match consumer.fetch_watermarks(topic, partition, answer) {
            Err(error) if is_moving(&error) && watch.elapsed() < limit => {
                std::thread::park_timeout(LEADER_PAUSE);
                // librdkafka goes on believing that a partition has no leader until it is told anew.
                consumer.fetch_metadata(Some(topic), answer)?;
            }
            found => return found,
        }
    }
}

/// Whether a partition is between two leaders. A partition that was known and is unknown now is one without a leader.
fn is_moving(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(Code::NotLeaderForPartition | Code::LeaderNotAvailable | Code::UnknownPartition)
    )
}

/// Runs blocking work on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    joined(tokio::task::spawn_blocking(work)).await
}

/// Tells blocking work that nobody waits for its result any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Whether the work should end; its result is ignored.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

struct InterruptOnDrop(Interrupt);

impl Drop for InterruptOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::SeqCst);
    }
}

/// Runs long blocking work and interrupts it when this future is dropped, since a runtime shuts down only after it has
/// ended.
pub(crate) async fn interruptible<T: Send + 'static>(work: impl FnOnce(&Interrupt) -> T + Send + 'static) -> T {
    let interrupt = Interrupt::default();
    let _interrupts = InterruptOnDrop(interrupt.clone());
    blocking(move || work(&interrupt)).await
}

async fn joined<T>(task: JoinHandle<T>) -> T {
    match task.await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime shuts down, and this future with it.
        Err(_cancelled) => std::future::pending().await,
    }
}

/// Whether an error is a lost connection, after which librdkafka reconnects by itself.
pub(crate) fn is_passing(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(Code::BrokerTransportFailure | Code::AllBrokersDown | Code::OperationTimedOut | Code::Resolve)
    )
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn work_learns_that_nobody_waits_for_it_any_more() {
        let (reports, mut reported) = tokio::sync::mpsc::unbounded_channel();
        let waiting = interruptible(move |interrupt| {
            reports.send(false).expect("the test listens");
            while !interrupt.is_set() {
                std::thread::yield_now();
            }
            reports.send(true).expect("the test listens");
        });
        tokio::select! {
            () = waiting => panic!("nobody has interrupted it yet"),
            began = reported.recv() => assert_eq!(began, Some(false)),
        }
        assert_eq!(reported.recv().await, Some(true));
    }

    #[tokio::test]
    async fn who_waits_for_work_that_a_runtime_has_dropped_ends_with_it_and_without_a_panic() {
        let task = tokio::spawn(std::future::pending::<()>());
        task.abort();
        while !task.is_finished() {
            tokio::task::yield_now().await;
        }
        assert!(joined(task).now_or_never().is_none());
    }
}
