//! Where money is transferred to, and the tables of what came.

use chrono::{DateTime, Utc};
use domain::{PaymentId, ProviderReference, TenantId, Timestamp};
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::config::{BankAccount, BankAccounts};
use service_kit::postgres::{Pool, TableError};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// How references of ours begin.
const PREFIX: &str = "bt_";

/// Payments by bank transfer.
pub struct BankTransfer {
    pub(super) pool: Pool,
    accounts: BankAccounts,
    clock: SharedClock,
    ids: SharedIds,
}

/// Whether a payment is one by bank transfer.
pub fn is_bank_reference(reference: &ProviderReference) -> bool {
    reference.as_str().starts_with(PREFIX)
}

/// The reference of a payment.
pub(crate) fn reference_of(payment: PaymentId) -> ProviderReference {
    let text = format!("{PREFIX}{}", payment.uuid().simple());
    ProviderReference::try_new(text).expect("a prefix with a UUID is short and visible")
}

/// A moment as it is in the tables.
pub(super) fn moment(at: DateTime<Utc>) -> Timestamp {
    Timestamp::try_from(at).expect("moments are recorded as the clock showed them")
}

impl BankTransfer {
    /// Payments in the tables of a log's database, by transfers to some accounts.
    pub const fn new(pool: Pool, accounts: BankAccounts, clock: SharedClock, ids: SharedIds) -> Self {
        Self { pool, accounts, clock, ids }
    }

    /// The account of a tenant, if its customers pay by bank transfer.
    pub fn account(&self, tenant: &TenantId) -> Option<&BankAccount> {
        self.accounts.of(tenant)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn new_id(&self) -> Uuid {
        self.ids.ordered()
    }

    pub(super) async fn query(
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
