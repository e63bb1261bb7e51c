//! How far sequencer, relay and projector are behind, and what the relay is doing.

use std::collections::BTreeMap;
use std::io::Write;

use crate::args::JsonArgs;
use clap::Subcommand;
use event_store::Store;
use messaging::checkpoint::{self, Checkpoint};
use messaging::inspect;
use order_engine::{LogTools, ReadModels, logs, read_models};
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;
use service_kit::postgres::connect;
use tokio_postgres::{Client, Row};

use crate::connections::{brokers, options, read_client};

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
    async fn of(models: &'static ReadModels, read: &Client, brokers: &str) -> Result<Self, BoxError> {
        let rows = read.query(include_str!("sql/offsets.sql"), &[&models.group, &models.topic]).await?;
        let parked = read.query_one(include_str!("sql/parked.sql"), &[&models.group]).await?.try_get(0)?;
        Ok(Self { models, parked, partitions: partitions(brokers, models.topic, &rows).await? })
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
    let read = read_client(variables).await?;
    let mut projectors = Vec::new();
    for models in read_models() {
        projectors.push(Projector::of(models, &read, &brokers(variables)?).await?);
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
    let client = connect(&log.url, &options()).await?;
    let mut out = std::io::stdout();
    let mut well = true;
    for shard in shards_of(log, &store, brokers).await? {
        let name = format!("relay-{}", shard.number);
        let lease = client.query_opt(include_str!("sql/lease.sql"), &[&name]).await?;
        let holder = lease.as_ref().map(|row| row.try_get::<_, String>(0)).transpose()?;
        let (epoch, left_s): (i64, f64) = match &lease {
            Some(row) => (row.try_get(1)?, row.try_get(2)?),
            None => (0, 0.0),
        };
        let ours = shard.checkpoint.is_none_or(|one| one.incarnation == store.identity().incarnation);
        let held = holder.is_some() && left_s > 0.0;
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

async fn partitions(brokers: &str, topic: &str, rows: &[Row]) -> Result<Vec<Partition>, BoxError> {
    let mut known = BTreeMap::new();
    for row in rows {
        known.insert(row.try_get::<_, i32>(0)?, row);
    }
    let next_offset = |row: Option<&&Row>| row.map_or(Ok(0), |row| row.try_get::<_, i64>(1));
    let ends = inspect::ends(brokers, topic).await?;
    let mut partitions = Vec::new();
    for (number, end) in ends {
        let row = known.get(&number);
        partitions.push(Partition {
            number,
            next_offset: next_offset(row)?,
            end,
            position: row.map(|row| row.try_get(2)).transpose()?.flatten(),
            lag_ms: row.map(|row| row.try_get(3)).transpose()?.flatten(),
        });
    }
    Ok(partitions)
}

fn shard_json(shard: &Shard) -> Value {
    let published = shard.published();
    json!({ "log": shard.log, "shard": shard.number, "head": shard.head, "published": published, "behind": shard.head - published })
}
