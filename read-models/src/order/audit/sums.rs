//! The live sums compared with those of all orders.

use std::collections::BTreeMap;
use std::pin::pin;

use futures::TryStreamExt;
use service_kit::BoxError;
use tokio_postgres::Transaction;

use crate::audit::Found;
use crate::rebuild::compare::difference;
use crate::table::{FromRow, json};
use crate::{Contribution, Model};

/// Compares all tables of sums, and returns how many rows they have.
pub(crate) async fn compare(
    transaction: &Transaction<'_>,
    mut expected: Contribution,
    found: &mut (dyn FnMut(Found) + Send),
) -> Result<u64, BoxError> {
    expected.prune();
    let customers = compare_table(transaction, Model::CustomerSummary, expected.customers, found).await?;
    let skus = compare_table(transaction, Model::SkuSales, expected.skus, found).await?;
    let counts = compare_table(transaction, Model::OrderCounts, expected.counts, found).await?;
    Ok(customers + skus + counts)
}

async fn compare_table<K, V>(
    transaction: &Transaction<'_>,
    model: Model,
    mut expected: BTreeMap<K, V>,
    found: &mut (dyn FnMut(Found) + Send),
) -> Result<u64, BoxError>
where
    K: FromRow + Ord + Send,
    V: FromRow + PartialEq + Send,
{
    let mut count = 0;
    let rows = transaction.query_raw(&model.table().select(), std::iter::empty::<i32>()).await?;
    let mut rows = pin!(rows);
    while let Some(row) = rows.try_next().await? {
        count += 1;
        let (key, figures): (K, V) = model.table().read(&row)?;
        let log = expected.remove(&key);
        if log.as_ref() != Some(&figures) {
            let log = log.map(|log| json(&(&key, &log)));
            found(Found::Differs(difference(model, Some(json(&(&key, &figures))), log)));
        }
    }
    for row in &expected {
        found(Found::Differs(difference(model, None, Some(json(&row)))));
    }
    Ok(count)
}
