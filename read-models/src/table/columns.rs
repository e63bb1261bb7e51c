//! Which columns a type of rows has. They are listed once, by [`columns!`], beside the type.

use tokio_postgres::types::Type;

use super::{Cell, Field, RowError, RowReader};

/// One column of a table: its name, its type in Postgres, and whether it may be without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Type,
    pub nullable: bool,
    pub(crate) merge: Merge,
}

/// What a row that is there already makes of a new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    Replace,
    Add,
    Least,
    Greatest,
}

impl Column {
    /// The column of a field of `R`.
    pub(crate) const fn of<R, F: Field>(name: &'static str, merge: Merge, _field: fn(&R) -> &F) -> Self {
        Self { name, kind: F::KIND, nullable: F::NULLABLE, merge }
    }

    /// The type of its values on their way: the driver knows no `numeric`.
    pub(crate) fn sent_as(&self) -> Type {
        if self.kind == Type::NUMERIC { Type::TEXT } else { self.kind.clone() }
    }

    /// The column as it is selected, with the value in the type that it travels in.
    pub(super) fn selected(&self) -> String {
        if self.sent_as() == self.kind { self.name.to_owned() } else { format!("{0}::text AS {0}", self.name) }
    }

    /// A value that was sent, in the column's type.
    pub(super) fn received(&self) -> String {
        if self.sent_as() == self.kind { self.name.to_owned() } else { format!("{}::{}", self.name, self.kind) }
    }
}

/// A type whose fields are columns.
pub(crate) trait Columns {
    const COUNT: usize;

    /// All of them, in the table's order.
    fn columns() -> Vec<Column>;

    /// The row's values, in the same order.
    fn cells<'a>(&'a self, add: &mut impl FnMut(Cell<'a>));
}

/// A type that is read back from its columns.
pub(crate) trait FromRow: Columns + Sized {
    /// # Errors
    /// [`RowError`] names the column that cannot be read.
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, RowError>;
}

/// Lists the columns of a struct, in the table's order: field by field, `field = "name"` where the column is called otherwise,
/// and `field => Add` where an upsert merges values instead of replacing them. `without field` names a field that is no column
/// and has its default when a row is read. A field that is left out does not compile.
macro_rules! columns {
    (
        $row:ident $(<$($generic:ident),+>)? {
            $($field:ident $(= $name:literal)? $(=> $merge:ident)?),+ $(,)?
        } $(without $default:ident)?
    ) => {
        impl $(<$($generic: $crate::table::Field),+>)? $crate::table::Columns for $row $(<$($generic),+>)? {
            const COUNT: usize = [$(stringify!($field)),+].len();

            fn columns() -> Vec<$crate::table::Column> {
                vec![$(
                    $crate::table::Column::of(
                        $crate::table::columns!(@name $field $($name)?),
                        $crate::table::columns!(@merge $($merge)?),
                        |row: &Self| &row.$field,
                    )
                ),+]
            }

            fn cells<'a>(&'a self, add: &mut impl FnMut($crate::table::Cell<'a>)) {
                $(add($crate::table::Field::cell(&self.$field));)+
            }
        }

        impl $(<$($generic: $crate::table::Stored),+>)? $crate::table::FromRow for $row $(<$($generic),+>)? {
            fn from_row(row: &mut $crate::table::RowReader<'_>) -> Result<Self, $crate::table::RowError> {
                Ok(Self {
                    $($field: row.next($crate::table::columns!(@name $field $($name)?))?,)+
                    $($default: Default::default(),)?
                })
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
    (@merge) => { $crate::table::Merge::Replace };
    (@merge $merge:ident) => { $crate::table::Merge::$merge };
}
pub(crate) use columns;

impl<T: Columns> Columns for &T {
    const COUNT: usize = T::COUNT;

    fn columns() -> Vec<Column> {
        T::columns()
    }

    fn cells<'a>(&'a self, add: &mut impl FnMut(Cell<'a>)) {
        (**self).cells(add);
    }
}

/// A key and what is kept under it.
impl<K: Columns, V: Columns> Columns for (K, V) {
    const COUNT: usize = K::COUNT + V::COUNT;

    fn columns() -> Vec<Column> {
        [K::columns(), V::columns()].concat()
    }

    fn cells<'a>(&'a self, add: &mut impl FnMut(Cell<'a>)) {
        self.0.cells(add);
        self.1.cells(add);
    }
}

impl<K: FromRow, V: FromRow> FromRow for (K, V) {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, RowError> {
        Ok((K::from_row(row)?, V::from_row(row)?))
    }
}
