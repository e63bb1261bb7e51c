//! Writing a plan: at most eleven statements, sent together so that they cost one round trip.

use domain::order::contract::Published;
use tokio_postgres::{Statement, Transaction};

use super::Statements;
use super::plan::{Change, Plan};
use crate::table::{Arrays, arrays, parameters};
use crate::{ApplyError, CountKey, SkuFigures, SkuKey, TimelineEntry};

pub(super) async fn write(
    statements: &Statements,
    transaction: &Transaction<'_>,
    batch: &[Published],
    plan: &Plan,
) -> Result<(), ApplyError> {
    if plan.changes.is_empty() {
        return Ok(());
    }
    let changes = &plan.changes;
    let after = changes.iter().map(|change| &change.after);
    let deleted: Vec<_> = changes.iter().flat_map(Change::deleted_lines).collect();
    let lines: Vec<_> = changes.iter().flat_map(Change::written_lines).collect();
    let timeline: Vec<_> =
        plan.applied.iter().map(|(id, index)| TimelineEntry::borrowed(*id, &batch[*index])).collect();
    let customers: Vec<_> = plan.sums.customers.iter().collect();
    let skus: Vec<_> = plan.sums.skus.iter().collect();
    let moved = || arrays(plan.moved_placements.iter());
    // No order may be left in the rows of SKUs that an order no longer counts for.
    let is_smaller = |(_, figures): &&(&SkuKey, &SkuFigures)| figures.orders < 0 || figures.credits < 0;
    let decreased: Vec<&SkuKey> = skus.iter().filter(is_smaller).map(|(key, _)| *key).collect();
    let counts: Vec<_> = plan.sums.counts.iter().collect();
    let fewer: Vec<&CountKey> = counts.iter().filter(|(_, figures)| figures.orders < 0).map(|(key, _)| *key).collect();
    // The sums come last, and of them the counts, which nearly every batch changes: workers compete for their locks, so these are
    // held for the shortest time.
    let (written, ..) = futures::try_join!(
        execute(transaction, &statements.write_summaries, arrays(after)),
        execute(transaction, &statements.delete_lines, arrays(deleted.iter())),
        execute(transaction, &statements.write_lines, arrays(lines.iter())),
        execute(transaction, &statements.write_timeline, arrays(timeline.iter())),
        execute(transaction, &statements.write_customers, arrays(customers.iter())),
        // As a separate statement it sees what was committed before the one above got its locks.
        execute(transaction, &statements.look_up_placements, moved()),
        execute(transaction, &statements.delete_customers, moved()),
        execute(transaction, &statements.write_skus, arrays(skus.iter())),
        execute(transaction, &statements.delete_skus, arrays(decreased.iter())),
        execute(transaction, &statements.write_counts, arrays(counts.iter())),
        execute(transaction, &statements.delete_counts, arrays(fewer.iter())),
    )
    .map_err(ApplyError::Database)?;
    let expected = plan.changes.len() as u64;
    if written == expected { Ok(()) } else { Err(ApplyError::Raced { expected, written }) }
}

/// Runs a statement over the values of rows, unless there are none.
async fn execute(
    transaction: &Transaction<'_>,
    statement: &Statement,
    arrays: Option<Arrays<'_>>,
) -> Result<u64, tokio_postgres::Error> {
    let Some(arrays) = arrays else { return Ok(0) };
    transaction.execute(statement, &parameters(&arrays)).await
}
