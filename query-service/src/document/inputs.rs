//! Values in a query that the checking library takes and the specification does not: an input object of `@oneOf` with
//! another number of members than one (3.10.1), and a variable that may be null within a list of what may not (5.8.5).

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{ExecutableDocument, Node, Schema};

/// An invalid value and its position in the text.
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) location: Option<SourceSpan>,
}

/// Finds the first invalid value of a document.
///
/// # Errors
/// [`Wrong`].
pub(super) fn check(schema: &Schema, document: &ExecutableDocument) -> Result<(), Wrong> {
    for operation in document.operations.iter() {
        let inputs = Inputs { schema, document, operation };
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                inputs.value(&variable.ty, default)?;
            }
        }
        inputs.selections(&operation.selection_set, &mut Vec::new())?;
    }
    Ok(())
}

/// Whether an input object takes exactly one member.
pub(super) fn is_one_of(object: &InputObjectType) -> bool {
    object.directives.has("oneOf")
}

/// The message of the specification's reference implementation.
pub(super) fn one_of_refusal(name: &str) -> String {
    format!("Exactly one key must be specified for OneOf type \"{name}\", and it must not be null.")
}

struct Inputs<'d> {
    schema: &'d Schema,
    document: &'d ExecutableDocument,
    operation: &'d Operation,
}

impl<'d> Inputs<'d> {
    fn selections(&self, set: &'d SelectionSet, seen: &mut Vec<&'d str>) -> Result<(), Wrong> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        let declared =
                            field.definition.arguments.iter().find(|declared| declared.name == argument.name);
                        if let Some(declared) = declared {
                            self.value(&declared.ty, &argument.value)?;
                        }
                    }
                    self.selections(&field.selection_set, seen)?;
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set, seen)?,
                Selection::FragmentSpread(spread) => {
                    let name = spread.fragment_name.as_str();
                    // Once for each operation, whose variables it uses.
                    if let Some(fragment) = self.document.fragments.get(name)
                        && !seen.contains(&name)
                    {
                        seen.push(name);
                        self.selections(&fragment.selection_set, seen)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn value(&self, ty: &Type, value: &Node<Value>) -> Result<(), Wrong> {
        match (ty, &**value) {
            (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
                values.iter().try_for_each(|value| self.item(item, value))
            }
            (Type::List(item) | Type::NonNullList(item), Value::Object(_)) => self.value(item, value),
            (Type::Named(name) | Type::NonNullNamed(name), Value::Object(members)) => {
                let Some(ExtendedType::InputObject(object)) = self.schema.types.get(name) else { return Ok(()) };
                if is_one_of(object) {
                    let is_one =
                        matches!(&members[..], [(_, member)] if !member.is_null() && !self.may_be_null(member));
                    if !is_one {
                        return Err(Wrong { message: one_of_refusal(name), location: value.location() });
                    }
                }
                members.iter().try_for_each(|(member, value)| match object.fields.get(member) {
                    Some(field) => self.value(&field.ty, value),
                    None => Ok(()),
                })
            }
            _ => Ok(()),
        }
    }

    fn item(&self, ty: &Type, value: &Node<Value>) -> Result<(), Wrong> {
        if ty.is_non_null()
            && let Value::Variable(name) = &**value
            && let Some(variable) = self.operation.variables.iter().find(|variable| variable.name == *name)
            && self.may_be_null(value)
        {
            let message =
                format!("Variable \"${name}\" of type \"{}\" used in position expecting type \"{ty}\".", variable.ty);
            return Err(Wrong { message, location: value.location() });
        }
        self.value(ty, value)
    }

    /// Whether a value is a variable that may hold null, or nothing.
    fn may_be_null(&self, value: &Value) -> bool {
        let Value::Variable(name) = value else { return false };
        let declared = self.operation.variables.iter().find(|variable| variable.name == *name);
        declared.is_some_and(|variable| {
            let has_default = variable.default_value.as_ref().is_some_and(|default| !default.is_null());
            !variable.ty.is_non_null() && !has_default
        })
    }
}
