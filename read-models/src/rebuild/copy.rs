//! Filling tables without indexes by COPY.

use tokio_postgres::{Client, Error};

use super::binary::Rows;
use crate::Contribution;
use crate::order::contribution::{CUSTOMER_SUMMARY, ORDER_COUNTS, SKU_SALES};
use crate::table::{Columns, Table, arrays, parameters};

/// Most rows of sums in one statement.
const SUM_ROWS_MAX: usize = 10_000;

/// Copies rows into their table.
pub(super) async fn rows<'a, R: Columns + 'a>(
    client: &Client,
    table: &Table,
    rows: impl Iterator<Item = &'a R>,
) -> Result<(), Error> {
    let mut copy = Rows::begin(client, table).await?;
    for row in rows {
        copy.write(row).await?;
    }
    copy.finish().await
}

/// Writes the sums. Their tables must have their indexes already, since the statement is the live projector's.
pub(super) async fn sums(client: &Client, sums: &Contribution) -> Result<(), Error> {
    let customers: Vec<_> = sums.customers.iter().collect();
    upsert(client, &CUSTOMER_SUMMARY, &customers).await?;
    let skus: Vec<_> = sums.skus.iter().collect();
    upsert(client, &SKU_SALES, &skus).await?;
    let counts: Vec<_> = sums.counts.iter().collect();
    upsert(client, &ORDER_COUNTS, &counts).await
}

async fn upsert(client: &Client, table: &Table, rows: &[impl Columns]) -> Result<(), Error> {
    let statement = client.prepare(&table.upsert()).await?;
    for part in rows.chunks(SUM_ROWS_MAX) {
        let Some(arrays) = arrays(part.iter()) else { continue };
        client.execute(&statement, &parameters(&arrays)).await?;
    }
    Ok(())
}
