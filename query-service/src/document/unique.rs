//! Names that stand twice in one input object, which the checking library takes (GraphQL specification, 5.6.3).

use apollo_compiler::ast::{Argument, Definition, DirectiveList, Document, Selection, Value};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};

/// The first name that is twice in one input object, with its location.
pub(super) fn doubled(document: &Document) -> Option<(&Name, Option<SourceSpan>)> {
    document.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(operation) => {
            let in_defaults = operation.variables.iter().find_map(|variable| {
                let default = variable.default_value.as_deref().and_then(in_value);
                default.or_else(|| in_directives(&variable.directives))
            });
            in_defaults.or_else(|| in_directives(&operation.directives)).or_else(|| in_all(&operation.selection_set))
        }
        Definition::FragmentDefinition(fragment) => {
            in_directives(&fragment.directives).or_else(|| in_all(&fragment.selection_set))
        }
        _ => None,
    })
}

type Doubled<'a> = Option<(&'a Name, Option<SourceSpan>)>;

fn in_all(selections: &[Selection]) -> Doubled<'_> {
    selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => in_arguments(&field.arguments)
            .or_else(|| in_directives(&field.directives))
            .or_else(|| in_all(&field.selection_set)),
        Selection::FragmentSpread(spread) => in_directives(&spread.directives),
        Selection::InlineFragment(inline) => {
            in_directives(&inline.directives).or_else(|| in_all(&inline.selection_set))
        }
    })
}

fn in_directives(directives: &DirectiveList) -> Doubled<'_> {
    directives.iter().find_map(|directive| in_arguments(&directive.arguments))
}

fn in_arguments(arguments: &[Node<Argument>]) -> Doubled<'_> {
    arguments.iter().find_map(|argument| in_value(&argument.value))
}

fn in_value(value: &Value) -> Doubled<'_> {
    match value {
        Value::Object(members) => {
            let twice = members
                .iter()
                .enumerate()
                .find(|(at, (name, _))| members[..*at].iter().any(|(other, _)| other == name));
            twice
                .map(|(_, (name, _))| (name, name.location()))
                .or_else(|| members.iter().find_map(|(_, value)| in_value(value)))
        }
        Value::List(items) => items.iter().find_map(|item| in_value(item)),
        _ => None,
    }
}
