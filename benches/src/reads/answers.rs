//! What the three answer, brought into one form, so that it can be compared.

use chrono::DateTime;
use serde_json::{Value, json};

use super::case::Case;

/// Ten-thousandths of a major unit, in which prices are stored.
const PRICE_SCALE: f64 = 10_000.0;

/// The `data` of an answer to a case in a form that does not depend on who answered.
///
/// # Panics
/// When it is no answer to the case.
pub fn in_one_form(case: Case, data: &Value) -> Value {
    match case {
        Case::CustomerOrders => {
            let customer = either(data, "customer", "buyer");
            nodes(either(customer, "orders", "purchases"), |order| {
                with(head(order), "lines", nodes(&order["lines"], line))
            })
        }
        Case::WholeOrder => whole_order(either(data, "order", "purchase")),
        Case::FilteredPage | Case::Page => {
            let list = either(data, "orders", "purchases");
            let orders = nodes(list, |order| with(head(order), "customer", customer(order)));
            json!({"orders": orders, "hasNextPage": list["pageInfo"]["hasNextPage"]})
        }
        Case::Count => either(data, "orders", "purchases")["totalCount"].clone(),
    }
}

fn whole_order(order: &Value) -> Value {
    let country = |address: &str| order[address].get("country").cloned();
    let mut whole = head(order);
    whole["version"] = number(&order["version"]);
    whole["customer"] = customer(order);
    whole["shippingCountry"] = country("shippingAddress").into();
    whole["billingCountry"] = country("billingAddress").into();
    whole["lines"] = nodes(&order["lines"], |node| with(line(node), "unitPrice", price(&node["unitPrice"])));
    whole["timeline"] = nodes(&order["timeline"], event);
    whole
}

/// The fields that every case has of an order.
fn head(order: &Value) -> Value {
    let totals = &order["totals"];
    json!({
        "orderId": order["orderId"],
        "number": order["number"],
        "state": order["state"],
        "kind": order["kind"],
        "country": order["country"],
        "currency": order["currency"],
        "placedAt": moment(&order["placedAt"]),
        "total": number(totals["total"].get("minor").unwrap_or(&order["totalMinor"])),
        "lineCount": totals.get("lineCount").unwrap_or(&order["lineCount"]),
    })
}

fn line(line: &Value) -> Value {
    json!({
        "lineId": line["lineId"],
        "sku": line["sku"],
        "description": line["description"],
        "quantity": number(&line["quantity"]),
        "total": number(line["total"].get("minor").unwrap_or(&line["totalMinor"])),
    })
}

fn event(event: &Value) -> Value {
    json!({
        "version": number(&event["version"]),
        "type": event["type"],
        "eventId": event["eventId"],
        "at": moment(&event["at"]),
        "recordedAt": moment(&event["recordedAt"]),
        "correlationId": event["correlationId"],
    })
}

/// An object of the customer, or their id alone.
fn customer(order: &Value) -> Value {
    order["customer"].get("customerId").unwrap_or(&order["customer"]).clone()
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn nodes(list: &Value, form: impl Fn(&Value) -> Value) -> Value {
    match &list["nodes"] {
        // What `json_agg` makes of no rows.
        Value::Null => json!([]),
        nodes => nodes.as_array().expect("nodes are a list").iter().map(form).collect(),
    }
}

/// The engine's name and `json_agg`'s, or PostGraphile's.
fn either<'a>(value: &'a Value, ours: &str, postgraphile: &str) -> &'a Value {
    let found = value.get(ours).or_else(|| value.get(postgraphile)).filter(|found| !found.is_null());
    found.unwrap_or_else(|| panic!("neither {ours} nor {postgraphile}: {value}"))
}

/// A whole number, which PostGraphile writes as a text.
fn number(value: &Value) -> Value {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number.unwrap_or_else(|| panic!("no whole number: {value}")).into()
}

/// A price: ours is a decimal number of major units, PostGraphile's what is stored.
fn price(value: &Value) -> Value {
    let Some(amount) = value.get("amount") else { return number(value) };
    let amount: f64 = amount.as_str().and_then(|amount| amount.parse().ok()).expect("an amount is a decimal number");
    ((amount * PRICE_SCALE).round() as i64).into()
}

/// Microseconds since 1970.
fn moment(value: &Value) -> Value {
    let Some(text) = value.as_str() else { return Value::Null };
    DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}")).timestamp_micros().into()
}
