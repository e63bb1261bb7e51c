//! Sums over customers.

use domain::TenantId;

use crate::rows::{Reader, RowError};
use crate::{CustomerFigures, Model, ReadDb, ReadDbError};

/// What a customer bought in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    pub customer: String,
    /// ISO 4217 code.
    pub currency: String,
    pub figures: CustomerFigures,
}

impl CustomerRow {
    fn read(row: &tokio_postgres::Row) -> Result<Self, RowError> {
        let reader = Reader { table: Model::CustomerSummary.name(), row };
        Ok(Self {
            customer: reader.get("customer")?,
            currency: reader.get("currency")?,
            figures: CustomerFigures {
                orders: reader.get("orders")?,
                credits: reader.get("credits")?,
                cancelled: reader.get("cancelled")?,
                revenue_minor: reader.parsed("revenue_minor", |text| text.parse().ok())?,
                first_placed_at: reader.get("first_placed_at")?,
                last_placed_at: reader.get("last_placed_at")?,
            },
        })
    }
}

impl ReadDb {
    /// The sums of some customers of a tenant, by customer and currency. The caller has checked that they are
    /// visible.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn customers(&self, tenant: &TenantId, customers: &[String]) -> Result<Vec<CustomerRow>, ReadDbError> {
        let what = "customers";
        let sql = include_str!("../../sql/query/customers.sql");
        let rows = self.query(what, sql, &[&tenant.as_str(), &customers]).await?;
        rows.iter().map(CustomerRow::read).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
    }
}
