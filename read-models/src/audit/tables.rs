//! The live rows of streams, sorted, as one transaction sees them.

use std::marker::PhantomData;

use service_kit::BoxError;
use tokio_postgres::{Portal, Transaction};
use uuid::Uuid;

use super::sorted::Sorted;
use crate::table::{FromRow, RowError, Table};

/// Rows fetched at once.
const PAGE_ROWS: i32 = 1_000;

/// A table's rows, each with its stream's id; a damaged row is an item too.
pub(super) struct Rows<'a, R> {
    transaction: &'a Transaction<'a>,
    table: &'static Table,
    portal: Portal,
    row: PhantomData<fn() -> R>,
}

impl<'a, R: FromRow> Rows<'a, R> {
    /// The rows in the order of their key, which begins with the stream's id.
    pub(super) async fn sorted(transaction: &'a Transaction<'a>, table: &'static Table) -> Result<Self, BoxError> {
        let statement = format!("{} ORDER BY {}", table.select(), table.key().join(", "));
        let statement = transaction.prepare(&statement).await?;
        let portal = transaction.bind(&statement, &[]).await?;
        Ok(Self { transaction, table, portal, row: PhantomData })
    }
}

impl<R: FromRow + Send> Sorted for Rows<'_, R> {
    type Item = Result<R, RowError>;

    async fn page(&mut self) -> Result<Vec<(Uuid, Self::Item)>, BoxError> {
        let rows = self.transaction.query_portal(&self.portal, PAGE_ROWS).await?;
        rows.iter().map(|row| Ok((row.try_get(self.table.key()[0])?, self.table.read(row)))).collect()
    }
}
