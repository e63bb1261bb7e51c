//! Loading the streams of a batch: one statement, sent together with the caller's check.

use std::collections::HashMap;

use futures::TryFutureExt;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Statement, Transaction};
use uuid::Uuid;

use super::error::ApplyError;
use crate::set::{ModelSet, View};

pub(super) async fn load<M: ModelSet>(
    statement: &Statement,
    transaction: &Transaction<'_>,
    check: impl Future<Output = Result<(), ApplyError>>,
    stream_ids: &[Uuid],
) -> Result<HashMap<Uuid, M::View>, ApplyError> {
    let ids: [&(dyn ToSql + Sync); 1] = [&stream_ids];
    let rows = transaction.query(statement, &ids).map_err(ApplyError::Database);
    let ((), rows) = futures::try_join!(check, rows)?;
    let table = M::MODELS.view.table();
    let views = rows.iter().map(|row| table.read::<M::View>(row).map(|view| (view.id(), view)));
    views.collect::<Result<_, _>>().map_err(ApplyError::Row)
}
