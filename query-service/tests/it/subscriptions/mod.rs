//! Following orders, over both transports.

mod cursors;
mod events;
mod following;
pub mod server;
mod sockets;

use read_models::testing::EventHistory;
use serde_json::{Value, json};

use super::world::id;

/// What the tests subscribe to.
pub const CHANGES: &str = "subscription ($id: ID!, $from: String) { orderChanged(id: $id, from: $from) {
    cursor version type event { version description } order { orderId version state } } }";

/// Variables of [`CHANGES`].
pub fn variables(n: u128, from: Option<&str>) -> Value {
    json!({"id": id(n), "from": from})
}

/// A draft whose one line changes until it has so many events.
pub fn long_history(n: u128, customer: &str, events: i64) -> EventHistory {
    let position = i64::try_from(n).unwrap() * 1_000;
    let begun = EventHistory::of(id(n), "shop", Some(customer)).from_position(position).drafted().line(0, "A", 1, 100);
    (2..events).fold(begun, |history, version| history.quantity(0, version, version * 100))
}

/// The version, type and cursor of a change.
pub fn change_of(result: &Value) -> (i64, String, String) {
    let change = &result["data"]["orderChanged"];
    assert!(change.is_object(), "{result:#}");
    let version = change["version"].as_i64().unwrap();
    assert_eq!(change["event"]["version"], version);
    assert!(change["order"]["version"].as_i64().unwrap() >= version, "{result:#}");
    (version, change["type"].as_str().unwrap().to_owned(), change["cursor"].as_str().unwrap().to_owned())
}

/// The code of the first of some errors.
pub fn code(errors: &Value) -> &str {
    errors[0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no code in {errors:#}"))
}
