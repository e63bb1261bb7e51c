//! What has to be fetched for some fulfilments: pieces of each SKU in all, and for each order.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value, json};

use crate::stock::text;

/// Pieces by SKU.
type Pieces = BTreeMap<String, i64>;

/// What has to be fetched.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PickList {
    all: Pieces,
    /// The fulfilments with their orders, the oldest first.
    orders: Vec<(String, String, Pieces)>,
}

impl PickList {
    /// Adds fulfilments of a packing queue.
    pub fn add(&mut self, fulfilments: &[Value]) {
        for one in fulfilments {
            let mut pieces = Pieces::new();
            for line in one["lines"].as_array().into_iter().flatten() {
                let (sku, quantity) = (text(&line["sku"]), line["quantity"].as_i64().unwrap_or_default());
                *pieces.entry(sku.clone()).or_default() += quantity;
                *self.all.entry(sku).or_default() += quantity;
            }
            self.orders.push((text(&one["orderId"]), text(&one["fulfilmentId"]), pieces));
        }
    }

    /// How many fulfilments it has.
    pub fn fulfilments(&self) -> usize {
        self.orders.len()
    }

    /// How much it is in all.
    pub fn summary(&self) -> String {
        let pieces: i64 = self.all.values().sum();
        format!("{pieces} pieces of {} SKUs for {} fulfilments", self.all.len(), self.orders.len())
    }

    /// As JSON: `pieces` in all, and `orders` with theirs.
    pub fn to_json(&self) -> Value {
        let lines = |pieces: &Pieces| -> Vec<Value> {
            pieces.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect()
        };
        let order = |(order, fulfilment, pieces): &(String, String, Pieces)| json!({ "orderId": order, "fulfilmentId": fulfilment, "pieces": lines(pieces) });
        json!({ "pieces": lines(&self.all), "orders": self.orders.iter().map(order).collect::<Vec<_>>() })
    }

    /// As a table of what to fetch, and one of what each order gets.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(out, "{:>9}  SKU", "pieces")?;
        for (sku, quantity) in &self.all {
            writeln!(out, "{quantity:>9}  {sku}")?;
        }
        for (order, fulfilment, pieces) in &self.orders {
            writeln!(out, "\norder {order}, fulfilment {fulfilment}")?;
            for (sku, quantity) in pieces {
                writeln!(out, "{quantity:>9}  {sku}")?;
            }
        }
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_summed_over_the_queue_and_told_by_order() {
        let one = |order: &str, lines: Value| json!({ "orderId": order, "fulfilmentId": order, "lines": lines });
        let mut list = PickList::default();
        list.add(&[one("o1", json!([{ "sku": "B", "quantity": 2 }, { "sku": "A", "quantity": 1 }]))]);
        list.add(&[one("o2", json!([{ "sku": "B", "quantity": 3 }]))]);
        assert_eq!((list.fulfilments(), &*list.summary()), (2, "6 pieces of 2 SKUs for 2 fulfilments"));
        let mut text = Vec::new();
        list.write(&mut text).unwrap();
        let expected = "   pieces  SKU\n        1  A\n        5  B\n\norder o1, fulfilment o1\n        1  A\n        2  B\n\n\
                        order o2, fulfilment o2\n        3  B\n\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
        assert_eq!(list.to_json()["orders"][1]["pieces"], json!([{ "sku": "B", "quantity": 3 }]));
    }
}
