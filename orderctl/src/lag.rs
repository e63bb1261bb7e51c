//! How far sequencer, relay and projector are behind, and what the relay is doing.

use std::collections::BTreeMap;
use std::io::Write;

use crate::args::JsonArgs;
use clap::Subcommand;
use event_store::Store;
use messaging::checkpoint::{self, Checkpoint};
use messaging::inspect;
use order_engine::{LogTools, ReadModels, logs, read_models};
use read_models::query::{GroupHealth, PartitionHealth};
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use crate::connections::{brokers, read_db};

/// `relay …`
#[derive(Debug, Subcommand)]
pub enum RelayVerb {
    /// Show what the relay has published and who holds its lease
    Status(JsonArgs),
}

/// One shard of a log and how much of it is published.
struct Shard {
    log: &'static str,
    number: i16,
    head: i64,
    checkpoint: Option<Checkpoint>,
}

impl Shard {
    fn published(&self) -> i64 {
        self.checkpoint.map_or(0, |checkpoint| checkpoint.position)
    }
}

/// One partition and how much of it is projected.
struct Partition {
    number: i32,
    next_offset: i64,
    end: i64,
    position: Option<String>,
    lag_ms: Option<i64>,
}

/// What keeps the read models of a kind, and how far it is.
struct Projector {
    models: &'static ReadModels,
    parked: i64,
    partitions: Vec<Partition>,
}

impl Projector {
    async fn of(models: &'static ReadModels, groups: &[GroupHealth], brokers: &str) -> Result<Self, BoxError> {
        let group = groups.iter().find(|group| group.group == models.group);
        let parked = group.map_or(0, |group| group.parked_records);
        let known = group.map_or(&[][..], |group| &group.partitions);
        Ok(Self { models, parked, partitions: partitions(brokers, models.topic, known).await? })
    }

    fn json(&self) -> impl Iterator<Item = Value> {
        let ReadModels { kind, topic, .. } = self.models;
        self.partitions.iter().map(move |one| {
            json!({
                "kind": kind, "topic": topic, "partition": one.number, "nextOffset": one.next_offset, "end": one.end,
                "behind": one.end - one.next_offset, "position": one.position, "lagMs": one.lag_ms,
            })
        })
    }

    fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let behind: i64 = self.partitions.iter().map(|partition| partition.end - partition.next_offset).sum();
        let (kind, parked) = (self.models.kind, self.parked);
        writeln!(out, "projector   {kind}: {behind} offsets behind, {parked} records parked")?;
        writeln!(
            out,
            "{:>9} {:>12} {:>12} {:>8} {:>16} {:>10}",
            "partition", "next", "end", "behind", "position", "lag, ms"
        )?;
        for one in &self.partitions {
            let position = one.position.as_deref().unwrap_or("-");
            let lag = one.lag_ms.map_or("-".to_owned(), |ms| ms.to_string());
            let Partition { number, next_offset, end, .. } = one;
            let behind = end - next_offset;
            writeln!(out, "{number:>9} {next_offset:>12} {end:>12} {behind:>8} {position:>16} {lag:>10}")?;
        }
        Ok(())
    }
}

/// Prints the lag of every stage.
///
/// # Errors
/// When a part cannot be asked.
pub async fn print(variables: &Variables, as_json: bool) -> Result<bool, BoxError> {
    let mut unsequenced = 0;
    let mut shards = Vec::new();
    for log in logs(variables)? {
        let store = log.open().await?;
        unsequenced += store.unsequenced().await?;
        shards.extend(shards_of(&log, &store, &brokers(variables)?).await?);
    }
    let groups = read_db(variables)?.health().await?;
    let mut projectors = Vec::new();
    for models in read_models() {
        projectors.push(Projector::of(models, &groups, &brokers(variables)?).await?);
    }
    let mut out = std::io::stdout();
    if as_json {
        let shards: Vec<Value> = shards.iter().map(shard_json).collect();
        let parked: i64 = projectors.iter().map(|projector| projector.parked).sum();
        let partitions: Vec<Value> = projectors.iter().flat_map(Projector::json).collect();
        let document =
            json!({ "unsequenced": unsequenced, "shards": shards, "parked": parked, "partitions": partitions });
        writeln!(out, "{document}")?;
        return Ok(true);
    }
    writeln!(out, "sequencer   {unsequenced} events wait for a position")?;
    for shard in &shards {
        let Shard { log, number, head, .. } = shard;
        let published = shard.published();
        writeln!(
            out,
            "relay       {log} {number}.{published} of {number}.{head} published, {} to go",
            head - published
        )?;
    }
    projectors.iter().try_for_each(|projector| projector.write(&mut out))?;
    Ok(true)
}

/// Prints what the relay has published and who holds its lease; `false` when nobody does or its checkpoint belongs to another log.
///
/// # Errors
/// When a part cannot be asked.
pub async fn print_relay(variables: &Variables, as_json: bool) -> Result<bool, BoxError> {
    let mut well = true;
    for log in logs(variables)? {
        well &= print_relay_of(&log, &brokers(variables)?, as_json).await?;
    }
    Ok(well)
}

async fn print_relay_of(log: &LogTools, brokers: &str, as_json: bool) -> Result<bool, BoxError> {
    let store = log.open().await?;
    let mut out = std::io::stdout();
    let mut well = true;
    for shard in shards_of(log, &store, brokers).await? {
        let lease = store.lease_holding(&relay::lease_name(shard.number)).await?;
        let holder = lease.as_ref().map(|lease| lease.lease.holder);
        let (epoch, left_s) = lease.as_ref().map_or((0, 0.0), |lease| (lease.lease.epoch, lease.left_s));
        let ours = shard.checkpoint.is_none_or(|one| one.incarnation == store.identity().incarnation);
        let held = lease.is_some_and(|lease| lease.is_held());
        well &= held && ours;
        let Shard { log, number, head, .. } = shard;
        let published = shard.published();
        if as_json {
            let lease = json!({ "holder": holder, "epoch": epoch, "secondsLeft": left_s, "held": held });
            let document = json!({ "log": log, "shard": number, "head": head, "published": published, "ownLog": ours, "lease": lease });
            writeln!(out, "{document}")?;
            continue;
        }
        writeln!(out, "{log} shard {number}: {published} of {head} published, {} to go", head - published)?;
        match holder {
            Some(holder) if held => writeln!(out, "  lease held by {holder}, epoch {epoch}, {left_s:.1} s left")?,
            _ => writeln!(out, "  nobody holds the lease; start a relay: order-engine serve")?,
        }
        if !ours {
            writeln!(out, "  the checkpoint in Kafka belongs to another log than {}", store.identity().incarnation)?;
        }
    }
    Ok(well)
}

async fn shards_of(log: &LogTools, store: &Store, brokers: &str) -> Result<Vec<Shard>, BoxError> {
    let mut shards = Vec::new();
    for number in 0..store.identity().shards {
        // The checkpoint first: read the other way round, a busy relay would seem to be ahead of the log.
        let checkpoint = checkpoint::read(brokers, log.checkpoint_topic, number).await?;
        shards.push(Shard { log: log.name, number, head: store.head(number).await?, checkpoint });
    }
    Ok(shards)
}

async fn partitions(brokers: &str, topic: &str, known: &[PartitionHealth]) -> Result<Vec<Partition>, BoxError> {
    let of_topic = known.iter().filter(|partition| partition.topic == topic);
    let known: BTreeMap<_, _> = of_topic.map(|partition| (partition.partition, partition)).collect();
    let ends = inspect::ends(brokers, topic).await?;
    let partition = |(number, end)| {
        let known = known.get(&number);
        Partition {
            number,
            next_offset: known.map_or(0, |known| known.next_offset),
            end,
            position: known.and_then(|known| known.position).map(|position| position.to_string()),
            lag_ms: known.and_then(|known| known.lag_ms),
        }
    };
    Ok(ends.into_iter().map(partition).collect())
}

fn shard_json(shard: &Shard) -> Value {
    let published = shard.published();
    json!({ "log": shard.log, "shard": shard.number, "head": shard.head, "published": published, "behind": shard.head - published })
}
