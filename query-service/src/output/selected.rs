//! What a query selects of a type.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use async_graphql::parser::types::{Directive, ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Context, Name, Pos, Positioned, Value, Variables};
use async_graphql_value::Value as WrittenValue;
use read_models::{ColumnNames, ColumnSet};

use super::info::{FieldInfo, ObjectInfo};

/// A field that is selected in addition where nothing else might be, so that the executing library leaves no object without fields.
/// The specification reserves such names. No answer shows it.
pub const MARKER: &str = "__present";

/// The fields that a query selects of an object, in the order of the query and each once, with fragments and directives applied.
#[derive(Debug, Default, Clone)]
pub struct Selected {
    fields: Vec<SelectedField>,
    /// The same for each type, where the value may have several.
    by_type: Vec<(&'static str, Self)>,
}

/// What an operation selects, with variables in arguments where the query has them. Requests share it.
#[derive(Debug, Clone)]
pub struct SelectedOnce(Arc<Selected>);

/// A selected field.
#[derive(Debug, Clone)]
pub struct SelectedField {
    /// Unique in its query, so that what was loaded for the field can be found again.
    pub id: usize,
    /// The field's index in its type; `None` for `__typename` and the fields of introspection.
    pub index: Option<usize>,
    below: Arc<Selected>,
    info: Option<&'static FieldInfo>,
    name: Name,
    key: Name,
    /// The key as JSON, with its colon.
    json_key: Arc<str>,
    arguments: Vec<(Name, Value)>,
    /// The arguments with variables in them, by their places in the list.
    unbound: Vec<(usize, WrittenValue)>,
    /// Whether they or an argument below have variables. It is kept, so that a request need not look through all that it shares.
    has_variables: bool,
    position: Pos,
}

/// The parts of a query that compiling needs.
struct Compiler<'a> {
    /// For directives. Each of its type, with defaults for absent ones.
    variables: &'a Variables,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    count: usize,
}

impl SelectedOnce {
    /// What an operation selects of its root, whatever its variables are. Without a name it is the only operation. `None` where that
    /// depends on a variable.
    pub fn of_operation(
        document: &ExecutableDocument,
        operation: Option<&str>,
        root: &'static ObjectInfo,
    ) -> Option<Self> {
        let sets = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
        let mut sets = sets.chain(document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node));
        sets.all(has_fixed_directives)
            .then(|| Self(Arc::new(compiled(document, operation, &Variables::default(), root))))
    }

    /// With the variables put in.
    pub fn with(&self, variables: &Variables) -> Arc<Selected> {
        bound(&self.0, variables)
    }
}

/// Whether no directive of a set has a variable. Fragments are sets of their own.
fn has_fixed_directives(set: &SelectionSet) -> bool {
    set.items.iter().all(|selection| {
        let (directives, below) = match &selection.node {
            Selection::Field(field) => (&field.node.directives, Some(&field.node.selection_set)),
            Selection::InlineFragment(inline) => (&inline.node.directives, Some(&inline.node.selection_set)),
            Selection::FragmentSpread(spread) => (&spread.node.directives, None),
        };
        let mut arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
        arguments.all(|(_, value)| constant(&value.node).is_some())
            && below.is_none_or(|set| has_fixed_directives(&set.node))
    })
}

fn compiled(
    document: &ExecutableDocument,
    operation: Option<&str>,
    variables: &Variables,
    root: &'static ObjectInfo,
) -> Selected {
    let mut compiler = Compiler { variables, fragments: &document.fragments, count: 0 };
    let mut operations = document.operations.iter();
    let found = operations.find(|(name, _)| operation.is_none() || name.map(Name::as_str) == operation);
    found.map(|(_, found)| compiler.all(&[root], &found.node.selection_set.node)).unwrap_or_default()
}

/// A selection with variables put in. What has none is shared.
fn bound(selected: &Arc<Selected>, variables: &Variables) -> Arc<Selected> {
    if selected.has_variables() { Arc::new(selected.bound(variables)) } else { Arc::clone(selected) }
}

/// A value without variables; `None` where it has some.
fn constant(value: &WrittenValue) -> Option<Value> {
    value.clone().into_const()
}

/// A value with its variables put in; null for one that has no value.
fn value_of(value: &WrittenValue, variables: &Variables) -> Value {
    let value: Result<Value, Infallible> =
        value.clone().into_const_with(|name| Ok(variables.get(&name).cloned().unwrap_or_default()));
    value.unwrap_or_else(|never| match never {})
}

impl Selected {
    /// What an operation selects of its root. Without a name it is the only operation.
    pub fn of_operation(
        document: &ExecutableDocument,
        operation: Option<&str>,
        variables: &Variables,
        root: &'static ObjectInfo,
    ) -> Arc<Self> {
        bound(&Arc::new(compiled(document, operation, variables, root)), variables)
    }

    /// What the field of a subscription's context selects of its objects.
    pub fn of(context: &Context<'_>, objects: &[&'static ObjectInfo]) -> Arc<Self> {
        let environment = context.query_env;
        let variables = &environment.variables;
        let mut compiler = Compiler { variables, fragments: &environment.fragments, count: 0 };
        bound(&Arc::new(compiler.all(objects, &context.item.node.selection_set.node)), variables)
    }

    fn has_variables(&self) -> bool {
        self.fields.iter().any(|field| field.has_variables)
            || self.by_type.iter().any(|(_, selected)| selected.has_variables())
    }

    fn bound(&self, variables: &Variables) -> Self {
        let of_type = |(name, selected): &(&'static str, Self)| (*name, selected.bound(variables));
        Self {
            fields: self.fields.iter().map(|field| field.bound(variables)).collect(),
            by_type: self.by_type.iter().map(of_type).collect(),
        }
    }

    /// What is selected of a type.
    pub fn of_type(&self, name: &str) -> &Self {
        let found = self.by_type.iter().find(|(known, _)| *known == name);
        found.map_or(self, |(_, selected)| selected)
    }

    /// The selected fields.
    pub fn fields(&self) -> &[SelectedField] {
        &self.fields
    }

    /// The selections of the field with this name; more than one if it has aliases.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &SelectedField> {
        self.fields.iter().filter(move |field| field.info.is_some_and(|info| info.name == name))
    }

    /// Whether a field is selected.
    pub fn has(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    /// The columns of a row that the selected fields are read from.
    pub fn columns<R: ColumnNames>(&self) -> ColumnSet<R> {
        let columns = self.fields.iter().filter_map(|field| field.info).map(|info| info.columns);
        ColumnSet::from_bits(columns.fold(0, |all, columns| all | columns))
    }
}

impl SelectedField {
    fn bound(&self, variables: &Variables) -> Self {
        let mut arguments = self.arguments.clone();
        for (place, value) in &self.unbound {
            arguments[*place].1 = value_of(value, variables);
        }
        Self {
            below: bound(&self.below, variables),
            arguments,
            unbound: Vec::new(),
            has_variables: false,
            name: self.name.clone(),
            key: self.key.clone(),
            json_key: Arc::clone(&self.json_key),
            ..*self
        }
    }

    /// The field's name in the query, also of one that the type does not have.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is selected of its own value.
    pub fn below(&self) -> &Selected {
        &self.below
    }

    /// The key in the answer.
    pub const fn key(&self) -> &Name {
        &self.key
    }

    /// The key in the answer as JSON, with its colon.
    pub fn json_key(&self) -> &[u8] {
        self.json_key.as_bytes()
    }

    /// Where the field stands in the query.
    pub const fn position(&self) -> Pos {
        self.position
    }

    /// An argument that was given.
    pub fn argument(&self, name: &str) -> Option<&Value> {
        self.arguments.iter().find(|(given, _)| given == name).map(|(_, value)| value)
    }
}

impl Compiler<'_> {
    /// What a set selects of a value that is one of some objects.
    fn all(&mut self, objects: &[&'static ObjectInfo], set: &SelectionSet) -> Selected {
        let mut selected = Selected::default();
        self.add_all(&mut selected, objects, set);
        selected
    }

    /// Adds what a set selects, for each of the objects apart if there are several.
    fn add_all(&mut self, selected: &mut Selected, objects: &[&'static ObjectInfo], set: &SelectionSet) {
        if let [object] = objects {
            return self.add(selected, object, set);
        }
        for object in objects {
            let known = selected.by_type.iter().position(|(name, _)| *name == object.name);
            let place = known.unwrap_or_else(|| {
                selected.by_type.push((object.name, Selected::default()));
                selected.by_type.len() - 1
            });
            self.add(&mut selected.by_type[place].1, object, set);
        }
    }

    fn add(&mut self, selected: &mut Selected, object: &'static ObjectInfo, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if self.is_included(&field.node.directives) => {
                    self.field(selected, object, &field.node, field.pos);
                }
                Selection::InlineFragment(inline) if self.is_included(&inline.node.directives) => {
                    let on = inline.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    if on.is_none_or(|on| object.is(on)) {
                        self.add(selected, object, &inline.node.selection_set.node);
                    }
                }
                Selection::FragmentSpread(spread) if self.is_included(&spread.node.directives) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    if let Some(fragment) = fragment.filter(|it| object.is(&it.node.type_condition.node.on.node)) {
                        self.add(selected, object, &fragment.node.selection_set.node);
                    }
                }
                _ => {}
            }
        }
    }

    fn field(&mut self, selected: &mut Selected, object: &'static ObjectInfo, field: &Field, position: Pos) {
        let key = &field.response_key().node;
        if key == MARKER {
            return;
        }
        let known = selected.fields.iter().position(|known| known.key == *key);
        let place = known.unwrap_or_else(|| {
            let index = object.fields.iter().position(|info| info.name == field.name.node.as_str());
            self.count += 1;
            let constants = field.arguments.iter().map(|(name, value)| (name.node.clone(), constant(&value.node)));
            let constants: Vec<_> = constants.collect();
            let written = field.arguments.iter().map(|(_, value)| value.node.clone()).enumerate();
            selected.fields.push(SelectedField {
                id: self.count,
                index,
                below: Arc::default(),
                info: index.map(|index| &object.fields[index]),
                name: field.name.node.clone(),
                key: key.clone(),
                json_key: ["\"", key, "\":"].concat().into(),
                has_variables: false,
                unbound: written.filter(|(place, _)| constants[*place].1.is_none()).collect(),
                arguments: constants.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect(),
                position,
            });
            selected.fields.len() - 1
        });
        let selected = &mut selected.fields[place];
        if let Some(info) = selected.info {
            self.add_all(Arc::make_mut(&mut selected.below), &(info.objects)(), &field.selection_set.node);
        }
        selected.has_variables = !selected.unbound.is_empty() || selected.below.has_variables();
    }

    /// Whether the directives of a selection let it be.
    fn is_included(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let wanted = match directive.node.name.node.as_str() {
                "include" => true,
                "skip" => false,
                _ => return true,
            };
            let given = directive.node.get_argument("if").map(|value| value_of(&value.node, self.variables));
            given == Some(Value::Boolean(wanted))
        })
    }
}
