//! Order numbers from a Postgres sequence, taken in blocks. Gaps are allowed; a restart leaves one.

use tokio::sync::Mutex;

use crate::{ReadError, Store};

/// Numbers fetched at once.
const BLOCK: i32 = 64;

/// Numbers fetched and not yet given, the next one last.
#[derive(Default)]
pub(crate) struct Numbers {
    free: Mutex<Vec<i64>>,
}

impl Store {
    /// The next order number, unique in this database.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn next_order_number(&self) -> Result<i64, ReadError> {
        let mut free = self.inner.numbers.free.lock().await;
        if let Some(number) = free.pop() {
            return Ok(number);
        }
        let client = self.reader().await?;
        let rows = client
            .query("SELECT nextval('order_number') FROM generate_series(1, $1::int)", &[&BLOCK])
            .await
            .map_err(ReadError::Query)?;
        let mut block =
            rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>().map_err(ReadError::Query)?;
        block.reverse();
        let number = block.pop().expect("a block holds numbers");
        *free = block;
        Ok(number)
    }
}
