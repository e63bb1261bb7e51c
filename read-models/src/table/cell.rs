//! One value on its way into a column, borrowed from its row.

use std::error::Error;
use std::fmt::{self, Debug, Display};

use bytes::BytesMut;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use tokio_postgres::types::{IsNull, Json, ToSql, Type, to_sql_checked};
use uuid::Uuid;

/// The outcome of writing a value.
pub type Encoded = Result<IsNull, Box<dyn Error + Sync + Send>>;

/// A value of one of the types that tables use. A value of another type than its column is refused when it is encoded.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    Null,
    Flag(bool),
    Int2(i16),
    Int4(i32),
    Int8(i64),
    /// Wider than 64 bits. It travels as text: see [`super::Column::sent_as`].
    Numeric(i128),
    Text(&'a str),
    Uuid(Uuid),
    Moment(DateTime<Utc>),
    Day(NaiveDate),
    Document(&'a dyn Document),
}

/// For people; nothing where there is no value.
impl Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Flag(value) => Display::fmt(value, f),
            Self::Int2(value) => Display::fmt(value, f),
            Self::Int4(value) => Display::fmt(value, f),
            Self::Int8(value) => Display::fmt(value, f),
            Self::Numeric(value) => Display::fmt(value, f),
            Self::Text(value) => Display::fmt(value, f),
            Self::Uuid(value) => Display::fmt(value, f),
            Self::Moment(value) => Display::fmt(value, f),
            Self::Day(value) => Display::fmt(value, f),
            Self::Document(value) => Display::fmt(&value.to_value(), f),
        }
    }
}

/// What a column of JSON or of encoded bytes takes.
pub trait Document: Debug + Sync {
    /// Writes it in Postgres's binary format.
    fn encode(&self, kind: &Type, out: &mut BytesMut) -> Encoded;
    fn to_value(&self) -> Value;
}

impl<T: Serialize + Debug + Sync> Document for T {
    fn encode(&self, kind: &Type, out: &mut BytesMut) -> Encoded {
        Json(self).to_sql_checked(kind, out)
    }

    fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("what a column of JSON takes is plain data")
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Encoded {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Flag(value) => value.to_sql_checked(kind, out),
            Self::Int2(value) => value.to_sql_checked(kind, out),
            Self::Int4(value) => value.to_sql_checked(kind, out),
            Self::Int8(value) => value.to_sql_checked(kind, out),
            Self::Numeric(value) => value.to_string().to_sql_checked(kind, out),
            Self::Text(value) => value.to_sql_checked(kind, out),
            Self::Uuid(value) => value.to_sql_checked(kind, out),
            Self::Moment(value) => value.to_sql_checked(kind, out),
            Self::Day(value) => value.to_sql_checked(kind, out),
            Self::Document(value) => value.encode(kind, out),
        }
    }

    /// Each value checks for itself: another row's may be absent.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl From<Cell<'_>> for Value {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Flag(value) => value.into(),
            Cell::Int2(value) => value.into(),
            Cell::Int4(value) => value.into(),
            Cell::Int8(value) => value.into(),
            Cell::Numeric(value) => value.to_string().into(),
            Cell::Text(value) => value.into(),
            Cell::Uuid(value) => json!(value),
            Cell::Moment(value) => json!(value),
            Cell::Day(value) => json!(value),
            Cell::Document(value) => value.to_value(),
        }
    }
}
