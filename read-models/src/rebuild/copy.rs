//! Filling tables without indexes by COPY.

use domain::contract::PublicEvents;
use domain::order::contract::Published;
use tokio_postgres::types::{Json, ToSql, Type};
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use super::binary::Rows;
use crate::apply::write::{Column, customers, moment, skus};
use crate::fold::recorded_at;
use crate::{Contribution, OrderView};

/// Most rows of sums in one statement.
const SUM_ROWS_MAX: usize = 10_000;

const SUMMARY: &str = "COPY order_summary (order_id, tenant, version, state, kind, imported, source, reference, credit_of, \
    number, customer, country, currency, total_minor, line_count, quantity_total, drafted_at, placed_at, cancelled_at, \
    imported_at, updated_at, cancel_reason, cancel_note, shipping_address, billing_address, shard, position) \
    FROM STDIN BINARY";
const SUMMARY_TYPES: [Type; 27] = [
    Type::UUID,
    Type::TEXT,
    Type::INT8,
    Type::TEXT,
    Type::TEXT,
    Type::BOOL,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::INT8,
    Type::INT4,
    Type::INT8,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TEXT,
    Type::TEXT,
    Type::JSONB,
    Type::JSONB,
    Type::INT2,
    Type::INT8,
];
const LINES: &str = "COPY order_lines (order_id, line_id, ordinal, sku, description, quantity, unit_price, total_minor) \
    FROM STDIN BINARY";
const LINES_TYPES: [Type; 8] =
    [Type::UUID, Type::UUID, Type::INT4, Type::TEXT, Type::TEXT, Type::INT8, Type::INT8, Type::INT8];
const TIMELINE: &str = "COPY order_timeline (order_id, version, event_id, type, at, recorded_at, body, correlation_id, \
    causation_id, traceparent, shard, position) FROM STDIN BINARY";
const TIMELINE_TYPES: [Type; 12] = [
    Type::UUID,
    Type::INT8,
    Type::UUID,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::JSONB,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::INT2,
    Type::INT8,
];

/// Copies rows, one slice of values each.
macro_rules! copy {
    ($client:expr, $statement:expr, $types:expr, $rows:expr, $row:pat => [$($value:expr),+ $(,)?]) => {{
        let mut rows = Rows::begin($client, $statement, &$types).await?;
        for $row in $rows {
            rows.write(&[$(&$value as &(dyn ToSql + Sync)),+]).await?;
        }
        rows.finish().await
    }};
}

pub(super) async fn summaries(client: &Client, views: impl Iterator<Item = &OrderView>) -> Result<(), Error> {
    copy!(client, SUMMARY, SUMMARY_TYPES, views, view => [
        view.order_id, view.tenant, view.version, view.state.as_str(), view.kind.as_str(), view.imported, view.source,
        view.reference, view.credit_of, view.number, view.customer, view.country, view.currency, view.total_minor,
        i32::try_from(view.lines.len()).expect("an order has far fewer lines than 32 bits count"),
        view.quantity_total, view.drafted_at, view.placed_at, view.cancelled_at, view.imported_at, view.updated_at,
        view.cancel_reason, view.cancel_note, view.shipping_address.as_ref().map(Json),
        view.billing_address.as_ref().map(Json), view.position.shard, view.position.position,
    ])
}

pub(super) async fn lines(client: &Client, views: impl Iterator<Item = &OrderView>) -> Result<(), Error> {
    let rows = views.flat_map(|view| view.lines.iter().map(|line| (view.order_id, line)));
    copy!(client, LINES, LINES_TYPES, rows, (order_id, line) => [
        order_id, line.line_id, line.ordinal, line.sku, line.description, line.quantity, line.unit_price,
        line.total_minor,
    ])
}

pub(super) async fn timeline(client: &Client, records: &[(Uuid, Published)]) -> Result<(), Error> {
    copy!(client, TIMELINE, TIMELINE_TYPES, records, (order_id, record) => [
        order_id, record.event.version(), record.event_id.uuid(), record.event.name(), moment(record.event.at()),
        recorded_at(record), Json(&record.event), record.correlation_id, record.causation_id, record.traceparent,
        record.position.shard, record.position.position,
    ])
}

/// Writes the sums. Their tables must have their indexes already, since the statement is the live projector's.
pub(super) async fn sums(client: &Client, sums: Contribution) -> Result<(), Error> {
    let mut part = Contribution::default();
    for (key, figures) in sums.customers {
        part.customers.insert(key, figures);
        if part.customers.len() == SUM_ROWS_MAX {
            write_sums(client, &std::mem::take(&mut part)).await?;
        }
    }
    for (key, figures) in sums.skus {
        part.skus.insert(key, figures);
        if part.skus.len() == SUM_ROWS_MAX {
            write_sums(client, &std::mem::take(&mut part)).await?;
        }
    }
    write_sums(client, &part).await
}

async fn write_sums(client: &Client, part: &Contribution) -> Result<(), Error> {
    execute(client, include_str!("../../sql/apply/write_customers.sql"), customers(part)).await?;
    execute(client, include_str!("../../sql/apply/write_skus.sql"), skus(part)).await
}

async fn execute(client: &Client, statement: &str, columns: Option<Vec<Column<'_>>>) -> Result<(), Error> {
    let Some(columns) = columns else { return Ok(()) };
    let columns: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| &**column as &(dyn ToSql + Sync)).collect();
    client.execute(statement, &columns).await.map(|_| ())
}
