//! How many sagas of all tenants wait for people, for those who run the engine.

use tokio_postgres::{Error, Row};

use crate::db::{Planning, ReadDb, ReadDbError};

/// The tasks of one kind that nobody has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTasks {
    /// The kind's symbol, such as `REVIEW`.
    pub kind: String,
    pub open: i64,
    /// Those among them that were not decided in time.
    pub escalated: i64,
}

impl ReadDb {
    /// The tasks that are open, by kind; kinds that have none are left out.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn open_tasks(&self) -> Result<Vec<OpenTasks>, ReadDbError> {
        let what = "open tasks of sagas";
        let rows =
            self.query(what, (include_str!("../../sql/order_saga/query/open_tasks.sql"), Planning::Once), &[]).await?;
        let read =
            |row: &Row| Ok(OpenTasks { kind: row.try_get(0)?, open: row.try_get(1)?, escalated: row.try_get(2)? });
        rows.iter().map(read).collect::<Result<_, Error>>().map_err(|source| ReadDbError::Statement { what, source })
    }
}
