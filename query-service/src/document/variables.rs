//! Variables as the operation declares them.

use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Node, Schema};
use async_graphql::{Error, InputType, Value, Variables};
use chrono::{DateTime, Utc};

use super::inputs;
use crate::consistency::ConsistencyToken;
use crate::error::Code;
use crate::schema::Long;

type Given = serde_json::Map<String, serde_json::Value>;

/// Gives each variable the value of its declared type.
pub(super) fn coerce(schema: &Valid<Schema>, operation: &Operation, given: Given) -> Result<Variables, Error> {
    let given = match JsonValue::from(serde_json::Value::Object(given)) {
        JsonValue::Object(given) => given,
        _ => JsonMap::new(),
    };
    for declared in &operation.variables {
        let value = given.get(declared.name.as_str());
        required(&declared.name, &declared.ty, value, declared.default_value.as_ref())?;
    }
    let coerced = coerce_variable_values(schema, operation, &given)
        .map_err(|error| Code::BadUserInput.error(error.message().to_string()))?
        .into_inner();
    for declared in &operation.variables {
        if let Some(value) = coerced.get(declared.name.as_str()) {
            scalars(schema, &declared.ty, value).map_err(|detail| invalid(&declared.name, &declared.ty, &detail))?;
        }
    }
    Ok(Variables::from_json(plain(&JsonValue::Object(coerced))))
}

fn required(name: &str, ty: &Type, value: Option<&JsonValue>, default: Option<&Node<Literal>>) -> Result<(), Error> {
    if !ty.is_non_null() {
        return Ok(());
    }
    match value {
        Some(value) if value.is_null() => {
            Err(Code::BadUserInput.error(format!("Variable \"${name}\" of non-null type \"{ty}\" must not be null.")))
        }
        None if default.is_none() => {
            Err(Code::BadUserInput.error(format!("Variable \"${name}\" of required type \"{ty}\" was not provided.")))
        }
        _ => Ok(()),
    }
}

fn invalid(name: &str, ty: &Type, detail: &str) -> Error {
    Code::BadUserInput.error(format!("Variable \"${name}\" of type \"{ty}\" got an invalid value: {detail}"))
}

/// A value in the JSON type that the rest of the workspace has.
fn plain(value: &JsonValue) -> serde_json::Value {
    serde_json::to_value(value).expect("JSON is JSON")
}

/// Checks the scalars of our own within a value, which the coercion takes as they are.
fn scalars(schema: &Schema, ty: &Type, value: &JsonValue) -> Result<(), String> {
    match (ty, value) {
        (_, JsonValue::Null) => Ok(()),
        (Type::List(item) | Type::NonNullList(item), JsonValue::Array(values)) => {
            values.iter().try_for_each(|value| scalars(schema, item, value))
        }
        (Type::List(item) | Type::NonNullList(item), value) => scalars(schema, item, value),
        (Type::Named(name) | Type::NonNullNamed(name), value) => match (schema.types.get(name), value) {
            (Some(ExtendedType::InputObject(object)), JsonValue::Object(members)) => {
                let is_one = members.len() == 1 && members.values().all(|member| !member.is_null());
                if inputs::is_one_of(object) && !is_one {
                    return Err(inputs::one_of_refusal(name));
                }
                members.iter().try_for_each(|(member, value)| match object.fields.get(member.as_str()) {
                    Some(field) => scalars(schema, &field.ty, value),
                    None => Ok(()),
                })
            }
            (Some(ExtendedType::Scalar(_)), value) => scalar(name, value),
            _ => Ok(()),
        },
    }
}

fn scalar(name: &str, value: &JsonValue) -> Result<(), String> {
    match name {
        "Long" => read::<Long>(value),
        "DateTime" => read::<DateTime<Utc>>(value),
        "ConsistencyToken" => read::<ConsistencyToken>(value),
        _ => Ok(()),
    }
}

fn read<T: InputType>(value: &JsonValue) -> Result<(), String> {
    let value = Value::from_json(plain(value)).map_err(|error| error.to_string())?;
    T::parse(Some(value)).map(drop).map_err(|error| error.into_server_error(async_graphql::Pos::default()).message)
}
