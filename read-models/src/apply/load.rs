//! Loading the orders of a batch: two statements and the check of the generations, sent together.

use std::collections::HashMap;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Transaction};
use uuid::Uuid;

use super::{ApplyError, Statements};
use crate::table::RowError;
use crate::view::{ORDER_LINES, ORDER_SUMMARY};
use crate::{Generations, LineView, OrderView};

pub(super) async fn load(
    statements: &Statements,
    expected: Option<&Generations>,
    transaction: &Transaction<'_>,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, OrderView>, ApplyError> {
    let ids: [&(dyn ToSql + Sync); 1] = [&order_ids];
    let (generations, summaries, lines) = futures::try_join!(
        transaction.query(&statements.generations, &[]),
        transaction.query(&statements.load_summaries, &ids),
        transaction.query(&statements.load_lines, &ids),
    )
    .map_err(ApplyError::Database)?;
    if expected.is_some_and(|expected| Generations::found(&generations) != *expected) {
        return Err(ApplyError::GenerationsMoved);
    }
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
