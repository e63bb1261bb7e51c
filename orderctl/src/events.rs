//! The history of one order, as the event store has it.

use std::io::Write;

use clap::Args;
use domain::OrderId;
use domain::contract::Position;
use event_store::{Metadata, Store, StoreOptions, StoredRow, StreamId};
use read_models::Moment;
use read_models::query::Window;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use crate::connections::{orders_database, read_db};

/// `events`
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// The order's id
    pub order: OrderId,
    /// Show only what had happened by then: a version (3), a position of the log (0.1742) or a moment (RFC 3339)
    #[arg(long, value_name = "VERSION|POSITION|TIME")]
    pub as_of: Option<Moment>,
    /// Print one JSON object per line
    #[arg(long)]
    pub json: bool,
}

/// Prints the events of an order.
///
/// # Errors
/// When the store cannot be read.
pub async fn print(variables: &Variables, args: &EventsArgs) -> Result<bool, BoxError> {
    let url = orders_database(variables)?;
    let store = Store::open(&url, StoreOptions::default()).await?;
    let stream = StreamId::new("order", &args.order.to_string());
    let rows = store.read_stream(&stream, 0).await?;
    if rows.is_empty() {
        return Err(format!("there is no order {}; GraphQL's `orders` lists the ids", args.order).into());
    }
    let positions = match positions(variables, args.order).await {
        Ok(positions) => positions,
        Err(error) if matches!(args.as_of, Some(Moment::Position(_))) => return Err(error),
        Err(error) => {
            eprintln!("positions are not shown, for the read models cannot be read: {error}");
            Vec::new()
        }
    };
    let mut out = std::io::stdout().lock();
    for row in rows {
        let position = positions.iter().find(|(version, _)| *version == row.version).map(|(_, position)| *position);
        if !args.as_of.is_none_or(|moment| moment.includes(row.version, row.recorded_at, position)) {
            continue;
        }
        let line = if args.json { as_json(&row, position) } else { as_text(&row, position) };
        writeln!(out, "{line}")?;
    }
    Ok(true)
}

/// Version and position of each event, as the read models have seen them; the log itself has no index by order.
pub(crate) async fn positions(variables: &Variables, order: OrderId) -> Result<Vec<(i64, Position)>, BoxError> {
    let id = order.uuid();
    let mut timelines = read_db(variables)?.timeline(&[id], Window::first(u32::MAX)).await?;
    let entries = timelines.remove(&id).unwrap_or_default();
    Ok(entries.iter().map(|entry| (entry.version, entry.log_position())).collect())
}

fn as_json(row: &StoredRow, position: Option<Position>) -> String {
    let metadata = Metadata::from_json(&row.metadata);
    let payload: Value = serde_json::from_str(&row.payload).unwrap_or_else(|_| Value::String(row.payload.clone()));
    json!({
        "version": row.version,
        "type": row.event_type,
        "eventId": row.event_id,
        "recordedAt": row.recorded_at,
        "position": position,
        "tenant": row.tenant,
        "correlationId": metadata.correlation_id,
        "causationId": metadata.causation_id,
        "principal": metadata.principal,
        "payload": payload,
    })
    .to_string()
}

fn as_text(row: &StoredRow, position: Option<Position>) -> String {
    let metadata = Metadata::from_json(&row.metadata);
    let position = position.map_or_else(|| "no position seen yet".to_owned(), |position| position.to_string());
    let correlation = metadata.correlation_id.as_deref().unwrap_or("-");
    let version = row.version;
    let kind = &row.event_type;
    let at = row.recorded_at;
    format!("{version:>4}  {kind:<20} {at}  {position}  correlation {correlation}\n      {}", row.payload)
}
