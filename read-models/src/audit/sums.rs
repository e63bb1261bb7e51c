//! The live sums compared with those of all streams.

use std::pin::pin;

use futures::TryStreamExt;
use service_kit::BoxError;
use tokio_postgres::Transaction;

use super::found::Found;
use crate::model::Models;
use crate::rebuild::compare::difference;
use crate::sums::Sums;

/// Compares all tables of sums, and returns how many rows they have.
pub(super) async fn compare<V, S: Sums<V>>(
    transaction: &Transaction<'_>,
    models: Models,
    expected: &mut S,
    found: &mut (dyn FnMut(Found) + Send),
) -> Result<u64, BoxError> {
    expected.prune();
    let mut count = 0;
    for (model, expected) in models.sums.iter().zip(expected.tables()) {
        let rows = transaction.query_raw(&model.table().select(), std::iter::empty::<i32>()).await?;
        let mut rows = pin!(rows);
        while let Some(row) = rows.try_next().await? {
            count += 1;
            if let Some((live, log)) = expected.compare(model.table(), &row)? {
                found(Found::Differs(difference(*model, Some(live), log)));
            }
        }
        for row in expected.rest() {
            found(Found::Differs(difference(*model, None, Some(row))));
        }
    }
    Ok(count)
}
