//! Drafts that nobody has changed for a time, of all tenants.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::db::Planning;
use crate::order::view::ORDER_SUMMARY;
use crate::table::{Reader, RowError};
use crate::{ReadDb, ReadDbError};

const OLD_DRAFTS: &str = "old drafts";

/// A draft as the read models have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldDraft {
    pub order_id: Uuid,
    pub tenant: String,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

impl ReadDb {
    /// Drafts whose last change was before a moment, the oldest first, at most so many; only those behind
    /// `after`, the time of the last change and the id of the last one of the page before.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn old_drafts(
        &self,
        before: DateTime<Utc>,
        after: Option<(DateTime<Utc>, Uuid)>,
        drafts_max: i64,
    ) -> Result<Vec<OldDraft>, ReadDbError> {
        let (since, last) = after.unwrap_or((DateTime::UNIX_EPOCH, Uuid::nil()));
        let sql = include_str!("../../../sql/order/query/old_drafts.sql");
        let rows = self.query(OLD_DRAFTS, (sql, Planning::Once), &[&before, &since, &last, &drafts_max]).await?;
        let read = |row| -> Result<OldDraft, RowError> {
            let reader = Reader { table: ORDER_SUMMARY.name(), row };
            Ok(OldDraft {
                order_id: reader.get("order_id")?,
                tenant: reader.get("tenant")?,
                version: reader.get("version")?,
                updated_at: reader.get("updated_at")?,
            })
        };
        let drafts: Result<_, RowError> = rows.iter().map(read).collect();
        drafts.map_err(|source| ReadDbError::Row { what: OLD_DRAFTS, source })
    }
}
