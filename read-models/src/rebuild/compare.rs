//! Compares two generations of a model, row by row and by value.

use serde::Serialize;
use serde_json::{Map, Value};
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::error::{RebuildError, database};
use crate::generation::{Generations, common_columns, schema};
use crate::model::Model;

/// Most differing rows of each model that are reported in full.
const ROWS_REPORTED_MAX: i64 = 20;

/// A row that is not the same in both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub model: &'static str,
    /// The row's key, column by column.
    pub key: Map<String, Value>,
    /// The columns that differ; all of them for a row that only one side has.
    pub fields: Vec<FieldDifference>,
    /// Log positions of the events of the row, twenty at most. For sums, the last event of each stream.
    pub events: Vec<String>,
}

/// A column that is not the same in both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldDifference {
    pub field: String,
    /// The live value; `None` if the row is missing.
    pub live: Option<Value>,
    /// The value by the log; `None` if the log gives no such row.
    pub log: Option<Value>,
}

/// What a comparison of a model found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    pub model: &'static str,
    /// Rows that the log gives.
    pub rows: i64,
    /// Rows that differ.
    pub differing: i64,
    /// The first differing rows, twenty at most.
    pub differences: Vec<Difference>,
}

/// Compares a model's live table with another generation, in the columns that both have: another release may have made the live
/// one. The connection works on that other set.
pub(super) async fn compare(
    transaction: &Transaction<'_>,
    model: Model,
    live: &Generations,
    other: &Generations,
) -> Result<Compared, RebuildError> {
    let failed = database("compare the new rows with the live ones");
    let generation = |generations: &Generations| generations.of(model).expect("every model has a generation");
    let pair = (generation(live), generation(other));
    let columns = common_columns(transaction, model, pair).await?.join(", ");
    let table = |generation| format!("(SELECT {columns} FROM {}.{})", schema(model, generation), model.name());
    let (live, other) = (table(pair.0), table(pair.1));
    let key = model.table().key().join(", ");
    // Keys are unique on both sides, so if there are as many equal pairs as rows on each side, the tables are equal.
    // Pairs are compared by their bytes, which is fast; bytes may differ where values do not, and then the values are
    // compared.
    let statement = format!(
        "SELECT (SELECT count(*) FROM {live} AS live), (SELECT count(*) FROM {other} AS other), \
         (SELECT count(*) FROM {live} AS live JOIN {other} AS other USING ({key}) WHERE live *= other)"
    );
    let counts = transaction.query_one(&statement, &[]).await.map_err(&failed)?;
    let [live_rows, rows, equal] = [0, 1, 2].map(|column| counts.get::<_, i64>(column));
    let mut compared = Compared { model: model.name(), rows, differing: 0, differences: Vec::new() };
    if [live_rows, rows] == [equal; 2] {
        return Ok(compared);
    }
    let statement = format!(
        "SELECT to_jsonb(live), to_jsonb(other), count(*) OVER () FROM {live} AS live \
         FULL JOIN {other} AS other USING ({key}) WHERE live.* IS DISTINCT FROM other.* ORDER BY {key} \
         LIMIT {ROWS_REPORTED_MAX}"
    );
    let differing = transaction.query(&statement, &[]).await.map_err(&failed)?;
    for row in differing {
        compared.differing = row.get(2);
        let mut difference = difference(model, row.get(0), row.get(1));
        difference.events = events_of_row(transaction, model, &difference.key)
            .await
            .map_err(database("find the events behind a differing row"))?;
        compared.differences.push(difference);
    }
    Ok(compared)
}

/// Positions in the log of the events behind a row, twenty at most.
async fn events_of_row(
    transaction: &Transaction<'_>,
    model: Model,
    key: &Map<String, Value>,
) -> Result<Vec<String>, tokio_postgres::Error> {
    let statement = transaction.prepare(model.events_sql).await?;
    let text = |column: &&str| match key.get(*column) {
        Some(Value::String(text)) => text.clone(),
        other => other.map(Value::to_string).unwrap_or_default(),
    };
    let texts: Vec<String> = model.table().key().iter().map(text).take(statement.params().len()).collect();
    let values: Vec<&(dyn ToSql + Sync)> = texts.iter().map(|text| text as &(dyn ToSql + Sync)).collect();
    Ok(transaction.query(&statement, &values).await?.iter().map(|row| row.get(0)).collect())
}

pub(crate) fn difference(model: Model, live: Option<Value>, other: Option<Value>) -> Difference {
    let object = |value: Option<Value>| match value {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    let live = object(live);
    let other = object(other);
    let either = if other.is_empty() { &live } else { &other };
    let key = model.table().key().iter().map(|column| ((*column).to_owned(), either[*column].clone())).collect();
    let fields = either
        .keys()
        .filter(|field| live.get(*field) != other.get(*field))
        .map(|field| FieldDifference {
            field: field.clone(),
            live: live.get(field).cloned(),
            log: other.get(field).cloned(),
        })
        .collect();
    Difference { model: model.name(), key, fields, events: Vec::new() }
}
