//! An order as people look at it: its row and its lines as JSON, by the names of fields.

use serde_json::{Map, Value, json};

use super::view::OrderView;

/// Columns of the row that tell nothing of the order: what follows from its lines, and where its last event stands in the log.
const UNSHOWN: [&str; 4] = ["line_count", "shard", "position", "encoded_lines"];

impl OrderView {
    /// The order as one document, with its lines by their ids.
    pub fn shown(&self) -> Value {
        let lines = self.lines.iter().map(|line| {
            let fields = json!({
                "ordinal": line.ordinal, "sku": line.sku, "description": line.description, "quantity": line.quantity,
                "unitPriceTenThousandths": line.unit_price, "totalMinor": line.total_minor,
            });
            (line.line_id.to_string(), fields)
        });
        let lines: Map<String, Value> = lines.collect();
        let columns = self.row_json().into_iter().filter(|(name, _)| !UNSHOWN.contains(&name.as_str()));
        let mut fields: Map<String, Value> = columns.map(|(name, value)| (camel_case(&name), value)).collect();
        fields.insert("lines".to_owned(), Value::Object(lines));
        Value::Object(fields)
    }
}

fn camel_case(name: &str) -> String {
    let mut after_line = false;
    let letter = |letter: char| {
        let is_first = std::mem::replace(&mut after_line, letter == '_');
        (letter != '_').then(|| if is_first { letter.to_ascii_uppercase() } else { letter })
    };
    name.chars().filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::order::testing::EventHistory;

    #[test]
    fn an_order_is_shown_with_its_lines_and_without_its_place_in_the_log() {
        let history = EventHistory::of(Uuid::from_u128(1), "shop", Some("c1")).drafted().line(0, "A", 2, 150);
        let shown = history.view().unwrap().shown();
        assert_eq!(
            (&shown["tenant"], &shown["state"], &shown["version"]),
            (&json!("shop"), &json!("DRAFT"), &json!(2))
        );
        let lines = shown["lines"].as_object().unwrap();
        let line = lines.values().next().unwrap();
        assert_eq!((lines.len(), &line["sku"], &line["quantity"]), (1, &json!("A"), &json!(2)));
        assert!(shown["updatedAt"].is_string());
        assert!(UNSHOWN.iter().all(|column| shown.get(camel_case(column)).is_none()));
    }
}
