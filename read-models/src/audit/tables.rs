//! The live rows of orders, sorted, as one transaction sees them.

use domain::contract::Position;
use domain::contract::PublicEvents;
use service_kit::BoxError;
use tokio_postgres::{Portal, Row, Transaction};
use uuid::Uuid;

use super::sorted::Sorted;
use crate::query::TimelineEntry;
use crate::rows::{self, Reader, RowError};
use crate::{LineView, Model, OrderView};

/// Rows fetched at once.
const PAGE_ROWS: i32 = 1_000;

/// A row of `order_summary`.
pub(super) struct Summary {
    pub(super) view: OrderView,
    pub(super) line_count: i32,
}

/// A table's rows, each with its order's id; a damaged row is an item too.
pub(super) struct Table<'a, T> {
    transaction: &'a Transaction<'a>,
    portal: Portal,
    read: fn(&Row) -> Result<T, RowError>,
}

impl<'a, T> Table<'a, T> {
    async fn open(
        transaction: &'a Transaction<'a>,
        statement: &str,
        read: fn(&Row) -> Result<T, RowError>,
    ) -> Result<Self, BoxError> {
        let statement = transaction.prepare(statement).await?;
        Ok(Self { transaction, portal: transaction.bind(&statement, &[]).await?, read })
    }
}

impl<T: Send> Sorted for Table<'_, T> {
    type Item = Result<T, RowError>;

    async fn page(&mut self) -> Result<Vec<(Uuid, Self::Item)>, BoxError> {
        let rows = self.transaction.query_portal(&self.portal, PAGE_ROWS).await?;
        rows.iter().map(|row| Ok((row.try_get("order_id")?, (self.read)(row)))).collect()
    }
}

pub(super) async fn summaries<'a>(transaction: &'a Transaction<'a>) -> Result<Table<'a, Summary>, BoxError> {
    Table::open(transaction, include_str!("../../sql/audit/summaries.sql"), |row| {
        let reader = Reader { table: Model::OrderSummary.name(), row };
        Ok(Summary { view: rows::order(row)?, line_count: reader.get("line_count")? })
    })
    .await
}

pub(super) async fn lines<'a>(transaction: &'a Transaction<'a>) -> Result<Table<'a, LineView>, BoxError> {
    Table::open(transaction, include_str!("../../sql/audit/lines.sql"), |row| {
        rows::line(&Reader { table: Model::OrderLines.name(), row })
    })
    .await
}

pub(super) async fn timeline<'a>(transaction: &'a Transaction<'a>) -> Result<Table<'a, TimelineEntry>, BoxError> {
    Table::open(transaction, include_str!("../../sql/audit/timeline.sql"), TimelineEntry::read).await
}

/// The timeline row that an event must have.
pub(super) fn entry(order_id: Uuid, record: &domain::order::contract::Published) -> TimelineEntry {
    let Position { shard, position } = record.position;
    TimelineEntry {
        order_id,
        version: record.event.version(),
        event_id: record.event_id.uuid(),
        event_type: record.event.name().to_owned(),
        at: crate::apply::write::moment(record.event.at()),
        recorded_at: crate::fold::recorded_at(record),
        body: record.event.to_json().expect("an event is plain data"),
        correlation_id: record.correlation_id.clone(),
        causation_id: record.causation_id.clone(),
        traceparent: record.traceparent.clone(),
        position: Position { shard, position },
    }
}
