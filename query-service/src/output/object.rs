//! Objects: what a type is in the schema, and how its fields are written.

use async_graphql::registry::{Deprecation, MetaField, MetaInputValue, MetaType, MetaTypeId, Registry};
use async_graphql::{CacheControl, Error, InputType, OutputType};
use read_models::ColumnNames;

use super::{Failure, Output, Selected, SelectedField, Writer};

/// The arguments of a field.
pub trait Arguments: Sized {
    /// As the schema has them.
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue>;

    /// Reads those of a selection.
    ///
    /// # Errors
    /// The client's error.
    fn of(field: &SelectedField) -> Result<Self, Error>;
}

/// An argument as the schema has it.
pub fn argument<T: InputType>(
    registry: &mut Registry,
    name: &str,
    description: &str,
    default: Option<&str>,
) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        ty: T::create_type_info(registry),
        deprecation: Deprecation::default(),
        default_value: default.map(str::to_owned),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

/// A field as it is declared.
pub struct FieldMeta {
    pub name: &'static str,
    /// The lines of its doc comment.
    pub description: &'static [&'static str],
    pub arguments: fn(&mut Registry) -> Vec<MetaInputValue>,
    /// Its type as the schema writes it.
    pub qualified: fn() -> String,
    /// Adds its type to the schema.
    pub register: fn(&mut Registry),
}

impl FieldMeta {
    /// A field without arguments.
    pub fn of<T: Output>(name: &'static str, description: &'static [&'static str]) -> Self {
        Self { name, description, arguments: |_| Vec::new(), qualified: T::qualified, register: T::register }
    }

    /// The field as the schema has it.
    pub fn meta(&self, registry: &mut Registry) -> MetaField {
        (self.register)(registry);
        let arguments = (self.arguments)(registry);
        MetaField {
            name: self.name.to_owned(),
            description: described(self.description),
            args: arguments.into_iter().map(|argument| (argument.name.clone(), argument)).collect(),
            ty: (self.qualified)(),
            deprecation: Deprecation::default(),
            cache_control: CacheControl::default(),
            external: false,
            requires: None,
            provides: None,
            visible: None,
            shareable: false,
            inaccessible: false,
            tags: Vec::new(),
            override_from: None,
            compute_complexity: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    }
}

/// Adds an object type to the schema, which executes it as `T`.
pub fn register_object<T: OutputType>(
    registry: &mut Registry,
    name: &str,
    description: &[&str],
    interfaces: &[&str],
    fields: &[FieldMeta],
) {
    registry.create_output_type::<T, _>(MetaTypeId::Object, |registry| MetaType::Object {
        name: name.to_owned(),
        description: described(description),
        fields: fields.iter().map(|field| (field.name.to_owned(), field.meta(registry))).collect(),
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        is_subscription: false,
        rust_typename: Some(std::any::type_name::<T>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    });
    interfaces.iter().for_each(|interface| registry.add_implements(name, interface));
}

/// A description from the lines of a doc comment.
pub fn described(lines: &[&str]) -> Option<String> {
    let lines: Vec<_> = lines.iter().map(|line| line.trim()).collect();
    (!lines.is_empty()).then(|| lines.join("\n").trim().to_owned())
}

/// Writes one field of an object.
pub type WriteField<T> = fn(&T, &SelectedField, &mut Writer) -> Result<(), Failure>;

/// Writes the selected fields of an object.
///
/// # Errors
/// The failure of a field that must not be null.
pub fn write_object<T>(
    name: &str,
    object: &T,
    fields: &[WriteField<T>],
    selected: &Selected,
    out: &mut Writer,
) -> Result<(), Failure> {
    out.raw(b"{");
    for (number, field) in selected.fields().iter().enumerate() {
        if number > 0 {
            out.raw(b",");
        }
        out.raw(field.json_key());
        match field.index {
            Some(index) => {
                let known = out.failures();
                let written = fields[index](object, field, out);
                out.locate(known, field.key(), field.position());
                written.map_err(|failure| failure.within(field.key(), field.position()))?;
            }
            None => out.plain_text(name),
        }
    }
    out.raw(b"}");
    Ok(())
}

/// A field's name: an identifier that Rust keeps for itself is written as `r#type`.
pub const fn field_name(written: &'static str) -> &'static str {
    match written.as_bytes() {
        [b'r', b'#', ..] => written.split_at(2).1,
        _ => written,
    }
}

/// The columns of an object that is not read from a row.
pub enum NoColumns {}

impl ColumnNames for NoColumns {
    const NAMES: &'static [&'static str] = &[];
    const FIELDS: &'static [&'static str] = &[];
}

/// Declares an object type: for each field its description, name, type, and the value that is written, which may be read from
/// columns of a row. A field that uses a column which it does not name does not compile.
///
/// ```text
/// object! {
///     /// A line of an order.
///     OrderLine for OrderLine<'_> as line {
///         /// The number of pieces.
///         quantity: Long => Long(line.quantity),
///     }
/// }
/// ```
///
/// - `implements "Node"`, before the braces, names an interface.
/// - `from (OrderView, column)` lets fields name columns of `OrderView`: in `number: Option<&str> [number] => number` the
///   column is read by `column!(order, number)`.
/// - `lines(PageArguments as page)` reads the arguments of a field.
/// - `as (order, field)` names the selection too, by which a field finds what was loaded for it.
macro_rules! object {
    (
        $(#[doc = $description:literal])+
        $name:ident for $type:ty as $this:tt $(implements $interface:literal)? {$($fields:tt)+}
    ) => {
        $crate::output::object! {
            $(#[doc = $description])+
            $name for $type as $this $(implements $interface)?
            from ($crate::output::NoColumns, no_column) {$($fields)+}
        }
    };
    (
        $(#[doc = $description:literal])+
        $name:ident for $type:ty as ($this:ident, $selection:ident) $(implements $interface:literal)?
        from ($row:ty, $read:ident) {$(
            $(#[doc = $field_description:literal])+
            $key:ident $(($arguments:ty as $given:ident))? : $value:ty $([$($column:ident),*])? => $expression:expr
        ),+ $(,)?}
    ) => {
        impl $crate::output::Output for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn register(registry: &mut async_graphql::registry::Registry) {
                use $crate::output::{FieldMeta, Written, register_object};

                register_object::<Written<Self>>(
                    registry, stringify!($name), &[$($description),+], &[$($interface)?],
                    &[$(FieldMeta {
                        name: $crate::output::field_name(stringify!($key)),
                        description: &[$($field_description),+],
                        arguments: $crate::output::object!(@arguments $($arguments)?),
                        qualified: <$value as $crate::output::Output>::qualified,
                        register: <$value as $crate::output::Output>::register,
                    }),+],
                );
            }

            fn objects() -> Vec<&'static $crate::output::ObjectInfo> {
                static OBJECT: $crate::output::ObjectInfo = $crate::output::ObjectInfo {
                    name: stringify!($name),
                    interfaces: &[$($interface)?],
                    fields: &[$(
                        $crate::output::FieldInfo {
                            name: $crate::output::field_name(stringify!($key)),
                            objects: <$value as $crate::output::Output>::objects,
                            columns: read_models::ColumnSet::<$row>::of(&[$($(stringify!($column)),*)?]).bits(),
                        }
                    ),+],
                };
                vec![&OBJECT]
            }

            fn write(
                &self,
                selected: &$crate::output::Selected,
                out: &mut $crate::output::Writer,
            ) -> Result<(), $crate::output::Failure> {
                let fields: &[$crate::output::WriteField<Self>] = &[$(
                    |$this, $selection, out| {
                        let _ = $this;
                        $(let $given = <$arguments as $crate::output::Arguments>::of($selection)?;)?
                        $($(let $column = $read!($this, $column)?;)*)?
                        let value: $value = $expression;
                        $crate::output::Output::write(&value, $selection.below(), out)
                    }
                ),+];
                $crate::output::write_object(stringify!($name), self, fields, selected, out)
            }
        }
    };
    (
        $(#[doc = $description:literal])+
        $name:ident for $type:ty as $this:ident $(implements $interface:literal)?
        from ($row:ty, $read:ident) {$($fields:tt)+}
    ) => {
        $crate::output::object! {
            $(#[doc = $description])+
            $name for $type as ($this, selection) $(implements $interface)? from ($row, $read) {$($fields)+}
        }
    };
    (@arguments) => { |_| Vec::new() };
    (@arguments $arguments:ty) => { <$arguments as $crate::output::Arguments>::describe };
}
pub(crate) use object;
