//! Measuring a parsed query.

use std::cell::Cell;
use std::collections::HashMap;
use std::convert::Infallible;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};

use super::CostRefusal;
use crate::config::{BOARD_MAX, PAGE_DEFAULT, PAGE_MAX};

/// The size of a query. Sums saturate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// Selections within selections. Introspection is measured separately, with its own limit.
    pub depth: u64,
    /// Objects it may return.
    pub cost: u64,
    /// Fields with an alias.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Fields, wherever fragments repeat them.
    pub fields: u64,
}

/// Measures an operation, or all of them where none is named: the one that will run is among them.
///
/// # Errors
/// [`CostRefusal::Cycle`].
pub fn measure(
    document: &ExecutableDocument,
    operation: Option<&str>,
    variables: &Variables,
) -> Result<Measured, CostRefusal> {
    Walk::new(document, variables).whole(operation)
}

/// The same for an operation whose cost depends on no variable; `None` where it does, or where it cannot be measured.
pub fn measure_fixed(document: &ExecutableDocument, operation: Option<&str>) -> Option<Measured> {
    let variables = Variables::default();
    let mut walk = Walk::new(document, &variables);
    let measured = walk.whole(operation).ok()?;
    (!walk.has_variables.get()).then_some(measured)
}

/// Fields that answer a page, or as many objects as ids are given.
const PAGED: [&str; 8] = ["orders", "lines", "timeline", "stock", "movements", "packingQueue", "shipments", "sagas"];
/// Lists that are not answered by page, with the most items that one has.
const LISTS: [(&str, u64); 6] = [
    ("stages", STAGES_MAX),
    ("deadlines", DEADLINES_MAX),
    ("reservations", PAGE_MAX as u64),
    ("queued", BOARD_MAX as u64),
    ("cooking", BOARD_MAX as u64),
    ("ready", BOARD_MAX as u64),
];
/// Stages of a flow, and about how many deadlines a saga has.
const STAGES_MAX: u64 = 12;
const DEADLINES_MAX: u64 = 5;
const BY_IDS: &str = "nodes";
/// Parts of a connection that are no objects of their own.
const FREE: [&str; 2] = ["edges", "pageInfo"];
/// Introspection fields. They nest deeper than queries of orders and touch no table.
const INTROSPECTION: [&str; 2] = ["__schema", "__type"];
/// Largest depth of introspection: the usual query of clients needs 15.
const INTROSPECTION_DEPTH_MAX: u64 = 20;
/// Lists within those, with about how many items one has in this schema. No type of orders has a field of these names.
pub(super) const INTROSPECTION_LISTS: [(&str, u64); 8] = [
    ("types", 70),
    ("fields", 10),
    ("inputFields", 10),
    ("enumValues", 8),
    ("args", 3),
    ("possibleTypes", 3),
    ("interfaces", 2),
    ("directives", 6),
];
/// Their objects are in memory, so that so many of them cost as much as one object of an order.
const INTROSPECTION_OBJECTS_PER_COST: u64 = 100;

struct Walk<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    known: HashMap<Name, Measured>,
    /// Fragments being measured, outermost first.
    open: Vec<Name>,
    operation: Option<&'a OperationDefinition>,
    /// Whether the value of a variable was asked for.
    has_variables: Cell<bool>,
}

impl<'a> Walk<'a> {
    fn new(document: &'a ExecutableDocument, variables: &'a Variables) -> Self {
        let (known, open, operation) = (HashMap::new(), Vec::new(), None);
        Self { document, variables, known, open, operation, has_variables: Cell::new(false) }
    }

    fn whole(&mut self, operation: Option<&str>) -> Result<Measured, CostRefusal> {
        let mut whole = Measured::default();
        for (name, definition) in self.document.operations.iter() {
            if operation.is_none_or(|wanted| name.is_some_and(|name| name.as_str() == wanted)) {
                self.operation = Some(&definition.node);
                self.known.clear();
                let mut part = self.selections(&definition.node.selection_set.node)?;
                part.directives = part.directives.saturating_add(count(&definition.node.directives));
                whole.join(part);
            }
        }
        // Unused fragments cost nothing to run, but their directives and aliases are still parsed.
        for name in self.document.fragments.keys() {
            self.fragment(name)?;
        }
        Ok(whole)
    }
}

impl Walk<'_> {
    fn selections(&mut self, set: &SelectionSet) -> Result<Measured, CostRefusal> {
        let mut sum = Measured::default();
        for item in &set.items {
            let part = match &item.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::FragmentSpread(spread) => {
                    let mut part = self.fragment(&spread.node.fragment_name.node)?;
                    part.directives = part.directives.saturating_add(count(&spread.node.directives));
                    part
                }
                Selection::InlineFragment(inline) => {
                    let mut part = self.selections(&inline.node.selection_set.node)?;
                    part.directives = part.directives.saturating_add(count(&inline.node.directives));
                    part
                }
            };
            sum.join(part);
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &Name) -> Result<Measured, CostRefusal> {
        if let Some(known) = self.known.get(name) {
            return Ok(*known);
        }
        if self.open.contains(name) {
            return Err(CostRefusal::Cycle(name.to_string()));
        }
        // An unknown fragment is the validation's to refuse.
        let Some(definition) = self.document.fragments.get(name) else { return Ok(Measured::default()) };
        self.open.push(name.clone());
        let mut measured = self.selections(&definition.node.selection_set.node)?;
        measured.directives = measured.directives.saturating_add(count(&definition.node.directives));
        self.open.pop();
        self.known.insert(name.clone(), measured);
        Ok(measured)
    }

    fn field(&mut self, field: &Field) -> Result<Measured, CostRefusal> {
        let name = field.name.node.as_str();
        let mut measured = self.selections(&field.selection_set.node)?;
        measured.aliases = measured.aliases.saturating_add(field.alias.is_some().into());
        measured.directives = measured.directives.saturating_add(count(&field.directives));
        measured.fields = measured.fields.saturating_add(1);
        if field.selection_set.node.items.is_empty() {
            measured.depth = 1;
            return Ok(measured);
        }
        if INTROSPECTION.contains(&name) {
            measured.depth = measured.depth.saturating_sub(INTROSPECTION_DEPTH_MAX);
            measured.cost = (measured.cost / INTROSPECTION_OBJECTS_PER_COST).saturating_add(1);
            return Ok(measured);
        }
        measured.depth = measured.depth.saturating_add(1);
        if let Some((_, items)) = INTROSPECTION_LISTS.iter().find(|(list, _)| *list == name) {
            measured.cost = measured.cost.saturating_add(1).saturating_mul(*items);
            return Ok(measured);
        }
        if let Some((_, items)) = LISTS.iter().find(|(list, _)| *list == name) {
            measured.cost = measured.cost.saturating_add(1).saturating_mul(*items);
            return Ok(measured);
        }
        let own = u64::from(!FREE.contains(&name) && !PAGED.contains(&name));
        measured.cost = if PAGED.contains(&name) {
            measured.cost.saturating_mul(self.page(field)).saturating_add(1)
        } else if name == BY_IDS && self.given(field, "ids").is_some() {
            measured.cost.saturating_add(own).saturating_mul(self.ids(field))
        } else {
            measured.cost.saturating_add(own)
        };
        Ok(measured)
    }

    /// The number of items that a page may hold.
    fn page(&self, field: &Field) -> u64 {
        ["first", "last"]
            .into_iter()
            .find_map(|name| match self.given(field, name)? {
                Value::Number(number) => Some(number.as_u64().unwrap_or(u64::from(PAGE_DEFAULT))),
                _ => None,
            })
            .unwrap_or(PAGE_DEFAULT.into())
    }

    fn ids(&self, field: &Field) -> u64 {
        match self.given(field, "ids") {
            Some(Value::List(ids)) => ids.len() as u64,
            _ => 1,
        }
    }

    /// An argument's value, with variables or their defaults put in; absent ones are null.
    fn given(&self, field: &Field, name: &str) -> Option<Value> {
        let value = field.get_argument(name)?.node.clone();
        let value: Result<Value, Infallible> =
            value.into_const_with(|variable| Ok(self.variable(&variable).unwrap_or(Value::Null)));
        value.ok()
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        self.has_variables.set(true);
        if let Some(value) = self.variables.get(name) {
            return Some(value.clone());
        }
        let mut definitions = self.operation?.variable_definitions.iter();
        definitions.find(|definition| definition.node.name.node == *name)?.node.default_value().cloned()
    }
}

impl Measured {
    /// Adds a sibling: sizes add up, and the larger depth counts.
    fn join(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.cost = self.cost.saturating_add(other.cost);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.fields = self.fields.saturating_add(other.fields);
    }
}

fn count(directives: &[Positioned<Directive>]) -> u64 {
    directives.len() as u64
}
