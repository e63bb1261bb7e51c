//! A written value as the executing library takes it.

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use bytes::Bytes;
use async_graphql::{
    Context, ContextSelectionSet, OutputType, PathSegment, Positioned, ServerError, ServerResult, Value,
};

use super::{Output, Selected, Writer};

/// The JSON of a field of a root type: a value of type `T`.
///
/// The library passes it on as [`Value::Binary`], which no scalar of the schema uses otherwise; the answer's writer copies it.
pub struct Written<T> {
    json: Result<Bytes, ServerError>,
    errors: Vec<ServerError>,
    of: PhantomData<fn() -> T>,
}

impl<T: Output> Written<T> {
    /// Writes what is selected of the value of the context's field.
    pub fn new<V: Output>(context: &Context<'_>, selected: &Selected, value: &V) -> Self {
        Self::at(&context.item.node.response_key().node, selected, value)
    }

    /// The same for the field with a key.
    pub fn at<V: Output>(key: &str, selected: &Selected, value: &V) -> Self {
        let root = [PathSegment::Field(key.to_owned())];
        let mut out = Writer::default();
        match value.write(selected, &mut out) {
            Ok(()) => {
                let (json, errors) = out.finish(&root);
                Self { json: Ok(json.into()), errors, of: PhantomData }
            }
            Err(failure) => {
                let (_, errors) = out.finish(&root);
                Self { json: Err(failure.into_server_error(&root)), errors, of: PhantomData }
            }
        }
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
        self.errors.iter().for_each(|error| context.add_error(error.clone()));
        self.json.clone().map(Value::Binary)
    }
}
