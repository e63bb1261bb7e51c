//! An input that may be left out and must not be null.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{InputType, InputValueError, InputValueResult, Value};

/// A member of a filter. If it is left out, it sets no condition. Null is refused: GraphQL accepts it for any nullable
/// input, and clients send it if a variable has no value; if it dropped the condition, the answer would have
/// everybody's orders.
#[derive(Debug, Clone)]
pub struct Given<T>(pub Option<T>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: InputType> InputType for Given<T> {
    type RawValueType = T::RawValueType;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::type_name().into_owned()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry);
        Self::qualified_type_name()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            None => Ok(Self(None)),
            Some(Value::Null) => Err(InputValueError::custom("must not be null; leave it out, or ask with `isNull`")),
            Some(value) => Ok(Self(Some(T::parse(Some(value)).map_err(InputValueError::propagate)?))),
        }
    }

    fn to_value(&self) -> Value {
        self.0.as_ref().map_or(Value::Null, InputType::to_value)
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        self.0.as_ref().and_then(InputType::as_raw_value)
    }
}
