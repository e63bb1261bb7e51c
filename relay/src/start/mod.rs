//! Starts a relay: fences the predecessor, examines the outcomes of the shard's records and aborts void ones.
//!
//! Guarantees: a relay publishes only where its checkpoint and the committed records agree; it aborts nothing that may
//! have been committed, and commits nothing that was not. Open transactions of other programs, shards or logs never
//! stop it.

mod decision;
mod error;
mod examination;

use std::time::Duration;

use messaging::broker::{self, BrokerLine};
use messaging::checkpoint::Checkpoint;
use messaging::producer::TransactionalProducer;
use messaging::{EncodedRecord, LogSource, LookError, WireError, abort_open};
use service_kit::clock::Stopwatch;
use tokio_util::sync::CancellationToken;

use crate::error::RelayError;
use crate::{Deps, RelayOptions};
use decision::Decision;
pub use decision::{PartitionName, Undecidable};
pub use error::StartError;
pub(crate) use examination::{Examination, ExaminedTopics};
use examination::{Holder, examine};

/// Pause between two examinations, in milliseconds.
const LOOK_MS: u64 = 100;
/// The key of a record that is written only to be aborted.
const ABORTED_KEY: &[u8] = b"aborted";

/// A relay that may publish.
pub(crate) struct Started {
    pub(crate) producer: TransactionalProducer,
    /// The last position that was published.
    pub(crate) published: i64,
    /// The examination, as the relay's checkpoints carry it.
    pub(crate) examined: ExaminedTopics,
    /// Partitions in which committed records lack their marker.
    pub(crate) unmarked: Vec<PartitionName>,
}

/// Fences every predecessor, decides where to resume, and aborts void records.
///
/// # Errors
/// [`RelayError`]; the final ones say what to do.
pub(crate) async fn start(deps: &Deps, options: &RelayOptions, shard: i16) -> Result<Started, RelayError> {
    let failed = |source: StartError| RelayError::Start { shard, source: source.into() };
    check_brokers(deps, options).await.map_err(failed)?;
    let transactional_id = format!("{}-{shard}", options.transactional_id_prefix);
    let mut producer = TransactionalProducer::connect(&deps.brokers, &transactional_id).await?;
    let waiting = Stopwatch::start();
    let never = CancellationToken::new();
    let mut aborts = 0;
    loop {
        let examination = examine(deps, options, shard).await.map_err(failed)?;
        let decision = decision::decide(&examination.seen);
        if let Ok(Decision::GoOn { unmarked }) = &decision
            && unmarked.is_empty()
        {
            return go_on(deps, options, shard, producer, examination, Vec::new()).await;
        }
        // A marker may still be on its way to the leader.
        if waiting.elapsed() < Duration::from_millis(options.marker_wait_ms) {
            service_kit::poll::pause(Duration::from_millis(LOOK_MS), &never).await;
            continue;
        }
        match decision {
            Ok(Decision::GoOn { unmarked }) => {
                return go_on(deps, options, shard, producer, examination, unmarked).await;
            }
            Ok(Decision::Abort { void }) if aborts == 0 => {
                aborts += 1;
                let source = LogSource { incarnation: deps.store.identity().incarnation, shard };
                abort(&mut producer, &void, &examination, options, source).await?;
            }
            // Records that its own marker did not end are another producer's: the cluster has forgotten the relay's
            // former one.
            Ok(Decision::Abort { void }) if aborts == 1 => {
                aborts += 1;
                abort_of_others(deps, &void, &examination).await.map_err(failed)?;
            }
            Ok(Decision::Abort { void }) => return Err(failed(stays_open(shard, &void, &examination))),
            Err(contradiction) => return Err(failed(contradicted(deps, options, shard, contradiction))),
        }
    }
}

/// Examines the records again after a transaction. Returns the examination and the partitions that still lack a marker.
///
/// # Errors
/// [`RelayError`]; a final one where committed records were aborted.
pub(crate) async fn look_again(
    deps: &Deps,
    options: &RelayOptions,
    shard: i16,
) -> Result<(ExaminedTopics, Vec<PartitionName>), RelayError> {
    let failed = |source: StartError| RelayError::Start { shard, source: source.into() };
    let examination = examine(deps, options, shard).await.map_err(failed)?;
    match decision::decide(&examination.seen) {
        Ok(Decision::GoOn { unmarked }) => Ok((examination.examined, unmarked)),
        Ok(Decision::Abort { void }) => Err(failed(stays_open(shard, &void, &examination))),
        Err(contradiction) => Err(failed(contradicted(deps, options, shard, contradiction))),
    }
}

async fn go_on(
    deps: &Deps,
    options: &RelayOptions,
    shard: i16,
    mut producer: TransactionalProducer,
    examination: Examination,
    unmarked: Vec<PartitionName>,
) -> Result<Started, RelayError> {
    for partition in &unmarked {
        tracing::warn!(
            shard,
            %partition,
            "committed records lack their transaction marker and are hidden from readers until the next transaction there"
        );
    }
    let Examination { checkpoint, examined, is_worth_keeping, .. } = examination;
    let checkpoint = checkpoint.unwrap_or_else(|| Checkpoint::before_first(deps.store.identity().incarnation, shard));
    if is_worth_keeping {
        let record = examined.record(checkpoint, deps.kinds.topics());
        producer.begin()?;
        producer.produce(record.to_record(&options.checkpoint_topic)).await?;
        producer.commit().await?;
    }
    Ok(Started { producer, published: checkpoint.position, examined, unmarked })
}

/// Aborts void records with an aborted transaction of the relay's own producer that writes to the same partitions.
async fn abort(
    producer: &mut TransactionalProducer,
    void: &[PartitionName],
    examination: &Examination,
    options: &RelayOptions,
    LogSource { incarnation, shard }: LogSource,
) -> Result<(), RelayError> {
    metrics::counter!("relay_void_transactions_aborted_total").increment(1);
    let checkpoint = examination.checkpoint.unwrap_or_else(|| Checkpoint::before_first(incarnation, shard));
    producer.begin()?;
    for partition in void {
        tracing::warn!(
            shard,
            %partition,
            checkpoint = examination.seen.checkpoint,
            "records above the checkpoint lack their transaction marker; they are void and aborted"
        );
        let is_checkpoint = partition.topic == options.checkpoint_topic;
        let record = if is_checkpoint {
            checkpoint.to_record(&partition.topic)
        } else {
            EncodedRecord::new(&partition.topic, partition.partition, ABORTED_KEY)
        };
        producer.produce(record).await?;
    }
    producer.abort().await?;
    Ok(())
}

/// Aborts void records in the name of the producers that have them open.
async fn abort_of_others(deps: &Deps, void: &[PartitionName], examination: &Examination) -> Result<(), StartError> {
    for name in void {
        let Some(Holder { producing, .. }) = examination.holders.get(name) else { continue };
        match abort_open(&deps.brokers, &name.topic, name.partition, producing.id).await {
            Ok(()) => {
                tracing::warn!(partition = %name, producer_id = producing.id, "void records of a former producer are aborted");
            }
            // Where this is not permitted, the error of the next examination says what to do.
            Err(LookError::Leader { source: error @ WireError::Refused { .. }, .. }) => {
                tracing::warn!(partition = %name, error = service_kit::errors::chain(&error), "the broker lets nothing be aborted");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn stays_open(shard: i16, void: &[PartitionName], examination: &Examination) -> StartError {
    let held = void.iter().find_map(|partition| Some((partition, examination.holders.get(partition)?)));
    let (partition, holder) = held.expect("a void partition has an open record");
    StartError::StaysOpen {
        shard,
        partition: partition.clone(),
        offset: holder.offset,
        producer_id: holder.producing.id,
    }
}

fn contradicted(deps: &Deps, options: &RelayOptions, shard: i16, contradiction: Undecidable) -> StartError {
    let topic = deps.kinds.topics_text();
    let checkpoint_topic = options.checkpoint_topic.to_string();
    StartError::Contradiction { topic, checkpoint_topic, shard, contradiction }
}

/// Warns of brokers that lose transaction markers, or refuses them where the options say so.
async fn check_brokers(deps: &Deps, options: &RelayOptions) -> Result<(), StartError> {
    let note = match broker::lines(&deps.brokers).await {
        Ok(found) => {
            let worst = found.iter().find(|broker| broker.line == BrokerLine::LosesMarkers);
            let worst = worst.or_else(|| found.iter().find(|broker| broker.line == BrokerLine::Untried));
            let loses = worst.is_some_and(|broker| broker.line == BrokerLine::LosesMarkers);
            metrics::gauge!("relay_brokers_lose_markers").set(f64::from(u8::from(loses)));
            if let Some(broker) = worst
                && loses
                && options.refuse_brokers_that_lose_markers
            {
                return Err(StartError::LosesMarkers { broker: broker.id, line: broker.line });
            }
            worst.map(|broker| format!("broker {} is {}; run Kafka 4.2.2", broker.id, broker.line))
        }
        // A broker that does not answer at all makes a later step fail.
        Err(error) => Some(format!("whether the brokers lose transaction markers is not known: {error}")),
    };
    if let Some(note) = &note {
        tracing::warn!("{note}");
    }
    deps.status.set_brokers(note);
    Ok(())
}
