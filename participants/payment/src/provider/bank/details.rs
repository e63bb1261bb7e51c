//! What a customer needs to make a transfer.

use domain::bank::CreditorReference;
use domain::{PaymentId, TenantId};
use service_kit::config::BankAccount;
use service_kit::postgres::TableError;

use super::payment::BankPayment;
use super::transfer::{BankTransfer, reference_of};

/// Where to transfer the money of a payment, and what has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferDetails {
    pub account: BankAccount,
    /// What the customer states.
    pub reference: CreditorReference,
    /// What has come so far, in minor units of the payment's currency.
    pub received: i64,
}

impl BankTransfer {
    /// What the customer of a payment needs; `None` where the tenant has no account any more.
    ///
    /// # Errors
    /// [`TableError`].
    pub async fn details(&self, tenant: &TenantId, payment: PaymentId) -> Result<Option<TransferDetails>, TableError> {
        let Some(account) = self.account(tenant).cloned() else { return Ok(None) };
        let action = "read a payment";
        let rows = self.query(action, include_str!("sql/payment.sql"), &[&reference_of(payment).as_str()]).await?;
        let paid = rows.first().map(BankPayment::read).transpose().map_err(TableError::failed_to(action))?;
        let reference = CreditorReference::of(payment);
        Ok(paid.map(|paid| TransferDetails { account, reference, received: paid.received }))
    }
}
