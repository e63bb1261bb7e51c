//! Waiting until a relay has published the log up to where it ended.

use std::time::Duration;

use event_store::Store;
use event_store::audit::Range;
use messaging::checkpoint::{self, Checkpoint};
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
    if let Some(checkpoint) = published {
        prove(store, &checkpoint, findings).await?;
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

/// Finds a checkpoint of another log, and one whose event this log does not have: it was published, and is lost.
async fn prove(store: &Store, checkpoint: &Checkpoint, findings: &mut Findings) -> Result<(), BoxError> {
    let Checkpoint { incarnation, shard, position, event_id } = *checkpoint;
    if incarnation != store.identity().incarnation {
        let detail = format!("the relay's checkpoint belongs to log {incarnation}, this is another");
        findings.push(Finding::new(Invariant::I4, "checkpoint_of_another_log", detail));
        return Ok(());
    }
    // Before the first event there is nothing to have.
    if position == 0 {
        return Ok(());
    }
    let page = store.read_log(shard, position - 1, 1).await?;
    let found = match page.rows.first() {
        Some((_, row)) if row.event_id == event_id => return Ok(()),
        Some((_, row)) => format!("is event {}", row.event_id),
        None => "is none".to_owned(),
    };
    let detail = format!(
        "event {event_id} was published from position {shard}.{position}, and there {found}: the database was restored from an \
         older copy"
    );
    findings.push(Finding::new(Invariant::I4, "log_restored", detail));
    Ok(())
}
