//! Waiting until all projectors have passed where a topic ended.

use std::collections::BTreeMap;
use std::time::Duration;

use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use service_kit::poll::wait_for;
use tokio_postgres::Client;

use super::consumed::groups;

/// Longest wait for the projectors.
const WAIT_MAX: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Waits until every group of projectors that has read a topic, and each that has to, has passed these ends of it.
///
/// # Errors
/// When their offsets cannot be read.
pub async fn wait(
    read: &Client,
    (topic, due): (&str, &[&str]),
    ends: &BTreeMap<i32, i64>,
    findings: &mut Findings,
) -> Result<(), BoxError> {
    let mut behind = Vec::new();
    let passed = wait_for(WAIT_MAX, LOOK_EVERY, async || match partitions_behind(read, (topic, due), ends).await {
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

async fn partitions_behind(
    read: &Client,
    (topic, due): (&str, &[&str]),
    ends: &BTreeMap<i32, i64>,
) -> Result<Vec<String>, BoxError> {
    let mut groups = groups(read, topic).await?;
    for group in due {
        groups.entry((*group).to_owned()).or_default();
    }
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
