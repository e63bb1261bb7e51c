//! Loading the orders of a batch: two statements, sent together with the caller's check.

use std::collections::HashMap;

use futures::TryFutureExt;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Transaction};
use uuid::Uuid;

use super::Statements;
use crate::order::view::{ORDER_LINES, ORDER_SUMMARY};
use crate::table::RowError;
use crate::{ApplyError, LineView, OrderView};

pub(super) async fn load(
    statements: &Statements,
    transaction: &Transaction<'_>,
    check: impl Future<Output = Result<(), ApplyError>>,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, OrderView>, ApplyError> {
    let ids: [&(dyn ToSql + Sync); 1] = [&order_ids];
    let ((), summaries, lines) = futures::try_join!(
        check,
        transaction.query(&statements.load_summaries, &ids).map_err(ApplyError::Database),
        transaction.query(&statements.load_lines, &ids).map_err(ApplyError::Database),
    )?;
    views(&summaries, &lines).map_err(ApplyError::Row)
}

/// Orders from the rows of their two tables. Lines stand in the order of their ordinals.
fn views(summaries: &[Row], lines: &[Row]) -> Result<HashMap<Uuid, OrderView>, RowError> {
    let mut views = HashMap::with_capacity(summaries.len());
    for row in summaries {
        let view: OrderView = ORDER_SUMMARY.read(row)?;
        views.insert(view.order_id, view);
    }
    for row in lines {
        let line: LineView = ORDER_LINES.read(row)?;
        if let Some(view) = views.get_mut(&line.order_id) {
            view.lines.push(line);
        }
    }
    Ok(views)
}
