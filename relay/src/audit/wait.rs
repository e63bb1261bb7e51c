//! Waiting until a relay has published the log up to where it ended.

use std::time::Duration;

use event_store::Store;
use event_store::audit::Range;
use messaging::checkpoint;
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use service_kit::poll::wait_for;

/// Longest wait for a relay.
const WAIT_MAX: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Waits until the relay says that it has published the range.
///
/// # Errors
/// When its checkpoint cannot be read.
pub async fn wait(
    store: &Store,
    brokers: &str,
    checkpoint_topic: &str,
    range: Range,
    findings: &mut Findings,
) -> Result<(), BoxError> {
    let mut published = None;
    let reached =
        wait_for(WAIT_MAX, LOOK_EVERY, async || match checkpoint::read(brokers, checkpoint_topic, range.shard).await {
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
