//! What customers do not want to be told.

use domain::notification::Kind;
use domain::{SubjectId, TenantId, Timestamp};
use service_kit::postgres::{Pool, TableError};

/// The table of refused kinds.
#[derive(Clone)]
pub(crate) struct Refusals(pub(crate) Pool);

impl Refusals {
    /// Whether a subject does not want to be told of a kind.
    pub(crate) async fn refuses(&self, tenant: &TenantId, subject: &SubjectId, kind: Kind) -> Result<bool, TableError> {
        let failed = TableError::failed_to("read what a customer refuses");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/refuses.sql")).await.map_err(&failed)?;
        let row = client.query_one(&sql, &[&tenant.as_str(), &subject.as_str(), &kind.symbol()]).await;
        row.and_then(|row| row.try_get(0)).map_err(&failed)
    }

    /// The kinds that a subject refuses.
    pub(crate) async fn of(&self, tenant: &TenantId, subject: &SubjectId) -> Result<Vec<Kind>, TableError> {
        let failed = TableError::failed_to("read what a customer refuses");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/refused.sql")).await.map_err(&failed)?;
        let rows = client.query(&sql, &[&tenant.as_str(), &subject.as_str()]).await.map_err(&failed)?;
        let kinds = rows.iter().map(|row| row.try_get::<_, &str>(0).map(Kind::of_symbol));
        Ok(kinds.collect::<Result<Vec<_>, _>>().map_err(&failed)?.into_iter().flatten().collect())
    }

    /// Records whether a subject wants to be told of a kind.
    pub(crate) async fn set(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        kind: Kind,
        is_wanted: bool,
        at: Timestamp,
    ) -> Result<(), TableError> {
        let failed = TableError::failed_to("record what a customer refuses");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let done = if is_wanted {
            let sql = client.prepare_cached(include_str!("sql/accept.sql")).await.map_err(&failed)?;
            client.execute(&sql, &[&tenant.as_str(), &subject.as_str(), &kind.symbol()]).await
        } else {
            let sql = client.prepare_cached(include_str!("sql/refuse.sql")).await.map_err(&failed)?;
            let at = at.to_datetime();
            client.execute(&sql, &[&tenant.as_str(), &subject.as_str(), &kind.symbol(), &at]).await
        };
        done.map(|_| ()).map_err(&failed)
    }
}
