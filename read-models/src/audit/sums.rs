//! The live sums compared with those of all orders.

use futures::TryStreamExt;
use service_kit::BoxError;
use std::pin::pin;
use tokio_postgres::{Row, Transaction};

use super::{Found, row_json};
use crate::rebuild::compare::difference;
use crate::rows::{Reader, RowError};
use crate::{Contribution, CustomerFigures, CustomerKey, Model, SkuFigures, SkuKey};

/// Compares both tables of sums, and returns how many rows they have.
pub(super) async fn compare(
    transaction: &Transaction<'_>,
    mut expected: Contribution,
    found: &mut (dyn FnMut(Found) + Send),
) -> Result<u64, BoxError> {
    expected.prune();
    let mut count = 0;
    let no_values = std::iter::empty::<i32>();
    let rows = transaction.query_raw(include_str!("../../sql/audit/customers.sql"), no_values.clone()).await?;
    let mut rows = pin!(rows);
    while let Some(row) = rows.try_next().await? {
        count += 1;
        let (key, figures) = customer(&row)?;
        let log = expected.customers.remove(&key);
        if log.as_ref() != Some(&figures) {
            let live = row_json::customer(&key, &figures);
            let log = log.map(|log| row_json::customer(&key, &log));
            found(Found::Differs(difference(Model::CustomerSummary, Some(live), log)));
        }
    }
    let rows = transaction.query_raw(include_str!("../../sql/audit/skus.sql"), no_values).await?;
    let mut rows = pin!(rows);
    while let Some(row) = rows.try_next().await? {
        count += 1;
        let (key, figures) = sku(&row)?;
        let log = expected.skus.remove(&key);
        if log.as_ref() != Some(&figures) {
            let live = row_json::sku(&key, &figures);
            let log = log.map(|log| row_json::sku(&key, &log));
            found(Found::Differs(difference(Model::SkuSales, Some(live), log)));
        }
    }
    for (key, figures) in &expected.customers {
        found(Found::Differs(difference(Model::CustomerSummary, None, Some(row_json::customer(key, figures)))));
    }
    for (key, figures) in &expected.skus {
        found(Found::Differs(difference(Model::SkuSales, None, Some(row_json::sku(key, figures)))));
    }
    Ok(count)
}

fn customer(row: &Row) -> Result<(CustomerKey, CustomerFigures), RowError> {
    let reader = Reader { table: Model::CustomerSummary.name(), row };
    let key = CustomerKey {
        tenant: reader.get("tenant")?,
        customer: reader.get("customer")?,
        currency: reader.get("currency")?,
    };
    let figures = CustomerFigures {
        orders: reader.get("orders")?,
        credits: reader.get("credits")?,
        cancelled: reader.get("cancelled")?,
        revenue_minor: reader.parsed("revenue_minor", |text| text.parse().ok())?,
        first_placed_at: reader.get("first_placed_at")?,
        last_placed_at: reader.get("last_placed_at")?,
    };
    Ok((key, figures))
}

fn sku(row: &Row) -> Result<(SkuKey, SkuFigures), RowError> {
    let reader = Reader { table: Model::SkuSales.name(), row };
    let key = SkuKey {
        tenant: reader.get("tenant")?,
        sku: reader.get("sku")?,
        currency: reader.get("currency")?,
        month: reader.get("month")?,
    };
    let figures = SkuFigures {
        orders: reader.get("orders")?,
        credits: reader.get("credits")?,
        quantity: reader.get("quantity")?,
        revenue_minor: reader.parsed("revenue_minor", |text| text.parse().ok())?,
    };
    Ok((key, figures))
}
