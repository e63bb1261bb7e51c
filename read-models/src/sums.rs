//! Sums over streams, as the machinery writes and compares them.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio_postgres::Row;

use crate::table::{Arrays, FromRow, RowError, Table, json, names, pair_arrays};

/// What streams add up to; additions and subtractions of streams give a change of it.
pub trait Sums<V>: Default + PartialEq + Send + Sync {
    /// Adds what a stream contributes.
    fn add(&mut self, view: &V);

    /// Takes away what a stream contributed.
    fn subtract(&mut self, view: &V);

    /// Notes what a change of a stream moves and what no difference shows.
    fn note_move(&mut self, before: &V, after: &V);

    /// Drops rows that nothing changes.
    fn prune(&mut self);

    /// The changes of each table, in the order of [`Models::sums`](crate::Models::sums).
    fn changes(&self) -> Vec<SumChange<'_>>;

    /// The rows of each table, in the same order.
    fn tables(&mut self) -> Vec<&mut dyn SumRows>;
}

/// The changes of one table of sums.
pub struct SumChange<'a> {
    /// Rows to be merged into those that are there.
    pub(crate) rows: &'a dyn SumRows,
    /// Keys whose values are looked up again.
    pub(crate) looked_up: Option<Arrays<'a>>,
    /// Keys of rows to which nothing may contribute any more.
    pub(crate) emptied: Option<Arrays<'a>>,
}

/// The rows of one table of sums, or a change of them, by key.
pub trait SumRows: Send + Sync {
    /// Values of rows by column: at most `rows_max` of them behind the first `skipped`; `None` if there are none.
    fn arrays(&self, skipped: usize, rows_max: usize) -> Option<Arrays<'_>>;

    /// Each row's key, for people.
    fn keys(&self) -> Vec<String>;

    /// Removes the row that another has the key of. If the two differ, or there is none, the other is given back, with what was
    /// removed.
    ///
    /// # Errors
    /// [`RowError`] for a row that cannot be read.
    fn compare(&mut self, table: &Table, row: &Row) -> Result<Option<(Value, Option<Value>)>, RowError>;

    /// The rows that are left.
    fn rest(&self) -> Vec<Value>;
}

impl<K, V> SumRows for BTreeMap<K, V>
where
    K: FromRow + Ord + Send + Sync,
    V: FromRow + PartialEq + Send + Sync,
{
    fn arrays(&self, skipped: usize, rows_max: usize) -> Option<Arrays<'_>> {
        pair_arrays(self.iter().skip(skipped).take(rows_max))
    }

    fn keys(&self) -> Vec<String> {
        Self::keys(self).map(names).collect()
    }

    fn compare(&mut self, table: &Table, row: &Row) -> Result<Option<(Value, Option<Value>)>, RowError> {
        let (key, figures): (K, V) = table.read(row)?;
        let expected = self.remove(&key);
        if expected.as_ref() == Some(&figures) {
            return Ok(None);
        }
        Ok(Some((json(&(&key, &figures)), expected.map(|expected| json(&(&key, &expected))))))
    }

    fn rest(&self) -> Vec<Value> {
        self.iter().map(|row| json(&row)).collect()
    }
}

/// Streams that add up to nothing.
impl<V> Sums<V> for () {
    fn add(&mut self, _: &V) {}

    fn subtract(&mut self, _: &V) {}

    fn note_move(&mut self, _: &V, _: &V) {}

    fn prune(&mut self) {}

    fn changes(&self) -> Vec<SumChange<'_>> {
        Vec::new()
    }

    fn tables(&mut self) -> Vec<&mut dyn SumRows> {
        Vec::new()
    }
}
