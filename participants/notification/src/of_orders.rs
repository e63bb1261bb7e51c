//! Which notifications tell of an order: the table by which they are found, since each is a stream under its own id.

use domain::{NotificationId, OrderId, TenantId, Timestamp};
use service_kit::postgres::{Pool, TableError};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// The table of notifications by order.
#[derive(Clone)]
pub(crate) struct OfOrders(pub(crate) Pool);

impl OfOrders {
    /// Records that notifications tell of an order. What is recorded already stays as it is.
    pub(crate) async fn note(
        &self,
        tenant: &TenantId,
        order: OrderId,
        notifications: impl Iterator<Item = NotificationId>,
        at: Timestamp,
    ) -> Result<(), TableError> {
        let failed = TableError::failed_to("record the notifications of an order");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/note_of_order.sql")).await.map_err(&failed)?;
        let ids: Vec<Uuid> = notifications.map(NotificationId::uuid).collect();
        let values: [&(dyn ToSql + Sync); 4] = [&tenant.as_str(), &order.uuid(), &ids, &at.to_datetime()];
        client.execute(&sql, &values).await.map(|_| ()).map_err(&failed)
    }

    /// The notifications that tell of an order, the newest first; at most so many.
    pub(crate) async fn list(
        &self,
        tenant: &TenantId,
        order: OrderId,
        limit: i64,
    ) -> Result<Vec<NotificationId>, TableError> {
        let failed = TableError::failed_to("read the notifications of an order");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/of_order.sql")).await.map_err(&failed)?;
        let rows = client.query(&sql, &[&tenant.as_str(), &order.uuid(), &limit]).await.map_err(&failed)?;
        rows.iter().map(|row| row.try_get(0).map(NotificationId::new)).collect::<Result<_, _>>().map_err(&failed)
    }
}
