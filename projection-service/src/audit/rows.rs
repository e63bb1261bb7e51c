//! Checks of the read models: I6.

use std::collections::HashMap;

use domain::contract::{Position, Published};
use read_models::ModelSet;
use read_models::audit::{Behind, Found, Looked, Sorted, audit};
use read_models::rebuild::Difference;
use serde::Serialize;
use serde_json::Value;
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use service_kit::errors::chain;
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::consumed::{Consumed, Held};

/// Most fields that are reported for one differing row.
const FIELDS_REPORTED_MAX: usize = 4;

/// A stream that waits, and the sums that are false for it meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParkedKey {
    pub stream: Uuid,
    /// Records of it that are parked.
    pub records: u64,
    /// Why the first is.
    pub reason: String,
    /// Rows of the sums that lack it.
    pub falsifies: Vec<String>,
}

/// Holds all live rows of a set against the log, up to its heads by shard.
///
/// # Errors
/// When either cannot be read.
pub async fn check<M: ModelSet>(
    read: &Transaction<'_>,
    histories: impl Sorted<Item = Published<M::Event>>,
    heads: &[i64],
    consumed: &Consumed<'_, M>,
    findings: &mut Findings,
) -> Result<(Looked, Vec<ParkedKey>), BoxError> {
    let held = &consumed.streams;
    let mut parked: HashMap<Uuid, ParkedKey> = HashMap::new();
    for (stream, held) in held.iter().filter(|(_, held)| held.records > 0) {
        let Held { records, reason, .. } = held.clone();
        parked.insert(*stream, ParkedKey { stream: *stream, records, reason, falsifies: Vec::new() });
    }
    let looked = audit::<M>(read, histories, heads, &mut |found| match found {
        Found::Behind(behind) if parked.contains_key(&behind.stream_id) => {
            parked.entry(behind.stream_id).and_modify(|key| key.falsifies = behind.falsifies);
        }
        Found::Behind(behind) => findings.push(not_projected(&behind, held.get(&behind.stream_id))),
        found => findings.push(finding(M::MODELS.view.table().key()[0], found)),
    })
    .await?;
    let mut parked: Vec<ParkedKey> = parked.into_values().collect();
    parked.sort_unstable_by_key(|key| key.stream);
    for key in &parked {
        let sums = if key.falsifies.is_empty() { "no sum".to_owned() } else { key.falsifies.join(", ") };
        let detail = format!("{} records wait ({}); false for it: {sums}", key.records, key.reason);
        findings
            .push(Finding { stream: Some(key.stream.to_string()), ..Finding::new(Invariant::I6, "parked", detail) });
    }
    Ok((looked, parked))
}

fn not_projected(behind: &Behind, held: Option<&Held>) -> Finding {
    let Behind { stream_id, applied, due, first, falsifies } = behind;
    let (code, why) = match held.and_then(|held| held.given_up.as_ref()) {
        Some(reason) => ("given_up", format!("a record of it was given up: {reason}")),
        None => ("not_projected", "nothing of it is parked".to_owned()),
    };
    let detail = format!("the rows are at version {applied} of {due}; {why}; false for it: {}", falsifies.join(", "));
    Finding::new(Invariant::I6, code, detail).of(stream_id.to_string(), *applied).at(*first)
}

/// A finding with the id of the stream, which is the column of this name.
fn finding(id_column: &str, found: Found) -> Finding {
    let new = |code, detail: String| Finding::new(Invariant::I6, code, detail);
    match found {
        Found::Differs(difference) => of_difference(id_column, &difference),
        Found::Damaged { stream_id, error } => {
            Finding { stream: Some(stream_id.to_string()), ..new("row_unreadable", chain(&error)) }
        }
        Found::Ahead { stream_id, applied, stored } => {
            new("ahead_of_log", format!("the log ends with version {stored}")).of(stream_id.to_string(), applied)
        }
        Found::Unfoldable { stream_id, version, reason } => {
            new("unfoldable", reason).of(stream_id.to_string(), version)
        }
        Found::Behind(behind) => not_projected(&behind, None),
        Found::Unequal { model, kept, streams } => {
            let detail = format!("{model} is not what the kept generation {kept} has: {}", streams.join(" "));
            Finding { stream: streams.first().cloned(), ..new("generations_differ", detail) }
        }
    }
}

fn of_difference(id_column: &str, difference: &Difference) -> Finding {
    let Difference { model, key, fields, events } = difference;
    let code = match fields.first() {
        Some(field) if field.live.is_none() => "row_missing",
        Some(field) if field.log.is_none() => "row_of_nothing",
        _ => "row_differs",
    };
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), Value::to_string);
    let reported = fields.iter().filter(|field| !key.contains_key(&field.field)).take(FIELDS_REPORTED_MAX);
    let reported: Vec<_> = reported
        .map(|field| format!("{}: live {}, by the log {}", field.field, text(&field.live), text(&field.log)))
        .collect();
    let more = if fields.len() > reported.len() { ", …" } else { "" };
    let key = Value::Object(key.clone());
    let finding = Finding::new(Invariant::I6, code, format!("{model} {key} {}{more}", reported.join(", ")));
    Finding {
        stream: key[id_column].as_str().map(str::to_owned),
        version: key["version"].as_i64(),
        position: events.first().and_then(|text| text.parse::<Position>().ok()),
        ..finding
    }
}
