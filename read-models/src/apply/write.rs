//! Writing a plan: a fixed number of statements, sent together so that they cost one round trip.

use domain::contract::Published;
use futures::future::try_join_all;
use tokio_postgres::{Statement, Transaction};

use super::Statements;
use super::error::ApplyError;
use super::plan::{Change, Plan};
use crate::set::ModelSet;
use crate::sums::Sums;
use crate::table::{Arrays, arrays, parameters};

pub(super) async fn write<M: ModelSet>(
    statements: &Statements,
    transaction: &Transaction<'_>,
    batch: &[Published<M::Event>],
    plan: &Plan<M>,
) -> Result<(), ApplyError> {
    if plan.changes.is_empty() {
        return Ok(());
    }
    let changes = &plan.changes;
    let deleted: Vec<_> = changes.iter().flat_map(Change::deleted_parts).collect();
    let parts: Vec<_> = changes.iter().flat_map(Change::written_parts).collect();
    let history: Vec<_> = plan.applied.iter().map(|(id, index)| M::entry_ref(*id, &batch[*index])).collect();
    let mut steps = vec![(&statements.write_views, arrays(changes.iter().map(|change| &change.after)))];
    if let Some(statements) = &statements.parts {
        steps.push((&statements.delete, arrays(deleted.iter())));
        steps.push((&statements.write, arrays(parts.iter())));
    }
    steps.push((&statements.write_history, arrays(history.iter())));
    // The sums come last: workers compete for the locks of their rows, so these are held for the shortest time.
    for (statements, change) in statements.sums.iter().zip(plan.sums.changes()) {
        steps.push((&statements.write, change.rows.arrays(0, usize::MAX)));
        // As a separate statement it sees what was committed before the one above got its locks.
        steps.extend(statements.look_up.as_ref().map(|look_up| (look_up, change.looked_up)));
        steps.push((&statements.delete_empty, change.emptied));
    }
    let steps = steps.into_iter().map(|(statement, arrays)| execute(transaction, statement, arrays));
    let counts = try_join_all(steps).await.map_err(ApplyError::Database)?;
    let (written, expected) = (counts[0], plan.changes.len() as u64);
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
