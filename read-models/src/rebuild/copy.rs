//! Filling tables without indexes by COPY.

use std::pin::pin;

use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::{Client, Error};

use crate::Contribution;
use crate::order::contribution::{CUSTOMER_SUMMARY, SKU_SALES};
use crate::table::{Columns, Table, arrays, parameters};

/// Most rows of sums in one statement.
const SUM_ROWS_MAX: usize = 10_000;

/// Copies rows into their table.
pub(super) async fn rows<'a, R: Columns + 'a>(
    client: &Client,
    table: &Table,
    rows: impl Iterator<Item = &'a R>,
) -> Result<(), Error> {
    let sink = client.copy_in(&table.copy()).await?;
    let kinds: Vec<_> = table.columns().iter().map(|column| column.kind.clone()).collect();
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &kinds));
    let mut cells = Vec::with_capacity(R::COUNT);
    for row in rows {
        row.cells(&mut |cell| cells.push(cell));
        writer.as_mut().write_raw(cells.drain(..)).await?;
    }
    writer.finish().await.map(|_| ())
}

/// Writes the sums. Their tables must have their indexes already, since the statement is the live projector's.
pub(super) async fn sums(client: &Client, sums: &Contribution) -> Result<(), Error> {
    let customers: Vec<_> = sums.customers.iter().collect();
    upsert(client, &CUSTOMER_SUMMARY, &customers).await?;
    let skus: Vec<_> = sums.skus.iter().collect();
    upsert(client, &SKU_SALES, &skus).await
}

async fn upsert(client: &Client, table: &Table, rows: &[impl Columns]) -> Result<(), Error> {
    let statement = client.prepare(&table.upsert()).await?;
    for part in rows.chunks(SUM_ROWS_MAX) {
        let Some(arrays) = arrays(part.iter()) else { continue };
        client.execute(&statement, &parameters(&arrays)).await?;
    }
    Ok(())
}
