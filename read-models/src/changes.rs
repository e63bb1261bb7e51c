//! What is different between two states of a row: leaf by leaf, whatever the row is of.

use std::collections::BTreeMap;

use serde_json::Value;

/// A leaf that differs. A leaf that is null counts as absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The path, with dots between its names.
    pub field: String,
    pub from: Option<Value>,
    pub to: Option<Value>,
}

/// The leaves that differ, by path. Arrays are leaves.
pub fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let flat = |value: Option<&Value>| {
        let mut leaves = BTreeMap::new();
        if let Some(value) = value {
            flatten("", value, &mut leaves);
        }
        leaves
    };
    let (before, after) = (flat(before), flat(after));
    let mut fields: Vec<_> = before.keys().chain(after.keys()).collect();
    fields.sort_unstable();
    fields.dedup();
    let change = |field: &String| Change {
        field: field.clone(),
        from: before.get(field).cloned(),
        to: after.get(field).cloned(),
    };
    fields.into_iter().map(change).filter(|change| change.from != change.to).collect()
}

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_reported_leaf_by_leaf() {
        let before = json!({ "a": 1, "lines": { "x": { "quantity": 2 } }, "gone": true, "none": null });
        let after = json!({ "a": 1, "lines": { "x": { "quantity": 3 } }, "new": "n", "none": null });
        let changed = changes(Some(&before), Some(&after));
        let fields: Vec<_> = changed.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["gone", "lines.x.quantity", "new"]);
        assert_eq!((&changed[1].from, &changed[1].to), (&Some(json!(2)), &Some(json!(3))));
        assert_eq!(changes(None, Some(&json!({ "a": 1 })))[0].from, None);
    }
}
