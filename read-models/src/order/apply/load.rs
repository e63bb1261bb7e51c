//! Loading the orders of a batch: one statement, sent together with the caller's check.

use std::collections::HashMap;

use futures::TryFutureExt;
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::Statements;
use crate::order::view::ORDER_SUMMARY;
use crate::{ApplyError, OrderView};

pub(super) async fn load(
    statements: &Statements,
    transaction: &Transaction<'_>,
    check: impl Future<Output = Result<(), ApplyError>>,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, OrderView>, ApplyError> {
    let ids: [&(dyn ToSql + Sync); 1] = [&order_ids];
    let rows = transaction.query(&statements.load_orders, &ids).map_err(ApplyError::Database);
    let ((), rows) = futures::try_join!(check, rows)?;
    let views = rows.iter().map(|row| ORDER_SUMMARY.read::<OrderView>(row).map(|view| (view.order_id, view)));
    views.collect::<Result<_, _>>().map_err(ApplyError::Row)
}
