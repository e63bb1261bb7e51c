//! Reading rows: a bad one is an error that names table and column.

use domain::contract::Position;
use domain::order::contract::ContractAddress;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Json};

use crate::{LineView, Model, OrderView, ViewKind, ViewState};

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
    /// A value that no projector writes.
    #[error("table {table} holds {value:?} in column {column}")]
    Value { table: &'static str, column: &'static str, value: String },
}

/// A row with the name of its table.
pub(crate) struct Reader<'a> {
    pub table: &'static str,
    pub row: &'a Row,
}

impl Reader<'_> {
    pub fn get<'b, T: FromSql<'b>>(&'b self, column: &'static str) -> Result<T, RowError> {
        self.row.try_get(column).map_err(|source| RowError::Column { table: self.table, column, source })
    }

    /// A text column, parsed.
    pub fn parsed<T>(&self, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, RowError> {
        let text: &str = self.get(column)?;
        parse(text).ok_or_else(|| RowError::Value { table: self.table, column, value: text.to_owned() })
    }
}

/// An order without its lines, from a row of `order_summary`.
pub(crate) fn order(row: &Row) -> Result<OrderView, RowError> {
    let reader = Reader { table: Model::OrderSummary.name(), row };
    Ok(OrderView {
        order_id: reader.get("order_id")?,
        tenant: reader.get("tenant")?,
        version: reader.get("version")?,
        state: reader.parsed("state", ViewState::parse)?,
        kind: reader.parsed("kind", ViewKind::parse)?,
        imported: reader.get("imported")?,
        source: reader.get("source")?,
        reference: reader.get("reference")?,
        credit_of: reader.get("credit_of")?,
        number: reader.get("number")?,
        customer: reader.get("customer")?,
        country: reader.get("country")?,
        currency: reader.get("currency")?,
        total_minor: reader.get("total_minor")?,
        quantity_total: reader.get("quantity_total")?,
        drafted_at: reader.get("drafted_at")?,
        placed_at: reader.get("placed_at")?,
        cancelled_at: reader.get("cancelled_at")?,
        imported_at: reader.get("imported_at")?,
        updated_at: reader.get("updated_at")?,
        cancel_reason: reader.get("cancel_reason")?,
        cancel_note: reader.get("cancel_note")?,
        shipping_address: address(&reader, "shipping_address")?,
        billing_address: address(&reader, "billing_address")?,
        position: Position { shard: reader.get("shard")?, position: reader.get("position")? },
        lines: Vec::new(),
    })
}

fn address(reader: &Reader<'_>, column: &'static str) -> Result<Option<ContractAddress>, RowError> {
    reader.get::<Option<Json<ContractAddress>>>(column).map(|address| address.map(|Json(address)| address))
}

/// A line, from a row of `order_lines`.
pub(crate) fn line(reader: &Reader<'_>) -> Result<LineView, RowError> {
    Ok(LineView {
        line_id: reader.get("line_id")?,
        ordinal: reader.get("ordinal")?,
        sku: reader.get("sku")?,
        description: reader.get("description")?,
        quantity: reader.get("quantity")?,
        unit_price: reader.get("unit_price")?,
        total_minor: reader.get("total_minor")?,
    })
}
