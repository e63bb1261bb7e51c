//! Applying a batch of events to the orders' tables: load the orders of the batch, fold, write what has changed.
//!
//! The number of statements does not depend on the batch. Rows are locked in one order (model, then key), so that workers of
//! different partitions wait for each other and do not deadlock.

mod load;
pub(crate) mod plan;
#[cfg(test)]
mod properties;
mod write;

use domain::order::contract::Published;
use tokio_postgres::{Client, Statement, Transaction};

pub use plan::{ApplyReport, Failure};

use super::contribution::{CUSTOMER_SUMMARY, ORDER_COUNTS, SKU_SALES};
use super::lines::ORDER_LINES;
use super::timeline::ORDER_TIMELINE;
use super::view::ORDER_SUMMARY;
use crate::ApplyError;

/// The prepared statements of one connection.
pub(crate) struct Statements {
    load_orders: Statement,
    write_summaries: Statement,
    write_lines: Statement,
    delete_lines: Statement,
    write_timeline: Statement,
    write_customers: Statement,
    look_up_placements: Statement,
    delete_customers: Statement,
    write_skus: Statement,
    delete_skus: Statement,
    write_counts: Statement,
    delete_counts: Statement,
}

impl Statements {
    pub(crate) async fn prepare(client: &Client) -> Result<Self, ApplyError> {
        let prepare = async |sql: &str| client.prepare(sql).await.map_err(ApplyError::Database);
        Ok(Self {
            load_orders: prepare(&ORDER_SUMMARY.fill(include_str!("../../../sql/order/apply/load_orders.sql"))).await?,
            write_summaries: prepare(&ORDER_SUMMARY.fill(include_str!("../../../sql/order/apply/write_summaries.sql")))
                .await?,
            write_lines: prepare(&ORDER_LINES.upsert()).await?,
            delete_lines: prepare(include_str!("../../../sql/order/apply/delete_lines.sql")).await?,
            write_timeline: prepare(&ORDER_TIMELINE.insert()).await?,
            write_customers: prepare(&CUSTOMER_SUMMARY.upsert()).await?,
            look_up_placements: prepare(include_str!("../../../sql/order/apply/look_up_placements.sql")).await?,
            delete_customers: prepare(
                &CUSTOMER_SUMMARY.fill(include_str!("../../../sql/order/apply/delete_customers.sql")),
            )
            .await?,
            write_skus: prepare(&SKU_SALES.upsert()).await?,
            delete_skus: prepare(&SKU_SALES.fill(include_str!("../../../sql/order/apply/delete_skus.sql"))).await?,
            write_counts: prepare(&ORDER_COUNTS.upsert()).await?,
            delete_counts: prepare(&ORDER_COUNTS.fill(include_str!("../../../sql/order/apply/delete_counts.sql")))
                .await?,
        })
    }

    /// Applies a batch, unless `check`, which is sent together with the loading, fails.
    pub(crate) async fn apply(
        &self,
        transaction: &Transaction<'_>,
        check: impl Future<Output = Result<(), ApplyError>>,
        batch: &[Published],
    ) -> Result<ApplyReport, ApplyError> {
        let groups = plan::Groups::of(batch);
        let loaded = load::load(self, transaction, check, groups.order_ids()).await?;
        let plan = groups.fold(loaded);
        // The futures of all its statements are too much for a stack.
        Box::pin(write::write(self, transaction, batch, &plan)).await?;
        Ok(plan.report)
    }
}
