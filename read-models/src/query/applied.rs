//! How far streams are projected.

use tokio_postgres::Row;
use uuid::Uuid;

use crate::table::{Reader, RowError};

/// How far a stream is projected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedVersion {
    pub stream_id: Uuid,
    /// The version of the last event applied.
    pub version: i64,
    pub tenant: String,
    /// The customer whose it is, where known.
    pub customer: Option<String>,
}

impl AppliedVersion {
    /// From a row with the columns `id`, `version`, `tenant` and `customer`.
    pub(crate) fn read(table: &'static str, row: &Row) -> Result<Self, RowError> {
        let reader = Reader { table, row };
        Ok(Self {
            stream_id: reader.get("id")?,
            version: reader.get("version")?,
            tenant: reader.get("tenant")?,
            customer: reader.get("customer")?,
        })
    }
}
