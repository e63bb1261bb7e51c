//! Sums over customers.

use std::sync::LazyLock;

use domain::TenantId;
use tokio_postgres::Row;

use crate::db::Planning;
use crate::order::contribution::CUSTOMER_SUMMARY;
use crate::{CustomerFigures, CustomerKey, ReadDb, ReadDbError};

/// What a customer bought in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    pub customer: String,
    /// ISO 4217 code.
    pub currency: String,
    pub figures: CustomerFigures,
}

static OF_CUSTOMERS: LazyLock<String> =
    LazyLock::new(|| CUSTOMER_SUMMARY.fill(include_str!("../../../sql/order/query/customers.sql")));

impl ReadDb {
    /// The sums of some customers of a tenant, by customer and currency. The caller has checked that they are
    /// visible.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn customers(&self, tenant: &TenantId, customers: &[String]) -> Result<Vec<CustomerRow>, ReadDbError> {
        let what = "customers";
        let rows = self.query(what, (OF_CUSTOMERS.as_str(), Planning::Brief), &[&tenant.as_str(), &customers]).await?;
        let read = |row: &Row| {
            let (key, figures): (CustomerKey, CustomerFigures) = CUSTOMER_SUMMARY.read(row)?;
            Ok(CustomerRow { customer: key.customer, currency: key.currency, figures })
        };
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
    }
}
