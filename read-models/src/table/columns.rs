//! Which columns a type of rows has. They are listed once, by [`columns!`], beside the type.

use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

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
pub trait Columns {
    const COUNT: usize;

    /// All of them, in the table's order.
    fn columns() -> Vec<Column>;

    /// The row's values, in the same order.
    fn cells<'a>(&'a self, add: &mut impl FnMut(Cell<'a>));
}

/// A type that is read back from its columns.
pub trait FromRow: Columns + Sized {
    /// # Errors
    /// [`RowError`] names the column that cannot be read.
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, RowError>;
}

/// The columns of a row, in the table's order, for what is computed when the program is compiled.
pub trait ColumnNames {
    /// Their names in the table.
    const NAMES: &'static [&'static str];
    /// The row's fields.
    const FIELDS: &'static [&'static str];
}

/// Some columns of a row, such as those that a query shows.
#[derive(Debug)]
pub struct ColumnSet<R> {
    bits: u64,
    row: PhantomData<fn() -> R>,
}

impl<R> Clone for ColumnSet<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for ColumnSet<R> {}

impl<R> PartialEq for ColumnSet<R> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<R> Eq for ColumnSet<R> {}

impl<R> Hash for ColumnSet<R> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.bits.hash(hasher);
    }
}

impl<R: ColumnNames> ColumnSet<R> {
    /// No column.
    pub const NONE: Self = Self::from_bits(0);
    /// Every column.
    pub const ALL: Self = Self::from_bits(u64::MAX >> (u64::BITS as usize - R::NAMES.len()));

    /// The columns of [`Self::bits`].
    pub const fn from_bits(bits: u64) -> Self {
        Self { bits, row: PhantomData }
    }

    /// One bit a column, the first column's the lowest.
    pub const fn bits(self) -> u64 {
        self.bits
    }

    /// The columns of these fields.
    ///
    /// # Panics
    /// For a name that is no field. In a constant, which is where it is meant to be called, that does not compile.
    pub const fn of(fields: &[&str]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < fields.len() {
            bits |= 1 << Self::index(fields[at]);
            at += 1;
        }
        Self::from_bits(bits)
    }

    /// The place of a field's column in its table.
    ///
    /// # Panics
    /// For a name that is no field.
    pub const fn index(field: &str) -> usize {
        let mut at = 0;
        while at < R::FIELDS.len() {
            if is_same(R::FIELDS[at], field) {
                return at;
            }
            at += 1;
        }
        panic!("there is no field of this name")
    }

    /// These columns and others.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::from_bits(self.bits | other.bits)
    }

    /// The names of the columns, in the table's order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        R::NAMES.iter().enumerate().filter(move |(index, _)| self.bits & (1 << index) != 0).map(|(_, name)| *name)
    }

    /// The place of a column among these; `None` if it is not one of them.
    pub(crate) const fn place(self, index: usize) -> Option<usize> {
        let bit = 1 << index;
        if self.bits & bit == 0 { None } else { Some((self.bits & (bit - 1)).count_ones() as usize) }
    }
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Lists the columns of a struct, in the table's order: field by field, `field = "name"` where the column is called otherwise,
/// and `field => Add` where an upsert merges values instead of replacing them. A field that is left out does not compile.
macro_rules! columns {
    (
        $row:ident $(<$($generic:ident),+>)? {
            $($field:ident $(= $name:literal)? $(=> $merge:ident)?),+ $(,)?
        }
    ) => {
        impl $(<$($generic),+>)? $crate::table::ColumnNames for $row $(<$($generic),+>)? {
            const NAMES: &'static [&'static str] = &[$($crate::table::columns!(@name $field $($name)?)),+];
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];
        }

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
