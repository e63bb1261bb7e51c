//! One order as of a moment, and what changed between two: which, and how it is printed. The read models say what it was.

use std::io::Write;

use domain::OrderId;
use domain::contract::Position;
use event_store::{Store, StoreOptions, StreamId};
use read_models::{Moment, OrderView, Orders, changes, folded};
use serde_json::{Map, Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use super::args::{DiffArgs, ShowArgs};
use crate::connections::orders_database;
use crate::events::positions;

/// Used if the position of an event is not known; a projection does not depend on it.
const UNKNOWN: Position = Position { shard: 0, position: 0 };

pub(super) async fn show(variables: &Variables, args: &ShowArgs) -> Result<bool, BoxError> {
    let view = as_of(variables, args.order, args.as_of).await?;
    let Some(view) = view else { return Err(format!("nothing had happened to {} by then", args.order).into()) };
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&view.shown())?)?;
    Ok(true)
}

pub(super) async fn diff(variables: &Variables, args: &DiffArgs) -> Result<bool, BoxError> {
    let before = as_of(variables, args.order, Some(args.from)).await?;
    let after = as_of(variables, args.order, args.to).await?;
    let shown = |view: Option<OrderView>| view.map(|view| view.shown());
    let changes = changes(shown(before).as_ref(), shown(after).as_ref());
    let mut out = std::io::stdout();
    if args.json {
        let by_field: Map<String, Value> =
            changes.into_iter().map(|change| (change.field, json!({ "from": change.from, "to": change.to }))).collect();
        writeln!(out, "{}", Value::Object(by_field))?;
        return Ok(true);
    }
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), Value::to_string);
    for change in &changes {
        writeln!(out, "{}: {} → {}", change.field, text(&change.from), text(&change.to))?;
    }
    Ok(true)
}

/// An order as its stored events, as the relay publishes them, fold up to a moment.
async fn as_of(variables: &Variables, order: OrderId, until: Option<Moment>) -> Result<Option<OrderView>, BoxError> {
    let store = Store::open(&orders_database(variables)?, StoreOptions::default()).await?;
    let rows = store.read_stream(&StreamId::new("order", &order.to_string()), 0).await?;
    if rows.is_empty() {
        return Err(format!("there is no order {order}; GraphQL's `orders` lists the ids").into());
    }
    let positions = match until {
        Some(Moment::Position(_)) => positions(variables, order).await?,
        _ => Vec::new(),
    };
    let events = rows.into_iter().filter_map(|row| {
        let position = positions.iter().find(|(version, _)| *version == row.version).map(|(_, position)| *position);
        let is_wanted = until.is_none_or(|moment| moment.includes(row.version, row.recorded_at, position));
        is_wanted.then(|| Ok::<_, BoxError>(relay::published(position.unwrap_or(UNKNOWN), row)?))
    });
    folded::<Orders, BoxError>(events)
}
