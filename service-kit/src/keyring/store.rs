//! The table of wrapped keys.

use domain::{SubjectId, TenantId, Timestamp};
use tokio_postgres::types::ToSql;

use super::error::KeyStoreError;
use crate::postgres::Pool;

const LOAD: &str = include_str!("sql/load_keys.sql");
const INSERT: &str = include_str!("sql/insert_keys.sql");
const DESTROY: &str = include_str!("sql/destroy_key.sql");

/// A row: the wrapped key, or `None` where it was destroyed.
pub(super) type StoredKey = (String, Option<Vec<u8>>);

#[derive(Debug, Clone)]
pub(super) struct Store(pub Pool);

impl Store {
    pub(super) async fn load(&self, tenant: &TenantId, subjects: &[&str]) -> Result<Vec<StoredKey>, KeyStoreError> {
        let client = self.0.get().await.map_err(KeyStoreError::Connection)?;
        let failed = |source| KeyStoreError::Statement { action: "read keys", source };
        let statement = client.prepare_cached(LOAD).await.map_err(failed)?;
        let rows = client.query(&statement, &[&tenant.as_str(), &subjects]).await.map_err(failed)?;
        let read = |row: &tokio_postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?));
        rows.iter().map(read).collect::<Result<_, _>>().map_err(KeyStoreError::Row)
    }

    /// Adds keys for subjects that have none; an existing key is kept. Subjects must be sorted, else two batches could
    /// wait for each other.
    pub(super) async fn insert(
        &self,
        tenant: &TenantId,
        subjects: &[&str],
        wrapped: &[Vec<u8>],
        at: Timestamp,
    ) -> Result<(), KeyStoreError> {
        self.execute("add keys", INSERT, &[&tenant.as_str(), &subjects, &wrapped, &at.to_datetime()]).await
    }

    pub(super) async fn destroy(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        at: Timestamp,
    ) -> Result<(), KeyStoreError> {
        self.execute("destroy a key", DESTROY, &[&tenant.as_str(), &subject.as_str(), &at.to_datetime()]).await
    }

    async fn execute(
        &self,
        action: &'static str,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<(), KeyStoreError> {
        let client = self.0.get().await.map_err(KeyStoreError::Connection)?;
        let failed = |source| KeyStoreError::Statement { action, source };
        let statement = client.prepare_cached(sql).await.map_err(failed)?;
        client.execute(&statement, values).await.map(|_| ()).map_err(failed)
    }
}
