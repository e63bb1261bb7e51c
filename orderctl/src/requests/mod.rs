//! Parked requests: listing them, handling them again, discarding them.
//!
//! What is handled again is handled by the participant's own code, with its own log. Which groups there are follows from the list of
//! participants.

pub mod args;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use event_store::Store;
use messaging::HeaderList;
use order_engine::{LogTools, logs};
use request_kit::parking::{self, ParkedKey, ParkedRequest};
use serde_json::{Map, Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use args::{DiscardArgs, RedriveArgs, RequestsVerb};

/// A log whose participants take requests, and what is parked there.
struct ParkedInLog {
    log: LogTools,
    store: Store,
    parked: Vec<ParkedRequest>,
}

/// Does what `requests` asks.
///
/// # Errors
/// When a log refuses, or no such request is parked.
pub async fn run(variables: &Variables, verb: &RequestsVerb) -> Result<bool, BoxError> {
    match verb {
        RequestsVerb::Parked(args) => list(variables, args.json).await,
        RequestsVerb::Redrive(args) => redrive(variables, args).await,
        RequestsVerb::Discard(args) => discard(variables, args).await,
    }
}

async fn parked(variables: &Variables) -> Result<Vec<ParkedInLog>, BoxError> {
    let mut all = Vec::new();
    for log in logs(variables)?.into_iter().filter(|log| log.groups().next().is_some()) {
        let store = log.open().await?;
        let parked = parking::list(store.pool()).await?;
        all.push(ParkedInLog { log, store, parked });
    }
    Ok(all)
}

async fn list(variables: &Variables, as_json: bool) -> Result<bool, BoxError> {
    let all = parked(variables).await?;
    let mut out = std::io::stdout();
    if as_json {
        let of_log = |one: &ParkedInLog| one.parked.iter().map(|request| request_json(&one.log, request)).collect();
        let listed: Vec<Value> = all.iter().flat_map(|one| -> Vec<Value> { of_log(one) }).collect();
        writeln!(out, "{}", Value::Array(listed))?;
        return Ok(true);
    }
    for ParkedRequest { id, group, reason, record, .. } in all.iter().flat_map(|one| &one.parked) {
        let place = format!("{}/{}", record.partition, record.offset);
        writeln!(out, "{id:>6}  {group}  {place:<10}  {:<36}  {reason}", key_text(record.key.as_deref()))?;
    }
    writeln!(out, "{} parked", all.iter().map(|one| one.parked.len()).sum::<usize>())?;
    Ok(true)
}

async fn redrive(variables: &Variables, args: &RedriveArgs) -> Result<bool, BoxError> {
    let mut is_known = false;
    let mut all = true;
    for ParkedInLog { log, store, parked } in parked(variables).await? {
        let is_meant = |request: &&ParkedRequest| {
            let is_named = match (&args.key, args.id) {
                (Some(key), _) => request.record.key.as_deref().unwrap_or_default() == key.as_bytes(),
                (None, id) => id == Some(request.id),
            };
            is_named && is_of(request, args.group.as_deref())
        };
        let mut keys: Vec<ParkedKey> = parked.iter().filter(is_meant).map(key_of).collect();
        // Requests of one key are in one partition of a topic, so equal keys are neighbours once sorted.
        keys.sort_by(|one, other| (&one.group, &one.topic).cmp(&(&other.group, &other.topic)));
        keys.dedup();
        for key in keys {
            is_known = true;
            all &= redrive_key(&log, &store, variables, &key).await?;
        }
    }
    if is_known { Ok(all) } else { Err(none()) }
}

async fn redrive_key(log: &LogTools, store: &Store, variables: &Variables, key: &ParkedKey) -> Result<bool, BoxError> {
    let ParkedKey { group, topic, .. } = key;
    let source = log.source(store, variables, group, topic)?;
    let source = source.ok_or_else(|| format!("no group {group} of this release handles topic {topic}"))?;
    let redriven = parking::redrive(store.pool(), &source, key).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{group}: handled {} of key {}", redriven.handled, key_text(Some(&key.key)))?;
    if let Some(obstacle) = &redriven.obstacle {
        writeln!(out, "  the next one stays parked: {obstacle}")?;
    }
    Ok(redriven.obstacle.is_none())
}

async fn discard(variables: &Variables, args: &DiscardArgs) -> Result<bool, BoxError> {
    let all = parked(variables).await?;
    let is_meant = |request: &ParkedRequest| request.id == args.id && is_of(request, args.group.as_deref());
    let meant: Vec<&ParkedInLog> = all.iter().filter(|one| one.parked.iter().any(is_meant)).collect();
    let one = match meant[..] {
        [one] => one,
        [] => return Err(none()),
        _ => return Err(format!("several logs have a parked request {}; name its --group", args.id).into()),
    };
    if !parking::discard(one.store.pool(), args.id, &args.reason).await? {
        return Err(none());
    }
    writeln!(std::io::stdout(), "discarded {}; those behind it stay parked until they are redriven", args.id)?;
    Ok(true)
}

fn is_of(request: &ParkedRequest, group: Option<&str>) -> bool {
    group.is_none_or(|group| group == request.group)
}

fn key_of(ParkedRequest { group, record, .. }: &ParkedRequest) -> ParkedKey {
    let key = record.key.clone().unwrap_or_default();
    ParkedKey { group: group.clone(), topic: record.topic.to_string(), key }
}

fn none() -> BoxError {
    "no such request is parked; `orderctl requests parked` shows them".into()
}

fn key_text(key: Option<&[u8]>) -> String {
    match key {
        None | Some([]) => "(no key)".to_owned(),
        Some(key) => String::from_utf8_lossy(key).escape_debug().to_string(),
    }
}

fn request_json(log: &LogTools, ParkedRequest { id, group, reason, parked_at, record }: &ParkedRequest) -> Value {
    json!({
        "log": log.name,
        "id": id,
        "group": group,
        "topic": &*record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key.as_deref().map(|key| String::from_utf8_lossy(key).into_owned()),
        "reason": reason,
        "at": parked_at.to_datetime(),
        "headers": headers_json(&record.headers),
        "recordBase64": record.value.as_deref().map(|value| STANDARD.encode(value)),
    })
}

/// Headers as text, as far as they are text.
fn headers_json(headers: &HeaderList) -> Value {
    let text = |value: Option<&[u8]>| value.map(|value| String::from_utf8_lossy(value).into_owned()).into();
    Value::Object(headers.iter().map(|(name, value)| (name.to_owned(), text(value))).collect::<Map<_, _>>())
}
