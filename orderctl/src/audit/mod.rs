//! The audit: every event once in the log and once in Kafka, in order, unchanged.
//!
//! Guarantees: it looks at all events up to where the log ended when it began, so live traffic does not disturb it; every wait
//! has a bound; memory is one bit an event and one batch. I2 covers the whole store, the others begin at `--from`.
//! Does not: look at read models, or mend anything.

mod finding;
mod log;
mod partition;
mod seen;
#[cfg(test)]
mod tests;
mod topic;

use std::io::Write;
use std::time::Duration;

use domain::contract::Position;
use event_store::{Store, StoreOptions};
use messaging::checkpoint;
use messaging::topics::{ORDER_EVENTS, RELAY_CHECKPOINT};
use serde_json::json;
use service_kit::BoxError;
use service_kit::clock::Stopwatch;
use service_kit::config::Variables;
use service_kit::poll::wait_for;

use crate::cli::AuditArgs;
use crate::kafka::Topic;
use crate::places::{brokers, orders_client, orders_database};
use finding::{Finding, Findings, Invariant};

/// Longest wait for the relay to come to where the log ended.
const RELAY_WAIT_MAX: Duration = Duration::from_mins(2);
const RELAY_LOOK_EVERY: Duration = Duration::from_secs(1);

/// Positions of one shard that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Which shard.
    pub shard: i16,
    /// From the position behind this one.
    pub after: i64,
    /// To this one.
    pub last: i64,
}

/// Runs the audit and prints what it found; `false` when it found something.
///
/// # Errors
/// When a part cannot be read.
pub async fn print(variables: &Variables, args: &AuditArgs) -> Result<bool, BoxError> {
    let watch = Stopwatch::start();
    let (brokers, mut findings) = (brokers(variables)?, Findings::default());
    let store = Store::open(&orders_database(variables)?, StoreOptions::default()).await?;
    let client = orders_client(variables).await?;
    let ranges = ranges(&store, args.from).await?;
    eprintln!("checking the log in Postgres");
    log::versions(&client, &mut findings).await?;
    log::unplaced(&client, &mut findings).await?;
    for range in &ranges {
        log::positions(&client, *range, &mut findings).await?;
    }
    for range in &ranges {
        wait_for_relay(&store, &brokers, *range, &mut findings).await?;
    }
    let events: i64 = ranges.iter().map(|range| range.last - range.after).sum();
    let mut told = Stopwatch::start();
    eprintln!("comparing {events} events with topic {ORDER_EVENTS}");
    let topic = Topic::open(&brokers, ORDER_EVENTS, |_| 0).await?;
    let compared = topic::compare(&client, topic, &ranges, &mut findings, |compared| {
        if told.elapsed() >= Duration::from_secs(5) {
            told = Stopwatch::start();
            eprintln!("{compared} of {events} compared");
        }
    })
    .await?;
    report(args.json, &ranges, compared, &findings, watch.elapsed())?;
    Ok(findings.count == 0)
}

async fn ranges(store: &Store, from: Option<Position>) -> Result<Vec<Range>, BoxError> {
    let mut ranges = Vec::new();
    for shard in 0..store.identity().shards {
        let last = store.head(shard).await?;
        let after = from.filter(|from| from.shard == shard).map_or(0, |from| from.position);
        if after > last {
            return Err(format!("--from {shard}.{after} is behind the end of the log, {shard}.{last}").into());
        }
        ranges.push(Range { shard, after, last });
    }
    match from {
        Some(from) if from.shard >= store.identity().shards => {
            Err(format!("the log has no shard {}", from.shard).into())
        }
        _ => Ok(ranges),
    }
}

/// Waits until the relay says that it has published the range.
async fn wait_for_relay(store: &Store, brokers: &str, range: Range, findings: &mut Findings) -> Result<(), BoxError> {
    let mut published = None;
    let reached = wait_for(RELAY_WAIT_MAX, RELAY_LOOK_EVERY, async || {
        match checkpoint::read(brokers, RELAY_CHECKPOINT, range.shard).await {
            Ok(checkpoint) => {
                published = checkpoint;
                (range.last == 0 || checkpoint.is_some_and(|one| one.position >= range.last)).then_some(Ok(()))
            }
            Err(error) => Some(Err(error)),
        }
    })
    .await;
    if let Some(checkpoint) = published
        && checkpoint.incarnation != store.identity().incarnation
    {
        let detail = format!("the relay's checkpoint belongs to log {}, this is another", checkpoint.incarnation);
        findings.push(Finding::new(Invariant::I4, "checkpoint_of_another_log", detail));
    }
    if let Ok(read) = reached {
        return Ok(read?);
    }
    let (shard, last, place) = (range.shard, range.last, published.map_or(0, |one| one.position));
    let seconds = RELAY_WAIT_MAX.as_secs();
    let detail = format!(
        "the log was at {shard}.{last} when the audit began, and {seconds} s later the relay is at {shard}.{place}"
    );
    findings.push(Finding::new(Invariant::I4, "relay_behind", detail));
    Ok(())
}

fn report(as_json: bool, ranges: &[Range], compared: u64, findings: &Findings, took: Duration) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    let heads: Vec<String> = ranges.iter().map(|range| format!("{}.{}", range.shard, range.last)).collect();
    let events: i64 = ranges.iter().map(|range| range.last - range.after).sum();
    if as_json {
        let told = json!({
            "clean": findings.count == 0, "heads": heads, "events": events, "records": compared,
            "findings": findings.listed, "findingsCount": findings.count, "seconds": took.as_secs_f64(),
        });
        return writeln!(out, "{told}");
    }
    for finding in &findings.listed {
        writeln!(out, "{finding}")?;
    }
    let (count, heads, seconds) = (findings.count, heads.join(", "), took.as_secs_f64());
    let verdict = if count == 0 { "Clean".to_owned() } else { format!("{count} findings") };
    writeln!(out, "{verdict}: {events} events up to {heads}, {compared} records compared, {seconds:.1} s.")
}
