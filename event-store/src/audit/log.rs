//! Checks within Postgres: I2 and I3. Postgres does the work, within its own memory limits.

use domain::contract::Position;
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant, LISTED_MAX};
use tokio_postgres::{Client, Row};

use super::Range;

/// Finds streams whose versions are not contiguous, in the whole store.
///
/// # Errors
/// When the database cannot be read.
pub async fn versions(client: &Client, findings: &mut Findings) -> Result<(), BoxError> {
    for row in client.query(include_str!("../sql/audit_versions.sql"), &[&limit()]).await? {
        let kind: String = row.try_get(0)?;
        let id: String = row.try_get(1)?;
        let first: i64 = row.try_get(2)?;
        let last: i64 = row.try_get(3)?;
        let count: i64 = row.try_get(4)?;
        let detail = format!("stream {kind}-{id} has {count} events with versions {first} to {last}");
        findings.push(Finding::new(Invariant::I2, "versions_not_contiguous", detail).of(id, last));
    }
    Ok(())
}

/// Finds stored events that have no position and wait for none.
///
/// # Errors
/// When the database cannot be read.
pub async fn without_position(client: &Client, findings: &mut Findings) -> Result<(), BoxError> {
    for row in client.query(include_str!("../sql/audit_without_position.sql"), &[&limit()]).await? {
        let detail = "the event has no position and does not wait for one";
        let finding = Finding::new(Invariant::I3, "event_without_position", detail);
        findings.push(finding.of(row.try_get::<_, String>(0)?, row.try_get(1)?));
    }
    Ok(())
}

/// Finds holes, wrong order, and positions without event in a range of the log.
///
/// # Errors
/// When the database cannot be read.
pub async fn positions(client: &Client, range: Range, findings: &mut Findings) -> Result<(), BoxError> {
    for row in ask(client, include_str!("../sql/audit_gaps.sql"), range).await? {
        let first: i64 = row.try_get(0)?;
        let last: i64 = row.try_get(1)?;
        let detail = format!("positions {first} to {last} are missing");
        let finding = Finding::new(Invariant::I3, "positions_missing", detail);
        findings.push(finding.at(Position { shard: range.shard, position: first }));
    }
    let events = [
        (
            include_str!("../sql/audit_stream_order.sql"),
            "not_in_stream_order",
            "an earlier version of the stream is not right before it",
        ),
        (include_str!("../sql/audit_eventless.sql"), "position_without_event", "the position's event is not stored"),
    ];
    for (statement, code, detail) in events {
        for row in ask(client, statement, range).await? {
            let position = Position { shard: range.shard, position: row.try_get(2)? };
            let finding = Finding::new(Invariant::I3, code, detail);
            findings.push(finding.of(row.try_get::<_, String>(0)?, row.try_get(1)?).at(position));
        }
    }
    Ok(())
}

async fn ask(client: &Client, statement: &str, range: Range) -> Result<Vec<Row>, BoxError> {
    Ok(client.query(statement, &[&range.shard, &range.after, &range.last, &limit()]).await?)
}

fn limit() -> i64 {
    i64::try_from(LISTED_MAX).unwrap_or(i64::MAX)
}
