//! Answers from data that is in memory.
//!
//! The executing library makes a future, an entry of a map and several allocations for each scalar. Below the root, where the data
//! was loaded as a whole, answers are written instead: [`Selected`] is what a query selects of a type, compiled once a request,
//! and each value writes those fields as JSON. A type is declared once, by [`object!`]: its fields in the schema, the columns
//! that each of them is read from, and what is written for it.
//!
//! Guarantees: fields in the order of the query, merged where one is selected twice; aliases, fragments, `@skip` and
//! `@include`; errors with their path, null where the specification puts it. Does not: load data, or know types by name.

mod info;
mod object;
mod root;
mod selected;
#[cfg(test)]
mod tests;
mod values;
mod writer;
mod written;

pub use info::{FieldInfo, ObjectInfo};
pub(crate) use object::object;
pub use object::{
    Arguments, FieldMeta, NoColumns, WriteField, argument, described, field_name, register_object, write_object,
};
pub(crate) use root::root;
pub use root::{Answering, Root, execute};
pub use selected::{MARKER, Selected, SelectedField, SelectedOnce};
pub use writer::{Failure, Writer};
pub use written::{Answered, Written};

use std::borrow::Cow;

use async_graphql::registry::Registry;

/// A type of GraphQL whose values are in memory.
pub trait Output {
    /// The type's name, without list or nullability.
    fn name() -> Cow<'static, str>;

    /// The type as the schema writes it, such as `[Order!]!`.
    fn qualified() -> String {
        format!("{}!", Self::name())
    }

    /// Adds the type, and those of its fields, to the schema.
    fn register(registry: &mut Registry);

    /// The types of objects that a value may be: none for a scalar, several for an interface.
    fn objects() -> Vec<&'static ObjectInfo> {
        Vec::new()
    }

    /// Writes the value.
    ///
    /// # Errors
    /// [`Failure`] where neither the value nor null can be written: then the nearest nullable value around it is null.
    fn write(&self, selected: &Selected, out: &mut Writer) -> Result<(), Failure>;
}
