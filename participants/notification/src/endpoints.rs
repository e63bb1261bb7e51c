//! Where merchants take webhooks, and which notifications went there.

use domain::notification::Kind;
use domain::{NotificationId, Sealed, SubjectId, TenantId, Timestamp, WebhookEndpointId};
use service_kit::BoxError;
use service_kit::keyring::{KeyRing, OpenError, SealError};
use service_kit::postgres::{Pool, TableError};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// Most endpoints of a tenant.
pub(crate) const ENDPOINTS_MAX: i64 = 50;

/// Where a webhook goes, and what it is signed with.
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) secret: Vec<u8>,
}

/// An endpoint as its tenant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) id: WebhookEndpointId,
    pub(crate) url: String,
    /// None for all.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) enabled: bool,
    /// Why the engine switched it off.
    pub(crate) disabled_reason: Option<String>,
    pub(crate) created_at: Timestamp,
}

/// The tables of endpoints and of what went to them.
#[derive(Clone)]
pub(crate) struct Endpoints {
    pub(crate) pool: Pool,
    /// Seals the secrets, each under the endpoint's own key.
    pub(crate) keys: KeyRing,
}

/// Whose key seals the secret of an endpoint.
fn subject(endpoint: WebhookEndpointId) -> SubjectId {
    SubjectId::try_new(format!("webhook:{endpoint}")).expect("a UUID is short and printable")
}

fn symbols(kinds: &[Kind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.symbol()).collect()
}

impl Endpoints {
    /// The endpoints that want to be told of a kind.
    pub(crate) async fn of_kind(&self, tenant: &TenantId, kind: Kind) -> Result<Vec<WebhookEndpointId>, TableError> {
        let rows =
            self.query("find endpoints", include_str!("sql/of_kind.sql"), &[&tenant.as_str(), &kind.symbol()]).await?;
        let ids = rows.iter().map(|row| row.try_get(0).map(WebhookEndpointId::new));
        ids.collect::<Result<_, _>>().map_err(TableError::failed_to("find endpoints"))
    }

    /// Records that a notification goes to an endpoint.
    pub(crate) async fn note_delivery(
        &self,
        tenant: &TenantId,
        endpoint: WebhookEndpointId,
        notification: NotificationId,
        at: Timestamp,
    ) -> Result<(), TableError> {
        let values: [&(dyn ToSql + Sync); 4] =
            [&tenant.as_str(), &endpoint.uuid(), &notification.uuid(), &at.to_datetime()];
        self.query("record a delivery", include_str!("sql/note_delivery.sql"), &values).await.map(|_| ())
    }

    /// The notifications that went to an endpoint, the newest first.
    pub(crate) async fn deliveries(
        &self,
        tenant: &TenantId,
        endpoint: WebhookEndpointId,
        limit: i64,
    ) -> Result<Vec<NotificationId>, TableError> {
        let values: [&(dyn ToSql + Sync); 3] = [&tenant.as_str(), &endpoint.uuid(), &limit];
        let rows = self.query("read deliveries", include_str!("sql/deliveries.sql"), &values).await?;
        let ids = rows.iter().map(|row| row.try_get(0).map(NotificationId::new));
        ids.collect::<Result<_, _>>().map_err(TableError::failed_to("read deliveries"))
    }

    /// Where webhooks of an endpoint go; `None` where it was removed or switched off.
    pub(crate) async fn target(
        &self,
        tenant: &TenantId,
        endpoint: WebhookEndpointId,
    ) -> Result<Option<Target>, BoxError> {
        let values: [&(dyn ToSql + Sync); 2] = [&tenant.as_str(), &endpoint.uuid()];
        let rows = self.query("read an endpoint", include_str!("sql/endpoint_target.sql"), &values).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (url, secret): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        match self.keys.open(tenant, &Sealed::new(subject(endpoint), secret)).await {
            Ok(secret) => Ok(Some(Target { url, secret })),
            Err(OpenError::Destroyed { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Switches an endpoint off.
    pub(crate) async fn switch_off(
        &self,
        tenant: &TenantId,
        endpoint: WebhookEndpointId,
        reason: &str,
    ) -> Result<(), TableError> {
        let values: [&(dyn ToSql + Sync); 3] = [&tenant.as_str(), &endpoint.uuid(), &reason];
        self.query("switch an endpoint off", include_str!("sql/endpoint_off.sql"), &values).await.map(|_| ())
    }

    /// How many endpoints a tenant has.
    pub(crate) async fn count(&self, tenant: &TenantId) -> Result<i64, TableError> {
        let rows = self.query("count endpoints", include_str!("sql/endpoint_count.sql"), &[&tenant.as_str()]).await?;
        rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(TableError::failed_to("count endpoints"))
    }

    /// Adds an endpoint. Whether it is new.
    pub(crate) async fn add(&self, tenant: &TenantId, new: &Endpoint, secret: &[u8]) -> Result<bool, AddError> {
        let sealed = self.keys.seal(tenant, &subject(new.id), secret).await?;
        let client = self.pool.get().await.map_err(TableError::Connect)?;
        let failed = TableError::failed_to("add an endpoint");
        let sql = client.prepare_cached(include_str!("sql/endpoint_insert.sql")).await.map_err(&failed)?;
        let values: [&(dyn ToSql + Sync); 6] = [
            &tenant.as_str(),
            &new.id.uuid(),
            &new.url,
            &symbols(&new.kinds),
            &sealed.data(),
            &new.created_at.to_datetime(),
        ];
        Ok(client.execute(&sql, &values).await.map_err(&failed)? == 1)
    }

    /// Changes where webhooks go and of what. Whether there is such an endpoint.
    pub(crate) async fn change(
        &self,
        tenant: &TenantId,
        endpoint: WebhookEndpointId,
        url: &str,
        kinds: &[Kind],
        enabled: bool,
    ) -> Result<bool, TableError> {
        let kinds = symbols(kinds);
        let values: [&(dyn ToSql + Sync); 5] = [&tenant.as_str(), &endpoint.uuid(), &url, &kinds, &enabled];
        let rows = self.query("change an endpoint", include_str!("sql/endpoint_change.sql"), &values).await?;
        Ok(!rows.is_empty())
    }

    /// Gives an endpoint another secret.
    pub(crate) async fn set_secret(
        &self,
        tenant: &TenantId,
        endpoint: WebhookEndpointId,
        secret: &[u8],
    ) -> Result<(), AddError> {
        let sealed = self.keys.seal(tenant, &subject(endpoint), secret).await?;
        let values: [&(dyn ToSql + Sync); 3] = [&tenant.as_str(), &endpoint.uuid(), &sealed.data()];
        self.query("change a secret", include_str!("sql/endpoint_secret.sql"), &values).await?;
        Ok(())
    }

    /// Removes an endpoint, and destroys the key of its secret.
    pub(crate) async fn remove(&self, tenant: &TenantId, endpoint: WebhookEndpointId) -> Result<(), AddError> {
        let values: [&(dyn ToSql + Sync); 2] = [&tenant.as_str(), &endpoint.uuid()];
        self.query("remove an endpoint", include_str!("sql/endpoint_delete.sql"), &values).await?;
        self.keys.destroy(tenant, &subject(endpoint)).await.map_err(|error| AddError::Seal(error.into()))
    }

    /// The endpoints of a tenant, or one of them.
    pub(crate) async fn list(
        &self,
        tenant: &TenantId,
        only: Option<WebhookEndpointId>,
    ) -> Result<Vec<Endpoint>, TableError> {
        let only = only.map(WebhookEndpointId::uuid);
        let values: [&(dyn ToSql + Sync); 2] = [&tenant.as_str(), &only];
        let rows = self.query("list endpoints", include_str!("sql/endpoints.sql"), &values).await?;
        rows.iter().map(endpoint_of).collect::<Result<_, _>>().map_err(TableError::failed_to("list endpoints"))
    }

    async fn query(
        &self,
        action: &'static str,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, TableError> {
        let client = self.pool.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(sql).await.map_err(TableError::failed_to(action))?;
        client.query(&sql, values).await.map_err(TableError::failed_to(action))
    }
}

fn endpoint_of(row: &Row) -> Result<Endpoint, tokio_postgres::Error> {
    let kinds: Vec<&str> = row.try_get(2)?;
    let created_at: std::time::SystemTime = row.try_get(5)?;
    let since = created_at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
    Ok(Endpoint {
        id: WebhookEndpointId::new(row.try_get(0)?),
        url: row.try_get(1)?,
        kinds: kinds.into_iter().filter_map(Kind::of_symbol).collect(),
        enabled: row.try_get(3)?,
        disabled_reason: row.try_get(4)?,
        created_at: Timestamp::try_from_micros(micros).unwrap_or(Timestamp::EPOCH),
    })
}

/// Why an endpoint could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddError {
    #[error("the secret could not be sealed")]
    Seal(#[from] SealError),
    #[error("the endpoint could not be written")]
    Table(#[from] TableError),
}
