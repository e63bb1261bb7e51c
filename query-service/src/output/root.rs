//! The root of queries: fields that load what is selected of them and write it.

use std::pin::Pin;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Result, ServerError, Value};
use futures::future::join_all;

use super::{Answered, ObjectInfo, Selected, SelectedField};

/// A root field at work.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answered>> + Send + 'a>>;

/// A root type, whose fields are answered over `R`.
pub trait Root<R> {
    /// The type and its fields.
    fn object() -> &'static ObjectInfo;

    /// Begins to answer a field of it.
    fn answer<'a>(reading: &'a R, index: usize, field: &'a SelectedField) -> Answering<'a>;

    /// Whether a field may be null.
    fn is_nullable(index: usize) -> bool;
}

/// Answers the selected fields of a root, all at the same time. `given` is the JSON of a field that is not the root's own, such as
/// one of introspection. Returns the data, whose members are written already ([`Value::Binary`]), or null where a field fails that
/// must not be null; and the errors.
pub async fn execute<R, T: Root<R>>(
    reading: &R,
    selected: &Selected,
    given: impl Fn(&SelectedField) -> Option<Vec<u8>>,
) -> (Value, Vec<ServerError>) {
    let answers = selected.fields().iter().map(|field| async {
        match field.index {
            Some(index) => match T::answer(reading, index, field).await {
                Ok(answered) => answered,
                Err(error) => Answered::failed(field, error),
            },
            None => Answered::json(given(field).unwrap_or_else(|| b"null".to_vec())),
        }
    });
    let answers = join_all(answers).await;
    let (mut data, mut errors, mut is_null) = (IndexMap::with_capacity(answers.len()), Vec::new(), false);
    for (field, answered) in selected.fields().iter().zip(answers) {
        errors.extend(answered.errors);
        let value = match answered.json {
            Ok(json) => Value::Binary(json),
            Err(error) => {
                errors.push(error);
                is_null |= !field.index.is_some_and(T::is_nullable);
                Value::Null
            }
        };
        data.insert(field.key().clone(), value);
    }
    (if is_null { Value::Null } else { Value::Object(data) }, errors)
}

/// Declares a root type: for each field its description, name, arguments, type, and the function that answers it, which gets what
/// requests read with, the field's selection and its arguments.
macro_rules! root {
    (
        $(#[doc = $description:literal])+
        $name:ident over $reading:ty {$(
            $(#[doc = $field_description:literal])+
            $key:ident $(($arguments:ty))? : $value:ty => $answer:path
        ),+ $(,)?}
    ) => {
        impl $crate::output::Root<$reading> for $name {
            fn object() -> &'static $crate::output::ObjectInfo {
                static OBJECT: $crate::output::ObjectInfo = $crate::output::ObjectInfo {
                    name: stringify!($name),
                    interfaces: &[],
                    fields: &[$(
                        $crate::output::FieldInfo {
                            name: stringify!($key),
                            objects: <$value as $crate::output::Output>::objects,
                            columns: 0,
                        }
                    ),+],
                };
                &OBJECT
            }

            fn answer<'a>(
                reading: &'a $reading,
                index: usize,
                field: &'a $crate::output::SelectedField,
            ) -> $crate::output::Answering<'a> {
                type Answer = for<'x> fn(&'x $reading, &'x $crate::output::SelectedField) -> $crate::output::Answering<'x>;
                const ANSWERS: &[Answer] = &[$(
                    |reading, field| Box::pin(async move {
                        $answer(reading, field $(, <$arguments as $crate::output::Arguments>::of(field)?)?).await
                    })
                ),+];
                ANSWERS[index](reading, field)
            }

            fn is_nullable(index: usize) -> bool {
                const QUALIFIED: &[fn() -> String] = &[$(<$value as $crate::output::Output>::qualified),+];
                !QUALIFIED[index]().ends_with('!')
            }
        }

        /// The library knows the type, for introspection, and executes none of its fields.
        impl async_graphql::OutputType for $name {
            fn type_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                use $crate::output::{FieldMeta, Output, register_object};

                register_object::<Self>(
                    registry, stringify!($name), &[$($description),+], &[],
                    &[$(FieldMeta {
                        name: stringify!($key),
                        description: &[$($field_description),+],
                        arguments: $crate::output::root!(@arguments $($arguments)?),
                        qualified: <$value as Output>::qualified,
                        register: <$value as Output>::register,
                    }),+],
                );
                <Self as async_graphql::OutputType>::qualified_type_name()
            }

            async fn resolve(
                &self,
                context: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                async_graphql::resolver_utils::resolve_container(context, self).await
            }
        }

        impl async_graphql::ContainerType for $name {
            async fn resolve_field(
                &self,
                _: &async_graphql::Context<'_>,
            ) -> async_graphql::ServerResult<Option<async_graphql::Value>> {
                Ok(None)
            }
        }

        impl async_graphql::ObjectType for $name {}
    };
    (@arguments) => { |_| Vec::new() };
    (@arguments $arguments:ty) => { <$arguments as $crate::output::Arguments>::describe };
}
pub(crate) use root;
