//! The shape of an answer: which fields an object has, in which order.
//!
//! The executing library puts each field into its object as it ends, and answers null for an object of which nothing is
//! selected. The specification wants the fields in the order of the query (7.2.2), and an object without fields where
//! nothing is selected (6.4.1): null says that there is none. Both are corrected after execution, by the query.

use std::collections::HashSet;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Positioned, Value};

use crate::output::MARKER;

/// The fields of an object in the order of the query, each with the shape of its own value. A leaf has none.
#[derive(Debug, Default)]
pub(super) struct Shape {
    fields: IndexMap<Name, Self>,
}

impl Shape {
    /// The shape of an operation's selections, with fragments expanded.
    pub(super) fn of(document: &ExecutableDocument, operation: &SelectionSet) -> Self {
        let mut shape = Self::default();
        shape.select(document, operation, &mut HashSet::new());
        shape
    }

    fn select<'d>(&mut self, document: &'d ExecutableDocument, set: &'d SelectionSet, open: &mut HashSet<&'d str>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let below = self.fields.entry(field.response_key().node.clone()).or_default();
                    below.select(document, &field.selection_set.node, open);
                }
                Selection::InlineFragment(inline) => self.select(document, &inline.node.selection_set.node, open),
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    // A fragment that contains itself was refused before; this only guarantees that the walk ends.
                    if let Some(fragment) = document.fragments.get(name)
                        && open.insert(name)
                    {
                        self.select(document, &fragment.node.selection_set.node, open);
                        open.remove(name);
                    }
                }
            }
        }
    }

    /// Gives a value this shape.
    pub(super) fn arrange(&self, value: &mut Value) {
        match value {
            // A leaf may be an object too: JSON.
            _ if self.fields.is_empty() => {}
            Value::List(items) => items.iter_mut().for_each(|item| self.arrange(item)),
            Value::Object(members) => {
                members.shift_remove(MARKER);
                let (mut last, mut in_order) = (0, true);
                for (name, member) in members.iter_mut() {
                    let Some((at, _, shape)) = self.fields.get_full(name) else { continue };
                    in_order &= at >= last;
                    last = at;
                    shape.arrange(member);
                }
                if !in_order {
                    members.sort_by_cached_key(|name, _| self.fields.get_index_of(name));
                }
            }
            _ => {}
        }
    }
}

/// Selects [`MARKER`] in each set of a query from which nothing might be selected; `None` where there is none.
pub(super) fn marked(document: &ExecutableDocument) -> Option<ExecutableDocument> {
    let mut marked = document.clone();
    let mut count = 0;
    let operations: Vec<&mut Positioned<OperationDefinition>> = match &mut marked.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        // A subscription selects exactly one field at its root.
        let is_subscription = operation.node.ty == OperationType::Subscription;
        mark(&mut operation.node.selection_set.node, !is_subscription, &mut count);
    }
    for fragment in marked.fragments.values_mut() {
        let on_subscription = fragment.node.type_condition.node.on.node == "Subscription";
        mark(&mut fragment.node.selection_set.node, !on_subscription, &mut count);
    }
    (count > 0).then_some(marked)
}

fn mark(set: &mut SelectionSet, may_mark: bool, count: &mut usize) {
    let mut is_certain = false;
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                is_certain |= field.node.directives.is_empty();
                mark(&mut field.node.selection_set.node, true, count);
            }
            Selection::InlineFragment(inline) => mark(&mut inline.node.selection_set.node, may_mark, count),
            Selection::FragmentSpread(_) => {}
        }
    }
    if may_mark && !is_certain && !set.items.is_empty() {
        set.items.push(at_nowhere(Selection::Field(at_nowhere(Field {
            alias: Some(at_nowhere(Name::new(MARKER))),
            name: at_nowhere(Name::new("__typename")),
            arguments: Vec::new(),
            directives: Vec::new(),
            selection_set: at_nowhere(SelectionSet { items: Vec::new() }),
        }))));
        *count += 1;
    }
}

fn at_nowhere<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn arranged(query: &str, value: serde_json::Value) -> String {
        let document = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let mut value = Value::from_json(value).unwrap();
        Shape::of(&document, &operation.node.selection_set.node).arrange(&mut value);
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn fields_come_in_the_order_of_the_query() {
        let query = "{ b ...f a { y x } } fragment f on Query { c a { z } }";
        let value = json!({"a": [{"x": 1, "z": 3, "y": 2}, null], "b": 1, "c": {"p": 2, "q": 1}});
        assert_eq!(arranged(query, value), r#"{"b":1,"c":{"p":2,"q":1},"a":[{"z":3,"y":2,"x":1},null]}"#);
    }

    #[test]
    fn a_set_that_may_select_nothing_is_marked_and_the_mark_is_not_shown() {
        assert!(marked(&parse_query("{ a { b } ... on Query { c } }").unwrap()).is_none());
        assert!(marked(&parse_query("subscription { a @include(if: true) { b } }").unwrap()).is_none());
        for query in
            ["{ a @skip(if: true) }", "{ a { ... on B { c } } }", "{ a { ...f } } fragment f on B { c @skip(if: $v) }"]
        {
            assert!(marked(&parse_query(query).unwrap()).is_some(), "{query}");
        }
        assert_eq!(arranged("{ a { b } }", json!({"a": {"__present": "A"}})), r#"{"a":{}}"#);
    }
}
