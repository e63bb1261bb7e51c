//! All orders of a tenant that meet a condition, or all their lines, as a stream.
//!
//! Guarantees: one statement, so one state of the read models; rows are read as they are taken, so memory does not grow with their
//! number; they come by time of placement, which an index has. Does not: limit how long that takes. It reads over a connection of the
//! caller's, on the generations that the caller selected, since [`ReadDb`](crate::ReadDb) cancels what takes longer than a query may.

use domain::TenantId;
use futures::{Stream, TryStreamExt};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::filter::{Condition, ConditionSql};
use crate::order::lines::ORDER_LINES;
use crate::table::{Reader, RowError};
use crate::{OrderColumns, OrderRow, ReadDbError};

/// A line with what was asked for of its order. In a credit its quantity and total are negative.
#[derive(Debug)]
pub struct ExportedLine {
    pub order: OrderRow,
    /// Unique within the order.
    pub line_id: Uuid,
    /// Position among the lines. It rises, with gaps while the order is a draft.
    pub ordinal: i32,
    pub sku: String,
    pub description: Option<String>,
    /// Number of pieces.
    pub quantity: i64,
    /// Ten-thousandths of a major unit.
    pub unit_price: i64,
    /// Minor units.
    pub total_minor: i64,
}

const ORDERS: &str = "all orders";
const LINES: &str = "all lines";

/// The orders of a tenant that meet a condition, with some of their columns.
///
/// # Errors
/// [`ReadDbError`] when the statement fails; then also in place of a row.
pub async fn all_orders(
    client: &Client,
    tenant: &TenantId,
    condition: &Condition,
    columns: OrderColumns,
) -> Result<impl Stream<Item = Result<OrderRow, ReadDbError>>, ReadDbError> {
    let skeleton = include_str!("../../../sql/order/query/all_orders.sql");
    let rows = rows(client, (ORDERS, skeleton), tenant, condition, columns).await?;
    Ok(rows.map_ok(move |row| OrderRow::read(row, columns)))
}

/// The lines of such orders, by ordinal within their order.
///
/// # Errors
/// [`ReadDbError`] when the statement fails; then also in place of a row.
pub async fn all_lines(
    client: &Client,
    tenant: &TenantId,
    condition: &Condition,
    columns: OrderColumns,
) -> Result<impl Stream<Item = Result<ExportedLine, ReadDbError>>, ReadDbError> {
    let skeleton = include_str!("../../../sql/order/query/all_lines.sql");
    let rows = rows(client, (LINES, skeleton), tenant, condition, columns).await?;
    let read = move |row| line(row, columns).map_err(|source| ReadDbError::Row { what: LINES, source });
    Ok(rows.and_then(move |row| std::future::ready(read(row))))
}

async fn rows(
    client: &Client,
    (what, skeleton): (&'static str, &str),
    tenant: &TenantId,
    condition: &Condition,
    columns: OrderColumns,
) -> Result<impl Stream<Item = Result<Row, ReadDbError>>, ReadDbError> {
    let failed = move |source| ReadDbError::Statement { what, source };
    let mut sql = ConditionSql::new("order_summary", 1);
    let condition = sql.condition(condition);
    let columns: Vec<_> = columns.names().map(|column| format!("order_summary.{column}")).collect();
    let statement = skeleton.replace("{columns}", &columns.join(", ")).replace("{condition}", &condition);
    let tenant = tenant.as_str();
    let values = sql.values();
    let values = std::iter::once(&tenant as &(dyn ToSql + Sync)).chain(values.iter().map(|(value, _)| *value));
    let rows = client.query_raw(&statement, values.collect::<Vec<_>>()).await.map_err(failed)?;
    Ok(rows.map_err(failed))
}

/// A line of a row that begins with columns of its order.
fn line(row: Row, columns: OrderColumns) -> Result<ExportedLine, RowError> {
    let reader = Reader { table: ORDER_LINES.name(), row: &row };
    Ok(ExportedLine {
        line_id: reader.get("line_id")?,
        ordinal: reader.get("ordinal")?,
        sku: reader.get("sku")?,
        description: reader.get("description")?,
        quantity: reader.get("quantity")?,
        unit_price: reader.get("unit_price")?,
        total_minor: reader.get("line_total_minor")?,
        order: OrderRow::read(row, columns),
    })
}
