//! Parked records: listing them, applying them again, dropping them.
//!
//! Guarantees: records of a key are applied in order or not at all, in the transaction that removes them, while the
//! projector of their partition waits. A dropped record is kept with a reason. Does not: touch the copies in Kafka.

pub mod args;
mod redrive;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;
use tokio_postgres::Row;

use crate::connections::read_client;
use args::{DlqVerb, DropArgs, IdArgs};
pub use redrive::{Redriven, redrive};

/// Does what `dlq` asks.
///
/// # Errors
/// When the read database refuses or there is no such record.
pub async fn run(variables: &Variables, verb: &DlqVerb) -> Result<bool, BoxError> {
    match verb {
        DlqVerb::List(args) => list(variables, args.json).await,
        DlqVerb::Show(args) => show(variables, args).await,
        DlqVerb::Redrive(args) => redrive::run(variables, args).await,
        DlqVerb::Drop(args) => give_up(variables, args).await,
    }
}

async fn list(variables: &Variables, as_json: bool) -> Result<bool, BoxError> {
    let client = read_client(variables).await?;
    let rows = client.query(include_str!("../sql/dlq_list.sql"), &[]).await?;
    let mut out = std::io::stdout();
    if as_json {
        let listed: Vec<Value> = rows.iter().map(row_json).collect::<Result<_, _>>()?;
        writeln!(out, "{}", Value::Array(listed))?;
        return Ok(true);
    }
    for row in &rows {
        let id: i64 = row.try_get(0)?;
        let partition: i32 = row.try_get(3)?;
        let offset: i64 = row.try_get(4)?;
        let reason: String = row.try_get(7)?;
        writeln!(out, "{id:>6}  {partition}/{offset:<8}  {:<36}  {reason}", key_text(row)?)?;
    }
    writeln!(out, "{} parked", rows.len())?;
    Ok(true)
}

async fn show(variables: &Variables, args: &IdArgs) -> Result<bool, BoxError> {
    let client = read_client(variables).await?;
    let row = client.query_opt(include_str!("../sql/dlq_one.sql"), &[&args.id]).await?;
    let row = row.ok_or_else(|| none(args.id))?;
    let mut shown = row_json(&row)?;
    shown["headers"] = headers(&row.try_get::<_, Value>(9)?);
    shown["recordBase64"] = row.try_get::<_, Option<Vec<u8>>>(8)?.map(|record| STANDARD.encode(record)).into();
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&shown)?)?;
    Ok(true)
}

async fn give_up(variables: &Variables, args: &DropArgs) -> Result<bool, BoxError> {
    let client = read_client(variables).await?;
    let dropped = client.execute(include_str!("../sql/dlq_drop.sql"), &[&args.id, &args.reason]).await?;
    if dropped == 0 {
        return Err(none(args.id));
    }
    writeln!(std::io::stdout(), "dropped {}; later records of its order will not apply without it", args.id)?;
    Ok(true)
}

fn none(id: i64) -> BoxError {
    format!("no parked record has the number {id}; `orderctl dlq list` shows them").into()
}

fn key_text(row: &Row) -> Result<String, tokio_postgres::Error> {
    let key: Option<Vec<u8>> = row.try_get(5)?;
    Ok(key.map_or_else(|| "(no key)".to_owned(), |key| String::from_utf8_lossy(&key).escape_debug().to_string()))
}

fn row_json(row: &Row) -> Result<Value, tokio_postgres::Error> {
    Ok(json!({
        "id": row.try_get::<_, i64>(0)?,
        "group": row.try_get::<_, String>(1)?,
        "topic": row.try_get::<_, String>(2)?,
        "partition": row.try_get::<_, i32>(3)?,
        "offset": row.try_get::<_, i64>(4)?,
        "key": key_text(row)?,
        "orderId": row.try_get::<_, Option<uuid::Uuid>>(6)?,
        "reason": row.try_get::<_, String>(7)?,
        "at": row.try_get::<_, chrono::DateTime<chrono::Utc>>(10)?,
    }))
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
