//! One change of the tables, in one transaction.

use deadpool_postgres::{Object, Transaction};
use domain::{Money, ProviderReference, Timestamp};
use service_kit::postgres::TableError;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::payment::{BankPayment, SendReason};

/// What an error says that was to be done.
const ACTION: &str = "change a payment by bank transfer";

/// The tables while they are changed. Nothing is stored before [`Book::commit`].
pub(super) struct Book<'a>(Transaction<'a>);

/// Money to be sent.
pub(super) struct ToSend<'a> {
    pub(super) id: Uuid,
    pub(super) reason: SendReason,
    /// The key of a refund.
    pub(super) key: Option<&'a str>,
    pub(super) amount: Money,
    pub(super) at: Timestamp,
}

impl<'a> Book<'a> {
    pub(super) async fn begin(client: &'a mut Object) -> Result<Self, TableError> {
        client.transaction().await.map(Self).map_err(TableError::failed_to(ACTION))
    }

    pub(super) async fn commit(self) -> Result<(), TableError> {
        self.0.commit().await.map_err(TableError::failed_to(ACTION))
    }

    /// Holds a payment until the end. Sums are read afterwards, by statements of their own, since what a statement that waits for a
    /// row reads of other tables is from before.
    pub(super) async fn hold(&self, reference: &ProviderReference) -> Result<(), TableError> {
        self.query(include_str!("sql/lock.sql"), &[&reference.as_str()]).await.map(|_| ())
    }

    pub(super) async fn payment(&self, reference: &ProviderReference) -> Result<Option<BankPayment>, TableError> {
        let rows = self.query(include_str!("sql/payment.sql"), &[&reference.as_str()]).await?;
        rows.first().map(BankPayment::read).transpose().map_err(TableError::failed_to(ACTION))
    }

    /// Has people send money of a payment.
    pub(super) async fn send(&self, payment: &BankPayment, to_send: ToSend<'_>) -> Result<(), TableError> {
        let ToSend { id, reason, key, amount, at } = to_send;
        let currency = amount.currency();
        let values: [&(dyn ToSql + Sync); 8] = [
            &id,
            &payment.tenant.as_str(),
            &payment.reference.as_str(),
            &reason.symbol(),
            &key,
            &amount.minor(),
            &currency.code(),
            &at.to_datetime(),
        ];
        self.query(include_str!("sql/send_back.sql"), &values).await.map(|_| ())
    }

    /// Has people send back what is not kept of a payment that is held. Returns the payment afterwards.
    pub(super) async fn settle(
        &self,
        reference: &ProviderReference,
        reason: Option<SendReason>,
        (id, at): (Uuid, Timestamp),
    ) -> Result<Option<BankPayment>, TableError> {
        let Some(mut payment) = self.payment(reference).await? else { return Ok(None) };
        let surplus = payment.surplus();
        if surplus > 0 {
            let reason = reason.unwrap_or(payment.surplus_reason());
            let amount = Money::new(surplus, payment.amount.currency());
            self.send(&payment, ToSend { id, reason, key: None, amount, at }).await?;
            payment.returned += surplus;
        }
        Ok(Some(payment))
    }

    pub(super) async fn query(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, TableError> {
        let sql = self.0.prepare_cached(sql).await.map_err(TableError::failed_to(ACTION))?;
        self.0.query(&sql, values).await.map_err(TableError::failed_to(ACTION))
    }

    /// How many rows a statement has changed.
    pub(super) async fn execute(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<u64, TableError> {
        let sql = self.0.prepare_cached(sql).await.map_err(TableError::failed_to(ACTION))?;
        self.0.execute(&sql, values).await.map_err(TableError::failed_to(ACTION))
    }
}
