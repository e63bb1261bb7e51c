//! An order's row as a query reads it: only the columns that it asked for, shown without copying.

use tokio_postgres::Row;

use super::view::{ORDER_SUMMARY, OrderView};
use crate::table::{ColumnSet, RowError, Shown};

/// Columns of `order_summary`.
pub type OrderColumns = ColumnSet<OrderView>;

/// An order as it was read, or as it was folded.
#[derive(Debug)]
pub struct OrderRow(Source);

#[derive(Debug)]
enum Source {
    /// A row that begins with these columns.
    Read(Row, OrderColumns),
    Folded(Box<OrderView>),
}

impl OrderRow {
    /// A row that begins with these columns.
    pub(crate) const fn read(row: Row, columns: OrderColumns) -> Self {
        Self(Source::Read(row, columns))
    }

    /// The value of a column by its index in the table ([`OrderColumns::index`]), which `field` is too.
    ///
    /// # Errors
    /// [`RowError`] for a value that no projector writes, and for a column that the query did not ask for.
    pub fn column<F: Shown>(&self, index: usize, field: fn(&OrderView) -> &F) -> Result<F::Shown<'_>, RowError> {
        let (row, columns) = match &self.0 {
            Source::Folded(view) => return Ok(field(view).shown()),
            Source::Read(row, columns) => (row, columns),
        };
        let (table, column) = (ORDER_SUMMARY.name(), <OrderView as crate::table::ColumnNames>::NAMES[index]);
        let place = columns.place(index).ok_or(RowError::Unread { table, column })?;
        let value = row.try_get(place).map_err(|source| RowError::Column { table, column, source })?;
        F::from_column(value).map_err(|value| RowError::Value { table, column, value })
    }
}

#[cfg(any(test, feature = "testing"))]
impl OrderRow {
    /// The whole order, of a row that was read with every column.
    ///
    /// # Errors
    /// [`RowError`].
    pub fn view(&self) -> Result<OrderView, RowError> {
        match &self.0 {
            Source::Read(row, _) => ORDER_SUMMARY.read(row),
            Source::Folded(view) => Ok((**view).clone()),
        }
    }
}

/// The value of a column of an [`OrderRow`](crate::OrderRow) by its name, which is checked when the program is compiled.
#[macro_export]
macro_rules! order_column {
    ($row:expr, $column:ident) => {
        $row.column(const { $crate::OrderColumns::index(stringify!($column)) }, |view| &view.$column)
    };
}

impl From<OrderView> for OrderRow {
    fn from(view: OrderView) -> Self {
        Self(Source::Folded(Box::new(view)))
    }
}
