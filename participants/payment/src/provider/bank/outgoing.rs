//! Money that people have to send, and saying that they did.

use domain::{Money, OrderId, PaymentId, TenantId, Timestamp};
use service_kit::postgres::TableError;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::payment::{SendReason, recorded_currency};
use super::transfer::{BankTransfer, moment};

/// A transfer that people have to make, or have made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingTransfer {
    pub id: Uuid,
    pub reason: SendReason,
    pub amount: Money,
    pub payment: PaymentId,
    pub order: OrderId,
    pub created_at: Timestamp,
    pub done_at: Option<Timestamp>,
    /// The bank's ids of what came for the payment: the bank knows who sent it.
    pub entries: Vec<String>,
}

impl BankTransfer {
    /// What a tenant's staff has to send, the oldest first; only what follows a transfer where one is given, done or not. `None` where
    /// there is no such transfer.
    ///
    /// # Errors
    /// [`TableError`].
    pub async fn outgoing(
        &self,
        tenant: &TenantId,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Option<Vec<OutgoingTransfer>>, TableError> {
        let action = "list outgoing transfers";
        let mut created_at = None;
        if let Some(after) = after {
            let Some(last) = self.transfer(action, tenant, after).await? else { return Ok(None) };
            created_at = Some(last.created_at.to_datetime());
        }
        let values: [&(dyn ToSql + Sync); 4] = [&tenant.as_str(), &created_at, &after.unwrap_or_default(), &limit];
        let rows = self.query(action, include_str!("sql/outgoing.sql"), &values).await?;
        rows.iter().map(read).collect::<Result<_, _>>().map(Some).map_err(TableError::failed_to(action))
    }

    async fn transfer(
        &self,
        action: &'static str,
        tenant: &TenantId,
        id: Uuid,
    ) -> Result<Option<OutgoingTransfer>, TableError> {
        let rows = self.query(action, include_str!("sql/outgoing_one.sql"), &[&tenant.as_str(), &id]).await?;
        rows.first().map(read).transpose().map_err(TableError::failed_to(action))
    }

    /// Records that somebody has sent it; the first to say so counts. `None` where there is no such transfer.
    ///
    /// # Errors
    /// [`TableError`].
    pub async fn sent(&self, tenant: &TenantId, id: Uuid, by: &str) -> Result<Option<OutgoingTransfer>, TableError> {
        let action = "record that a transfer was made";
        let values: [&(dyn ToSql + Sync); 4] = [&tenant.as_str(), &id, &self.now().to_datetime(), &by];
        self.query(action, include_str!("sql/done.sql"), &values).await?;
        self.transfer(action, tenant, id).await
    }
}

fn read(row: &Row) -> Result<OutgoingTransfer, tokio_postgres::Error> {
    Ok(OutgoingTransfer {
        id: row.try_get(0)?,
        reason: SendReason::recorded(row.try_get(1)?),
        amount: Money::new(row.try_get(2)?, recorded_currency(row.try_get(3)?)),
        payment: PaymentId::new(row.try_get(4)?),
        order: OrderId::new(row.try_get(5)?),
        created_at: moment(row.try_get(6)?),
        done_at: row.try_get::<_, Option<_>>(7)?.map(moment),
        entries: row.try_get(8)?,
    })
}
