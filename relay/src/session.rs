//! One producer's life: take the lease, fence, find the place, publish until something ends it.

use std::time::Duration;

use domain::EventId;
use domain::contract::Position;
use event_store::{LeaseError, LogPage, ReadError, StoredRow};
use messaging::EncodeError;
use messaging::checkpoint::Checkpoint;
use messaging::producer::{ProducerError, TransactionalProducer};
use service_kit::clock::Stopwatch;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::outgoing::outgoing;
use crate::place::{PlaceError, place};
use crate::{Deps, RelayOptions};

/// How a session ended without an error.
pub(crate) enum End {
    /// The process stops.
    Stopped,
    /// Another relay has the lease or has fenced this one.
    StandBy,
}

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Where to go on cannot be told.
    #[error("the relay of shard {shard} cannot find its place")]
    Place {
        /// Which shard.
        shard: i16,
        /// Why.
        #[source]
        source: PlaceError,
    },
    /// The lease cannot be asked for.
    #[error("the relay cannot ask for its lease")]
    Lease(#[from] LeaseError),
    /// The log cannot be read.
    #[error("the relay cannot read the log")]
    Read(#[from] ReadError),
    /// A record cannot be written.
    #[error("the relay cannot encode the event at position {position}")]
    Encode {
        /// Where it stands.
        position: Position,
        /// Why.
        #[source]
        source: EncodeError,
    },
    /// Kafka does not take the records.
    #[error("the relay cannot publish")]
    Produce(#[from] ProducerError),
}

impl RelayError {
    /// Whether starting over would not help.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Place { source, .. } => source.is_final(),
            Self::Encode { .. } | Self::Produce(ProducerError::Fatal { .. }) | Self::Read(ReadError::Hole(_)) => true,
            Self::Lease(_) | Self::Read(_) | Self::Produce(_) => false,
        }
    }
}

pub(crate) async fn session(
    deps: &Deps,
    options: &RelayOptions,
    shard: i16,
    head: &mut watch::Receiver<i64>,
    stop: &CancellationToken,
) -> Result<End, RelayError> {
    let name = format!("relay-{shard}");
    let Some(lease) = deps.store.lease(&name, deps.holder, options.lease_ttl_s).await? else { return Ok(End::StandBy) };
    let transactional_id = format!("{}-{shard}", options.transactional_id_prefix);
    let producer = TransactionalProducer::connect(&deps.brokers, &transactional_id).await?;
    let published = place(&deps.store, &deps.brokers, &options.topic, &options.checkpoint_topic, shard)
        .await
        .map_err(|source| RelayError::Place { shard, source })?;
    tracing::info!(shard, epoch = lease.epoch, position = published, "the relay publishes");
    let mut session = Session { deps, options, shard, name, producer, published };
    let end = session.publish(head, stop).await;
    if matches!(end, Ok(End::Stopped)) {
        deps.store.release(&lease).await?;
    }
    match end {
        // Whoever fenced this producer holds the lease by now, or will.
        Err(RelayError::Produce(ProducerError::Fenced { .. })) => Ok(End::StandBy),
        end => end,
    }
}

struct Session<'a> {
    deps: &'a Deps,
    options: &'a RelayOptions,
    shard: i16,
    name: String,
    producer: TransactionalProducer,
    published: i64,
}

impl Session<'_> {
    async fn publish(&mut self, head: &mut watch::Receiver<i64>, stop: &CancellationToken) -> Result<End, RelayError> {
        let mut renewed = Stopwatch::start();
        let mut page = self.read(self.published).await?;
        loop {
            if renewed.elapsed() > Duration::from_millis(self.options.lease_renewal_ms) {
                renewed = Stopwatch::start();
                if self.deps.store.lease(&self.name, self.deps.holder, self.options.lease_ttl_s).await?.is_none() {
                    return Ok(End::StandBy);
                }
            }
            if stop.is_cancelled() {
                return Ok(End::Stopped);
            }
            if page.rows.is_empty() {
                self.report(*head.borrow_and_update());
                let idle = Duration::from_millis(self.options.idle_ms);
                tokio::select! {
                    _ = tokio::time::timeout(idle, head.changed()) => {}
                    () = stop.cancelled() => return Ok(End::Stopped),
                }
                page = self.read(self.published).await?;
                continue;
            }
            page = self.transaction(page).await?;
            self.report(*head.borrow());
        }
    }

    /// Publishes a page and its checkpoint in one transaction; reads the next page while Kafka commits.
    async fn transaction(&mut self, page: LogPage) -> Result<LogPage, RelayError> {
        let started = Stopwatch::start();
        let count = page.rows.len();
        let mut last = None;
        self.producer.begin()?;
        for (position, row) in page.rows {
            last = Some((row.event_id, row.recorded_at));
            self.produce(position, row).await?;
        }
        let (event_id, recorded_at) = last.expect("a page to publish has rows");
        self.produce_checkpoint(page.last, event_id).await?;
        let next = self.deps.store.read_log(self.shard, page.last, self.options.batch_events_max);
        let (committed, next) = tokio::join!(self.producer.commit(), next);
        committed?;
        self.published = page.last;
        metrics::histogram!("relay_transaction_seconds").record(started.elapsed().as_secs_f64());
        metrics::counter!("relay_events_published_total").increment(count as u64);
        metrics::gauge!("relay_lag_ms", "shard" => self.shard.to_string())
            .set(millis(self.deps.clock.now().micros() - recorded_at.micros()));
        Ok(bounded(next?, self.options.batch_bytes_max))
    }

    async fn produce(&mut self, position: Position, row: StoredRow) -> Result<(), RelayError> {
        let record = outgoing(position, row);
        let encoded = self.deps.encoder.encode(&record).map_err(|source| RelayError::Encode { position, source })?;
        let event = &record.published.event;
        let (order, version, traceparent) =
            (event.order_id(), event.version(), record.published.traceparent.as_deref());
        tracing::debug!(
            name: "relay.event.publish",
            target: "relay::trace",
            { order.id = order, event.version = version, traceparent },
            "published"
        );
        self.producer.produce(&encoded).await?;
        Ok(())
    }

    async fn produce_checkpoint(&mut self, position: i64, event_id: EventId) -> Result<(), RelayError> {
        let incarnation = self.deps.store.identity().incarnation;
        let checkpoint = Checkpoint { incarnation, shard: self.shard, position, event_id };
        self.producer.produce(&checkpoint.to_record(&self.options.checkpoint_topic)).await?;
        Ok(())
    }

    async fn read(&self, after: i64) -> Result<LogPage, RelayError> {
        let page = self.deps.store.read_log(self.shard, after, self.options.batch_events_max).await?;
        Ok(bounded(page, self.options.batch_bytes_max))
    }

    fn report(&self, head: i64) {
        let lag = head.saturating_sub(self.published).max(0);
        metrics::gauge!("relay_lag_events", "shard" => self.shard.to_string()).set(to_f64(lag));
        if lag == 0 {
            metrics::gauge!("relay_lag_ms", "shard" => self.shard.to_string()).set(0.0);
        }
    }
}

/// A page cut to a bound of payload bytes; its first row always stays.
fn bounded(mut page: LogPage, bytes_max: usize) -> LogPage {
    let mut bytes = 0;
    let fits = page.rows.iter().take_while(|(_, row)| {
        let first = bytes == 0;
        bytes += row.payload.len();
        first || bytes <= bytes_max
    });
    let kept = fits.count();
    page.rows.truncate(kept);
    page.last = page.rows.last().map_or(page.last, |(position, _)| position.position);
    page
}

fn millis(micros: i64) -> f64 {
    to_f64(micros.max(0)) / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a metric far below 2^52")]
fn to_f64(count: i64) -> f64 {
    count as f64
}
