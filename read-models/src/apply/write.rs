//! Writing a plan: at most nine statements, sent together so that they cost one round trip.

use domain::contract::PublicEvents;
use domain::order::contract::Published;
use tokio_postgres::types::{Json, ToSql};
use tokio_postgres::{Statement, Transaction};
use uuid::Uuid;

use super::plan::{Change, Plan};
use super::{ApplyError, Statements};
use crate::fold::recorded_at;
use crate::{Contribution, LineView};

pub(crate) type Column<'a> = Box<dyn ToSql + Sync + Send + 'a>;

pub(super) async fn write(
    statements: &Statements,
    transaction: &Transaction<'_>,
    batch: &[Published],
    plan: &Plan,
) -> Result<(), ApplyError> {
    if plan.changes.is_empty() {
        return Ok(());
    }
    // The sums come last: workers compete for their locks, so these are held for the shortest time.
    let (written, ..) = futures::try_join!(
        execute(transaction, &statements.write_summaries, summaries(&plan.changes)),
        execute(transaction, &statements.delete_lines, deleted_lines(&plan.changes)),
        execute(transaction, &statements.write_lines, written_lines(&plan.changes)),
        execute(transaction, &statements.write_timeline, timeline(batch, &plan.applied)),
        execute(transaction, &statements.write_customers, customers(&plan.sums)),
        // As a separate statement it sees what was committed before the one above got its locks.
        execute(transaction, &statements.look_up_placements, moved_placements(plan)),
        execute(transaction, &statements.delete_customers, moved_placements(plan)),
        execute(transaction, &statements.write_skus, skus(&plan.sums)),
        execute(transaction, &statements.delete_skus, decreased_skus(&plan.sums)),
    )
    .map_err(ApplyError::Database)?;
    let expected = plan.changes.len() as u64;
    if written == expected { Ok(()) } else { Err(ApplyError::Raced { expected, written }) }
}

/// Runs a statement over columns, unless there are no rows.
async fn execute(
    transaction: &Transaction<'_>,
    statement: &Statement,
    columns: Option<Vec<Column<'_>>>,
) -> Result<u64, tokio_postgres::Error> {
    let Some(columns) = columns else { return Ok(0) };
    let columns: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| &**column as &(dyn ToSql + Sync)).collect();
    transaction.execute(statement, &columns).await
}

/// One array over all rows.
fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Column<'a>
where
    T: ToSql + Sync + Send + 'a,
{
    Box::new(rows.iter().map(value).collect::<Vec<T>>())
}

/// The arrays of a statement's parameters, in their order; `None` without rows.
macro_rules! columns {
    ($rows:expr, $row:pat => $($value:expr),+ $(,)?) => {{
        let rows = $rows;
        (!rows.is_empty()).then(|| vec![$(column(rows, |$row| $value)),+])
    }};
}

fn summaries(changes: &[Change]) -> Option<Vec<Column<'_>>> {
    columns!(changes, Change { after: view, .. } =>
        view.order_id,
        view.tenant.as_str(),
        view.version,
        view.state.as_str(),
        view.kind.as_str(),
        view.imported,
        view.source.as_deref(),
        view.reference.as_deref(),
        view.credit_of.as_deref(),
        view.number.as_deref(),
        view.customer.as_deref(),
        view.country.as_deref(),
        view.currency.as_deref(),
        view.total_minor,
        i32::try_from(view.lines.len()).expect("an order has far fewer lines than 32 bits count"),
        view.quantity_total,
        view.drafted_at,
        view.placed_at,
        view.cancelled_at,
        view.imported_at,
        view.updated_at,
        view.cancel_reason.as_deref(),
        view.cancel_note.as_deref(),
        view.shipping_address.as_ref().map(Json),
        view.billing_address.as_ref().map(Json),
        view.position.shard,
        view.position.position,
    )
}

fn deleted_lines(changes: &[Change]) -> Option<Vec<Column<'_>>> {
    let (orders, lines): (Vec<Uuid>, Vec<Uuid>) = changes
        .iter()
        .flat_map(|change| change.deleted_lines().map(|line_id| (change.after.order_id, line_id)))
        .unzip();
    (!orders.is_empty()).then(|| -> Vec<Column<'_>> { vec![Box::new(orders), Box::new(lines)] })
}

fn written_lines(changes: &[Change]) -> Option<Vec<Column<'_>>> {
    let rows: Vec<(Uuid, &LineView)> =
        changes.iter().flat_map(|change| change.written_lines().map(|line| (change.after.order_id, line))).collect();
    let lines = || rows.iter().map(|(_, line)| *line);
    (!rows.is_empty()).then(|| -> Vec<Column<'_>> {
        vec![
            Box::new(rows.iter().map(|(order_id, _)| *order_id).collect::<Vec<_>>()),
            Box::new(lines().map(|line| line.line_id).collect::<Vec<_>>()),
            Box::new(lines().map(|line| line.ordinal).collect::<Vec<_>>()),
            Box::new(lines().map(|line| line.sku.as_str()).collect::<Vec<_>>()),
            Box::new(lines().map(|line| line.description.as_deref()).collect::<Vec<_>>()),
            Box::new(lines().map(|line| line.quantity).collect::<Vec<_>>()),
            Box::new(lines().map(|line| line.unit_price).collect::<Vec<_>>()),
            Box::new(lines().map(|line| line.total_minor).collect::<Vec<_>>()),
        ]
    })
}

fn timeline<'a>(batch: &'a [Published], applied: &'a [(Uuid, usize)]) -> Option<Vec<Column<'a>>> {
    let record = |row: &(Uuid, usize)| &batch[row.1];
    columns!(applied, row =>
        row.0,
        record(row).event.version(),
        record(row).event_id.uuid(),
        record(row).event.name(),
        moment(record(row).event.at()),
        recorded_at(record(row)),
        Json(&record(row).event),
        record(row).correlation_id.as_deref(),
        record(row).causation_id.as_deref(),
        record(row).traceparent.as_deref(),
        record(row).position.shard,
        record(row).position.position,
    )
}

pub(crate) fn customers(sums: &Contribution) -> Option<Vec<Column<'_>>> {
    let rows = || sums.customers.iter();
    (!sums.customers.is_empty()).then(|| -> Vec<Column<'_>> {
        vec![
            Box::new(rows().map(|(key, _)| key.tenant.as_str()).collect::<Vec<_>>()),
            Box::new(rows().map(|(key, _)| key.customer.as_str()).collect::<Vec<_>>()),
            Box::new(rows().map(|(key, _)| key.currency.as_str()).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.orders).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.credits).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.cancelled).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.revenue_minor.to_string()).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.first_placed_at).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.last_placed_at).collect::<Vec<_>>()),
        ]
    })
}

/// Keys of customers whose placements a corrected import has moved.
fn moved_placements(plan: &Plan) -> Option<Vec<Column<'_>>> {
    let keys = || plan.moved_placements.iter();
    (!plan.moved_placements.is_empty()).then(|| -> Vec<Column<'_>> {
        vec![
            Box::new(keys().map(|key| key.tenant.as_str()).collect::<Vec<_>>()),
            Box::new(keys().map(|key| key.customer.as_str()).collect::<Vec<_>>()),
            Box::new(keys().map(|key| key.currency.as_str()).collect::<Vec<_>>()),
        ]
    })
}

pub(crate) fn skus(sums: &Contribution) -> Option<Vec<Column<'_>>> {
    let rows = || sums.skus.iter();
    (!sums.skus.is_empty()).then(|| -> Vec<Column<'_>> {
        vec![
            Box::new(rows().map(|(key, _)| key.tenant.as_str()).collect::<Vec<_>>()),
            Box::new(rows().map(|(key, _)| key.sku.as_str()).collect::<Vec<_>>()),
            Box::new(rows().map(|(key, _)| key.currency.as_str()).collect::<Vec<_>>()),
            Box::new(rows().map(|(key, _)| key.month).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.orders).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.credits).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.quantity).collect::<Vec<_>>()),
            Box::new(rows().map(|(_, figures)| figures.revenue_minor.to_string()).collect::<Vec<_>>()),
        ]
    })
}

/// Keys of SKUs that an order no longer counts for: no order may be left in their rows.
fn decreased_skus(sums: &Contribution) -> Option<Vec<Column<'_>>> {
    let decreased = sums.skus.iter().filter(|(_, figures)| figures.orders < 0 || figures.credits < 0);
    let keys: Vec<_> = decreased.map(|(key, _)| key).collect();
    (!keys.is_empty()).then(|| -> Vec<Column<'_>> {
        vec![
            Box::new(keys.iter().map(|key| key.tenant.as_str()).collect::<Vec<_>>()),
            Box::new(keys.iter().map(|key| key.sku.as_str()).collect::<Vec<_>>()),
            Box::new(keys.iter().map(|key| key.currency.as_str()).collect::<Vec<_>>()),
            Box::new(keys.iter().map(|key| key.month).collect::<Vec<_>>()),
        ]
    })
}

pub(crate) fn moment(micros: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_micros(micros).expect("the fold refuses moments out of range")
}
