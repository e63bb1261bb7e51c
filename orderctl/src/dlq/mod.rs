//! Parked records: listing them, applying them again, dropping them.
//!
//! A dropped record is kept with a reason. What is applied again is applied by the projection's own code.

pub mod args;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use messaging::Registry;
use order_engine::read_models;
use projection_service::Redriven;
use read_models::{ParkedRecord, drop_parked, groups_with_parked, parked_record, parked_records};
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::{MessagingSettings, Variables};
use tokio_postgres::Client;

use crate::connections::read_client;
use args::{DlqVerb, DropArgs, IdArgs, RedriveArgs};

/// Does what `dlq` asks.
///
/// # Errors
/// When the read database refuses or there is no such record.
pub async fn run(variables: &Variables, verb: &DlqVerb) -> Result<bool, BoxError> {
    match verb {
        DlqVerb::List(args) => list(variables, args.json).await,
        DlqVerb::Show(args) => show(variables, args).await,
        DlqVerb::Redrive(args) => redrive(variables, args).await,
        DlqVerb::Drop(args) => give_up(variables, args).await,
    }
}

async fn list(variables: &Variables, as_json: bool) -> Result<bool, BoxError> {
    let client = read_client(variables).await?;
    let records = parked_records(&client).await?;
    let mut out = std::io::stdout();
    if as_json {
        writeln!(out, "{}", Value::Array(records.iter().map(as_listed).collect()))?;
        return Ok(true);
    }
    for record in &records {
        let ParkedRecord { id, partition, offset, reason, .. } = record;
        writeln!(out, "{id:>6}  {partition}/{offset:<8}  {:<36}  {reason}", key_text(record))?;
    }
    writeln!(out, "{} parked", records.len())?;
    Ok(true)
}

async fn show(variables: &Variables, args: &IdArgs) -> Result<bool, BoxError> {
    let client = read_client(variables).await?;
    let record = parked_record(&client, args.id).await?.ok_or_else(|| none(args.id))?;
    let mut shown = as_listed(&record);
    shown["headers"] = headers(&record.headers);
    shown["recordBase64"] = record.record.map(|record| STANDARD.encode(record)).into();
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&shown)?)?;
    Ok(true)
}

async fn redrive(variables: &Variables, args: &RedriveArgs) -> Result<bool, BoxError> {
    let mut client = read_client(variables).await?;
    let key = match (&args.key, args.id) {
        (Some(key), _) => key.clone().into_bytes(),
        (None, Some(id)) => key_of(&client, id).await?,
        (None, None) => return Err("give a number or --key".into()),
    };
    let groups = groups_with_parked(&client, &key, args.id).await?;
    if groups.is_empty() {
        return Err(format!("nothing of the key {} is parked", String::from_utf8_lossy(&key)).into());
    }
    let registry = Registry::new(&MessagingSettings::from_variables(variables)?.schema_registry_url)?;
    let mut out = std::io::stdout();
    let mut all = true;
    for group in groups {
        let models = read_models().find(|models| models.group == group);
        let models = models.ok_or_else(|| format!("no read models of this release are kept by the group {group}"))?;
        match models.redrive(&mut client, registry.clone(), &key).await? {
            Redriven::Applied { records, waiting } => {
                writeln!(out, "applied {records}, {waiting} still wait")?;
                all &= waiting == 0;
            }
            Redriven::Refused { id, reason } => {
                writeln!(out, "record {id} still cannot be applied, and nothing was changed: {reason}")?;
                all = false;
            }
        }
    }
    Ok(all)
}

async fn key_of(client: &Client, id: i64) -> Result<Vec<u8>, BoxError> {
    let record = parked_record(client, id).await?.ok_or_else(|| none(id))?;
    record.key.ok_or_else(|| format!("record {id} has no key and can only be dropped").into())
}

async fn give_up(variables: &Variables, args: &DropArgs) -> Result<bool, BoxError> {
    let client = read_client(variables).await?;
    if !drop_parked(&client, args.id, &args.reason).await? {
        return Err(none(args.id));
    }
    writeln!(std::io::stdout(), "dropped {}; later records of its stream will not apply without it", args.id)?;
    Ok(true)
}

fn none(id: i64) -> BoxError {
    format!("no parked record has the number {id}; `orderctl dlq list` shows them").into()
}

fn key_text(record: &ParkedRecord) -> String {
    let key = record.key.as_deref();
    key.map_or_else(|| "(no key)".to_owned(), |key| String::from_utf8_lossy(key).escape_debug().to_string())
}

fn as_listed(record: &ParkedRecord) -> Value {
    json!({
        "id": record.id, "group": record.group, "topic": record.topic, "partition": record.partition,
        "offset": record.offset, "key": key_text(record), "orderId": record.stream_id, "reason": record.reason,
        "at": record.at,
    })
}

/// Headers as text, as far as they are text.
fn headers(stored: &Value) -> Value {
    let text = |value: &Value| {
        let bytes = value.as_str().and_then(|value| STANDARD.decode(value).ok());
        bytes.map_or(Value::Null, |bytes| String::from_utf8_lossy(&bytes).into_owned().into())
    };
    let fields = stored.as_object().into_iter().flatten();
    Value::Object(fields.map(|(name, value)| (name.clone(), text(value))).collect())
}
