//! Which streams have a timer.

use std::collections::HashSet;

use service_kit::BoxError;
use tokio_postgres::Transaction;

/// The ids of the streams of a kind that a timer will wake, as a transaction over the log sees them.
///
/// # Errors
/// When the log cannot be read.
pub async fn with_timer(log: &Transaction<'_>, kind: &str) -> Result<HashSet<String>, BoxError> {
    let rows = log.query(include_str!("../sql/audit_timers.sql"), &[&kind]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
