//! The timers of streams: how many wait, by kind.

use std::io::Write;

use event_store::TimerCounts;
use order_engine::logs;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::clock::{Clock, SystemClock};
use service_kit::config::Variables;

use crate::jobs::moment;

/// Prints how many timers wait in each log, by kind of stream.
///
/// # Errors
/// When a log cannot be asked.
pub async fn print(variables: &Variables, as_json: bool) -> Result<bool, BoxError> {
    let now = SystemClock.now();
    let mut counts = Vec::new();
    for log in logs(variables)? {
        let waiting = log.open().await?.timer_counts(now).await?;
        counts.extend(waiting.into_iter().map(|one| (log.name, one)));
    }
    let mut out = std::io::stdout();
    if as_json {
        let listed: Vec<Value> = counts.iter().map(|(log, one)| counts_json(log, one)).collect();
        writeln!(out, "{}", Value::Array(listed))?;
        return Ok(true);
    }
    for (log, TimerCounts { kind, waiting, due, failing, first_due }) in &counts {
        let first = moment(Some(first_due.to_datetime()));
        writeln!(out, "{kind} in {log}: {waiting} timers, {due} due, {failing} failing, the first due {first}")?;
    }
    if counts.is_empty() {
        writeln!(out, "no timers")?;
    }
    Ok(true)
}

fn counts_json(log: &str, TimerCounts { kind, waiting, due, failing, first_due }: &TimerCounts) -> Value {
    json!({
        "log": log, "kind": kind, "waiting": waiting, "due": due, "failing": failing, "firstDue": first_due.to_datetime(),
    })
}
