//! Tables described once, by the types of their rows.
//!
//! Guarantees: every statement that writes, copies or reads whole rows is made from one list of columns ([`columns!`]), so no
//! column can be left out of one of them; values are borrowed from their rows until they are encoded. Does not: create tables;
//! a test compares the descriptions with what the migrations make.

mod cell;
mod columns;
mod field;
mod row;

use serde_json::{Map, Value};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

pub use cell::Cell;
pub(crate) use cell::{Document, Encoded};
pub use columns::{Column, ColumnNames, ColumnSet, Columns, FromRow};
pub(crate) use columns::{Merge, columns};
pub use field::Shown;
pub(crate) use field::{Field, Stored};
pub(crate) use row::Reader;
pub use row::{RowError, RowReader};

/// A table with its columns.
#[derive(Debug)]
pub struct Table {
    name: &'static str,
    key: &'static [&'static str],
    columns: Vec<Column>,
}

/// The parameters of an insert: for each column the values of all rows.
pub type Arrays<'a> = Vec<Vec<Cell<'a>>>;

impl Table {
    /// The table that keeps rows of a type. A table of sums says of each of them how it is merged.
    pub(crate) fn of<R: Columns>(name: &'static str, key: &'static [&'static str]) -> Self {
        let columns = R::columns();
        let is_of_sums = columns.iter().any(|column| column.merge != Merge::Replace);
        for column in &columns {
            let is_merged = column.merge != Merge::Replace || key.contains(&column.name);
            assert!(is_merged || !is_of_sums, "{name}: say how {} is merged into a row that is there", column.name);
        }
        Self { name, key, columns }
    }

    /// Its name without a generation, such as `order_summary`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The names of the columns of its primary key, in order.
    pub const fn key(&self) -> &'static [&'static str] {
        self.key
    }

    /// All columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// A statement with its placeholders filled in: `{columns}` are all columns, to be read by [`Table::read`]; `{upsert}` is
    /// [`Table::upsert`]; `{table}` is its name and `{id}` the first column of its key; `{keys}` are keys from [`arrays`] as rows,
    /// and `{is_of_keys}` the condition that a row has one of them; `{nothing}` is the condition that a row of sums is one of nothing.
    pub(crate) fn fill(&self, statement: &str) -> String {
        let columns: Vec<_> = self.columns.iter().map(Column::selected).collect();
        let statement = statement.trim_end().replace("{columns}", &columns.join(", "));
        let statement = statement.replace("{upsert}", &self.upsert()).replace("{nothing}", &self.nothing());
        let statement = statement.replace("{keys}", &self.keys()).replace("{is_of_keys}", &self.is_of_keys());
        statement.replace("{table}", self.name).replace("{id}", self.key[0])
    }

    /// All rows, in no particular order.
    pub(crate) fn select(&self) -> String {
        self.fill(&format!("SELECT {{columns}} FROM {}", self.name))
    }

    /// New rows, from [`arrays`].
    pub(crate) fn insert(&self) -> String {
        let (table, names) = (self.name, self.names());
        let received: Vec<_> = self.columns.iter().map(Column::received).collect();
        let parameters =
            self.columns.iter().zip(1..).map(|(column, number)| format!("${number}::{}[]", column.sent_as()));
        format!(
            "INSERT INTO {table} ({names}) SELECT {} FROM unnest({}) AS given ({names})",
            received.join(", "),
            parameters.collect::<Vec<_>>().join(", "),
        )
    }

    /// New rows, from [`arrays`], which are merged into those of the same key that are there.
    pub(crate) fn upsert(&self) -> String {
        let changes = self.columns.iter().filter(|column| !self.key.contains(&column.name)).map(|column| {
            let (table, name) = (self.name, column.name);
            match column.merge {
                Merge::Replace => format!("{name} = excluded.{name}"),
                Merge::Add => format!("{name} = {table}.{name} + excluded.{name}"),
                Merge::Least => format!("{name} = least({table}.{name}, excluded.{name})"),
                Merge::Greatest => format!("{name} = greatest({table}.{name}, excluded.{name})"),
            }
        });
        let changes = changes.collect::<Vec<_>>().join(", ");
        format!("{} ON CONFLICT ({}) DO UPDATE SET {changes}", self.insert(), self.key.join(", "))
    }

    /// Begins a COPY of rows, each with the values of [`Columns::cells`].
    pub(crate) fn copy(&self) -> String {
        format!("COPY {} ({}) FROM STDIN BINARY", self.name, self.names())
    }

    /// A whole row of the statement's answer, which must begin with `{columns}`.
    ///
    /// # Errors
    /// [`RowError`].
    pub(crate) fn read<R: FromRow>(&self, row: &Row) -> Result<R, RowError> {
        R::from_row(&mut RowReader::new(self.name, row))
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    fn keys(&self) -> String {
        let columns = self.key.iter().filter_map(|key| self.columns.iter().find(|column| column.name == *key));
        let parameters = columns.zip(1..).map(|(column, number)| format!("${number}::{}[]", column.sent_as()));
        format!("unnest({}) AS given ({})", parameters.collect::<Vec<_>>().join(", "), self.key.join(", "))
    }

    fn is_of_keys(&self) -> String {
        let conditions: Vec<_> =
            self.key.iter().map(|column| format!("{}.{column} = given.{column}", self.name)).collect();
        conditions.join(" AND ")
    }

    /// Holds where each sum is zero and each bound absent.
    fn nothing(&self) -> String {
        let conditions = self.columns.iter().filter_map(|column| match column.merge {
            Merge::Replace => None,
            Merge::Add => Some(format!("{} = 0", column.name)),
            Merge::Least | Merge::Greatest => Some(format!("{} IS NULL", column.name)),
        });
        conditions.collect::<Vec<_>>().join(" AND ")
    }
}

/// The values of rows by column, for [`Table::insert`] and its like; `None` without rows.
pub(crate) fn arrays<'a, R: Columns + 'a>(rows: impl ExactSizeIterator<Item = &'a R>) -> Option<Arrays<'a>> {
    let count = rows.len();
    let mut arrays: Arrays<'a> = (0..R::COUNT).map(|_| Vec::with_capacity(count)).collect();
    for row in rows {
        let mut columns = arrays.iter_mut();
        row.cells(&mut |cell| columns.next().expect("a row has as many values as columns").push(cell));
    }
    (count > 0).then_some(arrays)
}

/// The same for rows of which each is a key and what is kept under it.
pub(crate) fn pair_arrays<'a, K: Columns + 'a, V: Columns + 'a>(
    rows: impl Iterator<Item = (&'a K, &'a V)>,
) -> Option<Arrays<'a>> {
    let mut arrays: Arrays<'a> = vec![Vec::new(); K::COUNT + V::COUNT];
    for (key, figures) in rows {
        let mut columns = arrays.iter_mut();
        let mut push = |cell| columns.next().expect("a row has as many values as columns").push(cell);
        key.cells(&mut push);
        figures.cells(&mut push);
    }
    arrays.first().is_some_and(|column| !column.is_empty()).then_some(arrays)
}

/// The values of a row, for people: `shop/A/GBP`.
pub(crate) fn names<R: Columns>(row: &R) -> String {
    let mut names = Vec::new();
    row.cells(&mut |cell| names.push(cell.to_string()));
    names.join("/")
}

/// The arrays as the driver takes them.
pub(crate) fn parameters<'b>(arrays: &'b Arrays<'_>) -> Vec<&'b (dyn ToSql + Sync)> {
    arrays.iter().map(|array| array as &(dyn ToSql + Sync)).collect()
}

/// A row as a JSON object, column by column.
pub(crate) fn json<R: Columns>(row: &R) -> Value {
    Value::Object(fields(row))
}

/// The fields of [`json`].
pub(crate) fn fields<R: Columns>(row: &R) -> Map<String, Value> {
    let mut columns = R::columns().into_iter();
    let mut object = Map::new();
    row.cells(&mut |cell| {
        let column = columns.next().expect("a row has as many values as columns");
        object.insert(column.name.to_owned(), cell.into());
    });
    object
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde_json::json;

    use super::*;

    struct Sales {
        name: String,
        total: i128,
        last: Option<NaiveDate>,
    }

    columns!(Sales { name = "sku", total => Add, last => Greatest });

    fn sales() -> Table {
        Table::of::<Sales>("sales", &["sku"])
    }

    #[test]
    fn every_statement_has_every_column() {
        let insert = "INSERT INTO sales (sku, total, last) SELECT sku, total::numeric, last \
            FROM unnest($1::text[], $2::text[], $3::date[]) AS given (sku, total, last)";
        assert_eq!(sales().insert(), insert);
        let merge = "ON CONFLICT (sku) DO UPDATE SET total = sales.total + excluded.total, \
            last = greatest(sales.last, excluded.last)";
        assert_eq!(sales().upsert(), format!("{insert} {merge}"));
        assert_eq!(sales().copy(), "COPY sales (sku, total, last) FROM STDIN BINARY");
        let delete = "DELETE FROM sales USING unnest($1::text[]) AS given (sku) WHERE sales.sku = given.sku";
        assert_eq!(sales().fill("DELETE FROM {table} USING {keys} WHERE {is_of_keys}"), delete);
        assert_eq!(sales().select(), "SELECT sku, total::text AS total, last FROM sales");
        assert_eq!(
            sales().fill("DELETE FROM sales WHERE {nothing}\n"),
            "DELETE FROM sales WHERE total = 0 AND last IS NULL"
        );
    }

    #[test]
    fn values_stand_in_the_order_of_the_columns() {
        let rows = [Sales { name: "A".to_owned(), total: i128::from(i64::MAX) + 1, last: None }];
        assert_eq!(json(&rows[0]), json!({ "sku": "A", "total": "9223372036854775808", "last": null }));
        let arrays = arrays(rows.iter()).unwrap();
        assert!(matches!(arrays[..], [_, _, _]), "{arrays:?}");
        assert!(matches!((&arrays[0][..], &arrays[2][..]), ([Cell::Text("A")], [Cell::Null])), "{arrays:?}");
        assert!(super::arrays(rows[..0].iter()).is_none());
    }

    #[test]
    #[should_panic(expected = "say how count is merged")]
    fn a_sum_that_would_be_replaced_is_refused() {
        struct Visits {
            sku: String,
            count: i64,
            total: i64,
        }
        columns!(Visits { sku, count, total => Add });
        Table::of::<Visits>("visits", &["sku"]);
    }
}
