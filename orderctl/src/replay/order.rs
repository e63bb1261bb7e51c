//! One order folded to a moment, and what changed between two.

use std::collections::BTreeMap;
use std::io::Write;

use domain::OrderId;
use domain::contract::Position;
use event_store::{Store, StoreOptions, StreamId};
use read_models::{OrderView, fold};
use serde_json::{Map, Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use super::args::{DiffArgs, ShowArgs};
use crate::connections::orders_database;
use crate::events::{Moment, happened_by, positions};

/// Used if the position of an event is not known; a projection does not depend on it.
const UNKNOWN: Position = Position { shard: 0, position: 0 };

/// Columns of the row that tell nothing of the order: what follows from its lines, and where its last event stands in the log.
const UNSHOWN: [&str; 4] = ["line_count", "shard", "position", "encoded_lines"];

pub(super) async fn show(variables: &Variables, args: &ShowArgs) -> Result<bool, BoxError> {
    let view = folded(variables, args.order, args.as_of).await?;
    let Some(view) = view else { return Err(format!("nothing had happened to {} by then", args.order).into()) };
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&as_json(&view))?)?;
    Ok(true)
}

pub(super) async fn diff(variables: &Variables, args: &DiffArgs) -> Result<bool, BoxError> {
    let before = folded(variables, args.order, Some(args.from)).await?;
    let after = folded(variables, args.order, args.to).await?;
    let flat = |view: Option<OrderView>| {
        let mut fields = BTreeMap::new();
        if let Some(view) = view {
            flatten("", &as_json(&view), &mut fields);
        }
        fields
    };
    let changes = changes(&flat(before), &flat(after));
    let mut out = std::io::stdout();
    if args.json {
        let by_field: Map<String, Value> =
            changes.into_iter().map(|(field, from, to)| (field, json!({ "from": from, "to": to }))).collect();
        writeln!(out, "{}", Value::Object(by_field))?;
        return Ok(true);
    }
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), Value::to_string);
    for (field, from, to) in &changes {
        writeln!(out, "{field}: {} → {}", text(from), text(to))?;
    }
    Ok(true)
}

/// Folds an order's stored events, as the relay publishes them, up to a moment.
async fn folded(variables: &Variables, order: OrderId, until: Option<Moment>) -> Result<Option<OrderView>, BoxError> {
    let store = Store::open(&orders_database(variables)?, StoreOptions::default()).await?;
    let rows = store.read_stream(&StreamId::new("order", &order.to_string()), 0).await?;
    if rows.is_empty() {
        return Err(format!("there is no order {order}; GraphQL's `orders` lists the ids").into());
    }
    let positions = match until {
        Some(Moment::Position(_)) => positions(variables, order).await?,
        _ => Vec::new(),
    };
    let mut view = None;
    for row in rows {
        let position = positions.iter().find(|(version, _)| *version == row.version).map(|(_, position)| *position);
        if until.is_none_or(|moment| happened_by(&row, position, moment)) {
            view = Some(fold(view.take(), &relay::published(position.unwrap_or(UNKNOWN), row)?)?);
        }
    }
    Ok(view)
}

fn as_json(view: &OrderView) -> Value {
    let lines: Map<String, Value> = view
        .lines
        .iter()
        .map(|line| {
            let fields = json!({
                "ordinal": line.ordinal, "sku": line.sku, "description": line.description, "quantity": line.quantity,
                "unitPriceTenThousandths": line.unit_price, "totalMinor": line.total_minor,
            });
            (line.line_id.to_string(), fields)
        })
        .collect();
    let shown = view.row_json().into_iter().filter(|(name, _)| !UNSHOWN.contains(&name.as_str()));
    let mut fields: Map<String, Value> = shown.map(|(name, value)| (camel_case(&name), value)).collect();
    fields.insert("lines".to_owned(), Value::Object(lines));
    Value::Object(fields)
}

fn camel_case(name: &str) -> String {
    let mut after_line = false;
    let letter = |letter: char| {
        let is_first = std::mem::replace(&mut after_line, letter == '_');
        (letter != '_').then(|| if is_first { letter.to_ascii_uppercase() } else { letter })
    };
    name.chars().filter_map(letter).collect()
}

/// Leaves by their paths.
fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, field, into);
            }
        }
        Value::Null => {}
        leaf => {
            into.insert(path.to_owned(), leaf.clone());
        }
    }
}

/// A path with what stood there before and what stands there now.
type Change = (String, Option<Value>, Option<Value>);

fn changes(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<Change> {
    let mut paths: Vec<_> = before.keys().chain(after.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| (path.clone(), before.get(path).cloned(), after.get(path).cloned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_reported_leaf_by_leaf() {
        let flat = |value| {
            let mut fields = BTreeMap::new();
            flatten("", &value, &mut fields);
            fields
        };
        let before = flat(json!({ "a": 1, "lines": { "x": { "quantity": 2 } }, "gone": true, "none": null }));
        let after = flat(json!({ "a": 1, "lines": { "x": { "quantity": 3 } }, "new": "n", "none": null }));
        let paths: Vec<_> = changes(&before, &after).into_iter().map(|(path, ..)| path).collect();
        assert_eq!(paths, ["gone", "lines.x.quantity", "new"]);
    }
}
