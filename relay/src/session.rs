//! One session of a relay: take the lease, start a producer, publish until something ends the session.

use std::time::Duration;

use domain::EventId;
use event_store::Lease;
use messaging::checkpoint::Checkpoint;
use messaging::producer::{ProducerError, TransactionalProducer};
use messaging::{EncodedRecord, partition_of};
use service_kit::clock::Stopwatch;
use service_kit::poll;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::RelayError;
use crate::pages::{Page, Pages, Trace};
use crate::start::{ExaminedTopics, PartitionName, Started, look_again, start};
use crate::{Deps, RelayOptions};

/// How a session ended without an error.
pub(crate) enum End {
    Stopped,
    /// Another relay has the lease or has fenced this one.
    StandBy,
    /// An event of a newer release is next, which a relay of that release has to publish.
    NewerRelease,
}

/// The lease that whoever relays a shard of a log holds in it.
pub fn lease_name(shard: i16) -> String {
    format!("relay-{shard}")
}

pub(crate) async fn session(
    deps: &Deps,
    options: &RelayOptions,
    shard: i16,
    head: &mut watch::Receiver<i64>,
    stop: &CancellationToken,
) -> Result<End, RelayError> {
    let name = lease_name(shard);
    let Some(lease) = deps.store.lease(&name, deps.holder, options.lease_ttl_s).await? else { return Ok(End::StandBy) };
    let ended = tokio::select! {
        ended = work(deps, options, shard, &lease, head, stop) => ended,
        lost = hold(deps, options, &lease) => lost,
    };
    let end = match ended {
        Err(RelayError::Produce(error @ ProducerError::Fenced { .. })) => {
            tracing::warn!(
                shard,
                epoch = lease.epoch,
                error = service_kit::errors::chain(&error),
                "the relay was fenced"
            );
            metrics::counter!("relay_fenced_total", "relay" => options.transactional_id_prefix.clone(), "shard" => shard.to_string()).increment(1);
            // The relay that fenced this producer holds the lease already or takes it next.
            return Ok(End::StandBy);
        }
        Err(error @ RelayError::NewerRelease { .. }) => {
            tracing::warn!(shard, error = service_kit::errors::chain(&error), "the relay stands by");
            metrics::counter!("relay_newer_release_met_total", "relay" => options.transactional_id_prefix.clone(), "shard" => shard.to_string()).increment(1);
            Ok(End::NewerRelease)
        }
        ended => ended,
    };
    let is_over = match &end {
        Ok(End::Stopped | End::NewerRelease) => true,
        Ok(End::StandBy) => false,
        Err(error) => error.is_final(),
    };
    if is_over {
        let released = deps.store.release(&lease).await;
        // A final error is more important than a failed release: the lease expires by itself.
        if end.is_ok() {
            released?;
        }
    }
    end
}

/// Renews the lease until it is lost.
async fn hold(deps: &Deps, options: &RelayOptions, lease: &Lease) -> Result<End, RelayError> {
    let never = CancellationToken::new();
    loop {
        poll::pause(Duration::from_millis(options.lease_renewal_ms), &never).await;
        let renewed = deps.store.lease(&lease.name, lease.holder, options.lease_ttl_s).await?;
        // Another epoch means that the lease had expired, so that another relay may have started meanwhile.
        if renewed.as_ref() != Some(lease) {
            tracing::warn!(lease = lease.name, epoch = lease.epoch, "the relay has lost its lease");
            return Ok(End::StandBy);
        }
    }
}

/// Starts and publishes, until stopped.
async fn work(
    deps: &Deps,
    options: &RelayOptions,
    shard: i16,
    lease: &Lease,
    head: &mut watch::Receiver<i64>,
    stop: &CancellationToken,
) -> Result<End, RelayError> {
    let Some(started) = stop.run_until_cancelled(start(deps, options, shard)).await else { return Ok(End::Stopped) };
    let Started { producer, published, examined, unmarked } = started?;
    tracing::info!(shard, epoch = lease.epoch, position = published, "the relay publishes");
    let mut session = Session { deps, options, shard, producer, published, examined, unmarked };
    session.publish(head, stop).await
}

struct Session<'a> {
    deps: &'a Deps,
    options: &'a RelayOptions,
    shard: i16,
    producer: TransactionalProducer,
    published: i64,
    examined: ExaminedTopics,
    /// Where committed records lacked their marker, and no transaction has touched the partition since.
    unmarked: Vec<PartitionName>,
}

impl Session<'_> {
    async fn publish(&mut self, head: &mut watch::Receiver<i64>, stop: &CancellationToken) -> Result<End, RelayError> {
        let mut pages = Pages::behind(self.published, self.deps, self.options, self.shard, head.clone());
        let idle = Duration::from_millis(self.options.idle_ms);
        loop {
            let page = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(End::Stopped),
                page = tokio::time::timeout(idle, pages.next()) => page,
            };
            let Ok(page) = page else {
                self.report(*head.borrow());
                continue;
            };
            let page = page?;
            let events = page.events;
            let took = self.transaction(page).await?;
            self.report(*head.borrow());
            if pages.is_one_waiting() {
                poll::pause(self.options.rest_after(took, events), stop).await;
            }
        }
    }

    /// Publishes a page and its checkpoint in one transaction. Returns how long that took.
    async fn transaction(&mut self, page: Page) -> Result<Duration, RelayError> {
        let started = Stopwatch::start();
        let requests = page.records.len() - page.events;
        let touched = self.touched_of_unmarked(&page.records);
        self.producer.begin()?;
        for record in page.records {
            self.producer.produce(record).await?;
        }
        page.traces.iter().for_each(Trace::emit);
        self.produce_checkpoint(page.last, page.event_id).await?;
        self.producer.commit().await?;
        self.published = page.last;
        let took = started.elapsed();
        metrics::histogram!("relay_transaction_seconds").record(took.as_secs_f64());
        metrics::counter!("relay_events_published_total").increment(page.events as u64);
        metrics::counter!("relay_requests_published_total").increment(requests as u64);
        metrics::gauge!("relay_lag_ms", "relay" => self.relay(), "shard" => self.shard.to_string())
            .set(millis(self.deps.clock.now().micros() - page.recorded_at.micros()));
        if !touched.is_empty() {
            self.look_again(touched).await?;
        }
        Ok(took)
    }

    /// The unmarked partitions that a transaction with these records writes to, and whose markers it thereby completes.
    fn touched_of_unmarked(&self, records: &[EncodedRecord]) -> Vec<PartitionName> {
        let touches = |wanted: &PartitionName| {
            let partitions = self.examined.partitions_of(&wanted.topic);
            let of_topic = records.iter().filter(|record| record.topic == wanted.topic);
            let mut keys = of_topic.filter_map(|record| record.key.as_deref());
            wanted.topic == self.options.checkpoint_topic
                || keys.any(|key| partition_of(key, partitions).map(i32::try_from) == Some(Ok(wanted.partition)))
        };
        self.unmarked.iter().filter(|unmarked| touches(unmarked)).cloned().collect()
    }

    /// Verifies that records that lacked their marker are committed, now that a transaction has written to their
    /// partition.
    async fn look_again(&mut self, touched: Vec<PartitionName>) -> Result<(), RelayError> {
        let (examined, unmarked) = look_again(self.deps, self.options, self.shard).await?;
        self.examined = examined;
        for partition in touched {
            if unmarked.contains(&partition) {
                tracing::error!(
                    shard = self.shard,
                    %partition,
                    "committed records still lack their marker, since the cluster has forgotten their producer: they and \
                     all behind them stay hidden from readers. Do not abort them; publish the topic anew"
                );
            } else {
                tracing::info!(shard = self.shard, %partition, "the records that lacked their marker count now");
            }
            self.unmarked.retain(|one| *one != partition);
        }
        Ok(())
    }

    async fn produce_checkpoint(&mut self, position: i64, event_id: EventId) -> Result<(), RelayError> {
        let incarnation = self.deps.store.identity().incarnation;
        let checkpoint = Checkpoint { incarnation, shard: self.shard, position, event_id };
        let record = self.examined.record(checkpoint, self.deps.kinds.topics());
        self.producer.produce(record.to_record(&self.options.checkpoint_topic)).await?;
        Ok(())
    }

    /// The relay's name in metrics, which tells the logs of a process apart.
    fn relay(&self) -> String {
        self.options.transactional_id_prefix.clone()
    }

    fn report(&self, head: i64) {
        let lag = head.saturating_sub(self.published).max(0);
        metrics::gauge!("relay_lag_events", "relay" => self.relay(), "shard" => self.shard.to_string())
            .set(to_f64(lag));
        if lag == 0 {
            metrics::gauge!("relay_lag_ms", "relay" => self.relay(), "shard" => self.shard.to_string()).set(0.0);
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
