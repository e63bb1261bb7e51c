//! Reading rows: a bad one is an error that names table and column.

use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::Stored;

/// A row that is not what its table promises.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// A column is missing or of another type.
    #[error("table {table} has an unreadable column {column}")]
    Column {
        table: &'static str,
        column: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
    /// A column that the query did not ask for, which is a fault of ours.
    #[error("the query of table {table} did not ask for column {column}")]
    Unread { table: &'static str, column: &'static str },
    /// A value that no projector writes.
    #[error("table {table} holds {value:?} in column {column}")]
    Value { table: &'static str, column: &'static str, value: String },
}

/// A row of some columns, read by their names, with the name of its table.
pub(crate) struct Reader<'a> {
    pub table: &'static str,
    pub row: &'a Row,
}

impl Reader<'_> {
    pub fn get<'b, T: FromSql<'b>>(&'b self, column: &'static str) -> Result<T, RowError> {
        self.row.try_get(column).map_err(|source| RowError::Column { table: self.table, column, source })
    }
}

/// A row that begins with all columns of its table, read in their order.
pub struct RowReader<'a> {
    table: &'static str,
    row: &'a Row,
    index: usize,
}

impl<'a> RowReader<'a> {
    pub(super) const fn new(table: &'static str, row: &'a Row) -> Self {
        Self { table, row, index: 0 }
    }

    /// The next column, which has this name.
    pub(crate) fn next<T: Stored>(&mut self, column: &'static str) -> Result<T, RowError> {
        let Self { table, row, index } = *self;
        debug_assert_eq!(row.columns().get(index).map(tokio_postgres::Column::name), Some(column));
        self.index += 1;
        let sql = row.try_get(index).map_err(|source| RowError::Column { table, column, source })?;
        T::restore(sql).map_err(|value| RowError::Value { table, column, value })
    }
}
