//! The events behind a row.

use serde_json::{Map, Value};
use tokio_postgres::{Error, Transaction};

use crate::Model;

/// Positions in the log of the events behind a row, twenty at most. For sums, the last event of each order.
pub(crate) async fn of_row(
    transaction: &Transaction<'_>,
    model: Model,
    key: &Map<String, Value>,
) -> Result<Vec<String>, Error> {
    let text = |column: &str| key.get(column).and_then(Value::as_str).unwrap_or_default();
    let rows = match model {
        Model::OrderSummary | Model::OrderLines | Model::OrderTimeline => {
            let statement = include_str!("../../sql/order/rebuild/events_of_order.sql");
            transaction.query(statement, &[&text("order_id")]).await
        }
        Model::CustomerSummary => {
            let statement = include_str!("../../sql/order/rebuild/events_of_customer.sql");
            transaction.query(statement, &[&text("tenant"), &text("customer"), &text("currency")]).await
        }
        Model::SkuSales => {
            let statement = include_str!("../../sql/order/rebuild/events_of_sku.sql");
            transaction.query(statement, &[&text("tenant"), &text("sku"), &text("currency"), &text("month")]).await
        }
        Model::OrderCounts => {
            let statement = include_str!("../../sql/order/rebuild/events_of_count.sql");
            let imported = key.get("imported").and_then(Value::as_bool).unwrap_or_default();
            let [tenant, state, kind, country, currency] = ["tenant", "state", "kind", "country", "currency"].map(text);
            transaction.query(statement, &[&tenant, &state, &kind, &imported, &country, &currency]).await
        }
    };
    rows.map(|rows| rows.iter().map(|row| row.get(0)).collect())
}
