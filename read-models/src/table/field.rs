//! Rust types that stand in one column: their type in Postgres, and the way there and back.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use super::Cell;

/// A type that is written to a column.
pub(crate) trait Field {
    /// The column's type.
    const KIND: Type;
    /// Whether the column may be without a value.
    const NULLABLE: bool = false;

    fn cell(&self) -> Cell<'_>;
}

/// A type that is read back from its column.
pub(crate) trait Stored: Field + Sized {
    /// What the driver reads.
    type Sql<'a>: FromSql<'a>;

    /// # Errors
    /// The value as text where it is none that was written.
    fn restore(sql: Self::Sql<'_>) -> Result<Self, String>;
}

/// A type that is shown without copying it, from its column or from a row in memory.
pub trait Shown {
    /// What is shown.
    type Shown<'a>
    where
        Self: 'a;
    /// What the driver reads.
    type Column<'a>: FromSql<'a>
    where
        Self: 'a;

    /// Shows a value as the driver read it.
    ///
    /// # Errors
    /// The value as text where it is none that was written.
    fn from_column<'a>(column: Self::Column<'a>) -> Result<Self::Shown<'a>, String>
    where
        Self: 'a;

    /// Shows a value in memory.
    fn shown(&self) -> Self::Shown<'_>;
}

/// Types that the driver reads and writes as they are.
macro_rules! plain {
    ($($rust:ty = $kind:ident as $cell:ident,)+) => {$(
        impl Field for $rust {
            const KIND: Type = Type::$kind;

            fn cell(&self) -> Cell<'_> {
                Cell::$cell(*self)
            }
        }

        impl Stored for $rust {
            type Sql<'a> = Self;

            fn restore(sql: Self) -> Result<Self, String> {
                Ok(sql)
            }
        }

        impl Shown for $rust {
            type Column<'a> = Self;
            type Shown<'a> = Self;

            fn from_column<'a>(column: Self) -> Result<Self, String>
            where
                Self: 'a,
            {
                Ok(column)
            }

            fn shown(&self) -> Self {
                *self
            }
        }
    )+};
}

plain! {
    bool = BOOL as Flag,
    i16 = INT2 as Int2,
    i32 = INT4 as Int4,
    i64 = INT8 as Int8,
    Uuid = UUID as Uuid,
    DateTime<Utc> = TIMESTAMPTZ as Moment,
    NaiveDate = DATE as Day,
}

impl Field for i128 {
    const KIND: Type = Type::NUMERIC;

    fn cell(&self) -> Cell<'_> {
        Cell::Numeric(*self)
    }
}

impl Stored for i128 {
    type Sql<'a> = &'a str;

    fn restore(sql: &str) -> Result<Self, String> {
        sql.parse().map_err(|_| sql.to_owned())
    }
}

impl Field for &str {
    const KIND: Type = Type::TEXT;

    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
}

impl Field for String {
    const KIND: Type = Type::TEXT;

    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
}

impl Stored for String {
    type Sql<'a> = Self;

    fn restore(sql: Self) -> Result<Self, String> {
        Ok(sql)
    }
}

impl Shown for String {
    type Column<'a> = &'a str;
    type Shown<'a> = &'a str;

    fn from_column<'a>(column: &'a str) -> Result<&'a str, String>
    where
        Self: 'a,
    {
        Ok(column)
    }

    fn shown(&self) -> &str {
        self
    }
}

impl Field for Value {
    const KIND: Type = Type::JSONB;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self)
    }
}

impl Stored for Value {
    type Sql<'a> = Self;

    fn restore(sql: Self) -> Result<Self, String> {
        Ok(sql)
    }
}

impl<T: Field> Field for Option<T> {
    const KIND: Type = T::KIND;
    const NULLABLE: bool = true;

    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, T::cell)
    }
}

impl<T: Stored> Stored for Option<T> {
    type Sql<'a> = Option<T::Sql<'a>>;

    fn restore(sql: Self::Sql<'_>) -> Result<Self, String> {
        sql.map(T::restore).transpose()
    }
}

impl<T: Shown> Shown for Option<T> {
    type Column<'a>
        = Option<T::Column<'a>>
    where
        T: 'a;
    type Shown<'a>
        = Option<T::Shown<'a>>
    where
        T: 'a;

    fn from_column<'a>(column: Self::Column<'a>) -> Result<Self::Shown<'a>, String>
    where
        Self: 'a,
    {
        column.map(T::from_column).transpose()
    }

    fn shown(&self) -> Self::Shown<'_> {
        self.as_ref().map(T::shown)
    }
}
