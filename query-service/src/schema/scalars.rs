//! Custom scalars.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::consistency::ConsistencyToken;

/// A whole number of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Long(pub i64);

/// A whole number of 64 bits, from -2^63 to 2^63 - 1. JavaScript numbers are exact only up to 2^53.
#[Scalar(specified_by_url = "https://www.w3.org/TR/xmlschema11-2/#long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => {
                // -0 is a whole number too, which JSON's reader takes for a fraction.
                let whole = number.as_i64().or_else(|| (number.as_f64() == Some(0.0)).then_some(0));
                whole.map(Self).ok_or_else(|| InputValueError::expected_type(value))
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

/// The header `Order-Consistency-Token` of a command's answer, of the form `order:{id}@{version}`; or the same of `stock` or of a
/// `reservation`.
#[Scalar(name = "ConsistencyToken", specified_by_url = "urn:order-engine:scalar:consistency-token")]
impl ScalarType for ConsistencyToken {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(text.parse()?),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// Any JSON value.
#[derive(Debug, Clone, PartialEq)]
pub struct Json(pub serde_json::Value);

/// Any JSON value.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        // What does not convert is no JSON, which this is.
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}
