//! Filling tables without indexes by COPY.

use tokio_postgres::{Client, Error};

use super::binary::Rows;
use crate::model::Model;
use crate::sums::Sums;
use crate::table::{Columns, Table, parameters};

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
pub(super) async fn sums<V, S: Sums<V>>(client: &Client, models: &[Model], sums: &S) -> Result<(), Error> {
    for (model, change) in models.iter().zip(sums.changes()) {
        let statement = client.prepare(&model.table().upsert()).await?;
        let mut written = 0;
        while let Some(arrays) = change.rows.arrays(written, SUM_ROWS_MAX) {
            client.execute(&statement, &parameters(&arrays)).await?;
            written += SUM_ROWS_MAX;
        }
    }
    Ok(())
}
