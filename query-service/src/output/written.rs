//! A written answer, and how the executing library takes it from a subscription.

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, Error, OutputType, PathSegment, Positioned, ServerError, ServerResult, Value,
};
use bytes::Bytes;

use super::{Failure, Output, Selected, SelectedField, Writer};

/// The JSON of a root field, or why it has none.
pub struct Answered {
    pub json: Result<Bytes, ServerError>,
    /// The errors of fields below that are null.
    pub errors: Vec<ServerError>,
}

impl Answered {
    /// Writes what is selected of the value of a root field.
    pub fn new(field: &SelectedField, value: &impl Output) -> Self {
        Self::at(field.key(), field.below(), value)
    }

    /// The same for the root field with a key.
    pub fn at(key: &str, selected: &Selected, value: &impl Output) -> Self {
        let root = [PathSegment::Field(key.to_owned())];
        let mut out = Writer::new();
        let written = value.write(selected, &mut out);
        let (json, errors) = out.finish(&root);
        Self { json: written.map(|()| json.into()).map_err(|failure| failure.into_server_error(&root)), errors }
    }

    /// A value that was written already.
    pub fn json(json: Vec<u8>) -> Self {
        Self { json: Ok(json.into()), errors: Vec::new() }
    }

    /// A root field that failed as a whole.
    pub fn failed(field: &SelectedField, error: Error) -> Self {
        let failure = Failure::from(error).within(field.key(), field.position());
        Self { json: Err(failure.into_server_error(&[])), errors: Vec::new() }
    }
}

/// The answer of a root field of type `T`.
///
/// The library passes it on as [`Value::Binary`], which no scalar of the schema uses otherwise; the answer's writer copies it.
pub struct Written<T> {
    answered: Answered,
    of: PhantomData<fn() -> T>,
}

impl<T> From<Answered> for Written<T> {
    fn from(answered: Answered) -> Self {
        Self { answered, of: PhantomData }
    }
}

impl<T: Output> OutputType for Written<T> {
    fn type_name() -> Cow<'static, str> {
        T::name()
    }

    fn qualified_type_name() -> String {
        T::qualified()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::register(registry);
        T::qualified()
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        let Answered { json, errors } = &self.answered;
        errors.iter().for_each(|error| context.add_error(error.clone()));
        json.clone().map(Value::Binary)
    }
}
