//! Waiting until the relay and the projectors have processed the log up to where it ended.

use std::collections::BTreeMap;
use std::time::Duration;

use event_store::Store;
use messaging::checkpoint;
use messaging::topics::RELAY_CHECKPOINT;
use read_models::GROUP;
use service_kit::BoxError;
use service_kit::poll::wait_for;
use tokio_postgres::Client;

use super::Range;
use super::consumed::groups;
use super::finding::{Finding, Findings, Invariant};

/// Longest wait for the relay, and then for the projectors, to come to where the log ended.
const WAIT_MAX: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Waits until the relay says that it has published the range.
///
/// # Errors
/// When its checkpoint cannot be read.
pub async fn relay(store: &Store, brokers: &str, range: Range, findings: &mut Findings) -> Result<(), BoxError> {
    let mut published = None;
    let reached =
        wait_for(WAIT_MAX, LOOK_EVERY, async || match checkpoint::read(brokers, RELAY_CHECKPOINT, range.shard).await {
            Ok(checkpoint) => {
                published = checkpoint;
                (range.last == 0 || checkpoint.is_some_and(|one| one.position >= range.last)).then_some(Ok(()))
            }
            Err(error) => Some(Err(error)),
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
    let Range { shard, last, .. } = range;
    let published_to = published.map_or(0, |one| one.position);
    let seconds = WAIT_MAX.as_secs();
    let detail = format!(
        "the log was at {shard}.{last} when the audit began, and {seconds} s later the relay is at {shard}.{published_to}"
    );
    findings.push(Finding::new(Invariant::I4, "relay_behind", detail));
    Ok(())
}

/// Waits until every group of projectors has passed these ends of a topic.
///
/// # Errors
/// When their offsets cannot be read.
pub async fn projectors(
    read: &Client,
    topic: &str,
    ends: &BTreeMap<i32, i64>,
    findings: &mut Findings,
) -> Result<(), BoxError> {
    let mut behind = Vec::new();
    let passed = wait_for(WAIT_MAX, LOOK_EVERY, async || match partitions_behind(read, topic, ends).await {
        Ok(partitions) => {
            behind = partitions;
            behind.is_empty().then_some(Ok(()))
        }
        Err(error) => Some(Err(error)),
    });
    if let Ok(passed) = passed.await {
        return passed;
    }
    let detail = format!("{} s after the audit began: {}", WAIT_MAX.as_secs(), behind.join("; "));
    findings.push(Finding::new(Invariant::I6, "projector_behind", detail));
    Ok(())
}

async fn partitions_behind(read: &Client, topic: &str, ends: &BTreeMap<i32, i64>) -> Result<Vec<String>, BoxError> {
    let mut groups = groups(read, topic).await?;
    groups.entry(GROUP.to_owned()).or_default();
    let mut behind = Vec::new();
    for (group, offsets) in groups {
        for (partition, end) in ends {
            let next = offsets.get(partition).copied().unwrap_or(0);
            if next < *end {
                behind.push(format!("group {group} is at offset {next} of {end} in partition {partition}"));
            }
        }
    }
    Ok(behind)
}
