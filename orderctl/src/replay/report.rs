//! Prints the progress and the result of a rebuild.

use std::io::Write;

use order_engine::logs;
use read_models::Model;
use read_models::rebuild::{Difference, Progress, Purpose, Report, Status};
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

/// A line of progress with rate and remaining time.
#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
pub(super) fn progress(progress: &Progress) -> String {
    let Progress { stage, done, total, seconds } = *progress;
    let rate = done as f64 / seconds.max(0.001);
    let left = total.saturating_sub(done) as f64 / rate.max(0.001);
    format!("{stage}: {done} of {total} events, {rate:.0}/s, {left:.0} s left")
}

/// Prints how it ended; `false` where rows differ and nothing was switched, or, in a check, where rows differ at all.
pub(super) fn print(kind: &str, report: &Report, purpose: Purpose, as_json: bool) -> Result<bool, BoxError> {
    let mut out = std::io::stdout();
    if as_json {
        let mut document = serde_json::to_value(report)?;
        document["kind"] = kind.into();
        document["equal"] = report.is_equal().into();
        writeln!(out, "{document}")?;
    } else {
        write_text(&mut out, kind, report, purpose)?;
    }
    Ok(report.switched || (report.is_equal() && purpose == Purpose::Verify))
}

fn write_text(out: &mut impl Write, kind: &str, report: &Report, purpose: Purpose) -> std::io::Result<()> {
    let Report { streams, events, caught_up, seconds, paused_ms, generation, .. } = report;
    writeln!(
        out,
        "{kind}: {events} events of {streams} streams folded, {caught_up} caught up with, {seconds:.1} s; the projector waited {paused_ms} ms"
    )?;
    for compared in &report.compared {
        writeln!(out, "{:<17} {:>9} rows, {} differ", compared.model, compared.rows, compared.differing)?;
        for difference in &compared.differences {
            write_difference(out, difference)?;
        }
    }
    for error in &report.unfoldable {
        writeln!(out, "an event that is applied does not fold: {error}")?;
    }
    match (purpose, report.switched, report.is_equal()) {
        (Purpose::Verify, _, true) => writeln!(out, "the live rows are what the log gives"),
        (Purpose::Verify, _, false) => {
            writeln!(out, "the live rows differ from the log; `replay rebuild … --accept-differences` repairs them")
        }
        (_, true, _) => writeln!(out, "generation {generation} is live"),
        (_, false, _) => {
            writeln!(out, "nothing was switched, for rows differ; --accept-differences takes the log's rows")
        }
    }
}

fn write_difference(out: &mut impl Write, difference: &Difference) -> std::io::Result<()> {
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "(no row)".to_owned(), Value::to_string);
    writeln!(out, "  row {}", Value::Object(difference.key.clone()))?;
    for field in &difference.fields {
        writeln!(out, "    {}: live {}, by the log {}", field.field, text(&field.live), text(&field.log))?;
    }
    writeln!(out, "    events behind it: {}", difference.events.join(" "))
}

/// Prints which models there are.
pub(super) fn print_list(variables: &Variables, as_json: bool) -> Result<bool, BoxError> {
    let mut out = std::io::stdout();
    for log in logs(variables)? {
        for one in log.read_models() {
            let names: Vec<_> = one.models.all().into_iter().map(Model::name).collect();
            if as_json {
                let document = json!({ "kind": one.kind, "log": log.name, "topic": one.topic, "group": one.group, "models": names });
                writeln!(out, "{document}")?;
            } else {
                let (kind, topic, group) = (one.kind, one.topic, one.group);
                writeln!(out, "{kind:<12} log {}, topic {topic}, group {group}: {}", log.name, names.join(", "))?;
            }
        }
    }
    Ok(true)
}

pub(super) fn print_status(status: &Status, as_json: bool) -> Result<bool, BoxError> {
    let mut out = std::io::stdout();
    if as_json {
        let at_work = status.at_work.as_ref().map(|(stage, left)| json!({ "stage": stage, "leaseSecondsLeft": left }));
        writeln!(out, "{}", json!({ "models": status.models, "atWork": at_work }))?;
        return Ok(true);
    }
    for one in &status.models {
        let previous = one.previous.map_or_else(|| "nothing".to_owned(), |previous| format!("generation {previous}"));
        let since = one.switched_at.to_rfc3339();
        writeln!(out, "{:<17} generation {} since {since}, {previous} kept", one.model, one.generation)?;
    }
    match &status.at_work {
        Some((stage, left)) => writeln!(out, "a rebuild is at work: {stage}; its lease holds for {left:.0} s")?,
        None => writeln!(out, "no rebuild is at work")?,
    }
    Ok(true)
}
