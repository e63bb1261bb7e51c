//! One producer's life: take the lease, fence, find the place, publish until something ends it.

use std::time::Duration;

use domain::EventId;
use domain::contract::Position;
use event_store::{LeaseError, ReadError};
use messaging::EncodeError;
use messaging::checkpoint::Checkpoint;
use messaging::producer::{ProducerError, TransactionalProducer};
use service_kit::clock::Stopwatch;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::pages::{Page, Pages, Trace};
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
        let mut pages = Pages::behind(self.published, self.deps, self.options, self.shard, head.clone());
        let idle = Duration::from_millis(self.options.idle_ms);
        loop {
            if renewed.elapsed() > Duration::from_millis(self.options.lease_renewal_ms) {
                renewed = Stopwatch::start();
                if self.deps.store.lease(&self.name, self.deps.holder, self.options.lease_ttl_s).await?.is_none() {
                    return Ok(End::StandBy);
                }
            }
            let page = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(End::Stopped),
                page = tokio::time::timeout(idle, pages.next()) => page,
            };
            if let Ok(page) = page {
                self.transaction(page?).await?;
            }
            self.report(*head.borrow());
        }
    }

    /// Publishes a page and its checkpoint in one transaction.
    async fn transaction(&mut self, page: Page) -> Result<(), RelayError> {
        let started = Stopwatch::start();
        let count = page.records.len();
        self.producer.begin()?;
        for record in page.records {
            self.producer.produce(record).await?;
        }
        page.traces.iter().for_each(Trace::tell);
        self.produce_checkpoint(page.last, page.event_id).await?;
        self.producer.commit().await?;
        self.published = page.last;
        metrics::histogram!("relay_transaction_seconds").record(started.elapsed().as_secs_f64());
        metrics::counter!("relay_events_published_total").increment(count as u64);
        metrics::gauge!("relay_lag_ms", "shard" => self.shard.to_string())
            .set(millis(self.deps.clock.now().micros() - page.recorded_at.micros()));
        Ok(())
    }

    async fn produce_checkpoint(&mut self, position: i64, event_id: EventId) -> Result<(), RelayError> {
        let incarnation = self.deps.store.identity().incarnation;
        let checkpoint = Checkpoint { incarnation, shard: self.shard, position, event_id };
        self.producer.produce(checkpoint.to_record(&self.options.checkpoint_topic)).await?;
        Ok(())
    }

    fn report(&self, head: i64) {
        let lag = head.saturating_sub(self.published).max(0);
        metrics::gauge!("relay_lag_events", "shard" => self.shard.to_string()).set(to_f64(lag));
        if lag == 0 {
            metrics::gauge!("relay_lag_ms", "shard" => self.shard.to_string()).set(0.0);
        }
    }
}

fn millis(micros: i64) -> f64 {
    to_f64(micros.max(0)) / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a metric far below 2^52")]
fn to_f64(count: i64) -> f64 {
    count as f64
}
