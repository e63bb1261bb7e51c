//! Finds the orders that still lack the event recording an erasure of personal data.

use domain::{CustomerId, SubjectId, TenantId};

use crate::{ReadError, Store};

const ORDERS: &str = include_str!("sql/orders_without_erasure.sql");

impl Store {
    /// The ids of a customer's orders that have no `SubjectErased` of the subject yet: those after the id `after`,
    /// `rows_max` at most, sorted.
    ///
    /// # Errors
    /// [`ReadError`] when the store does not answer.
    pub async fn orders_without_erasure(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
        subject: &SubjectId,
        after: &str,
        rows_max: i64,
    ) -> Result<Vec<String>, ReadError> {
        let client = self.reader().await?;
        let statement = client.prepare_cached(ORDERS).await.map_err(ReadError::Query)?;
        let rows = client
            .query(&statement, &[&tenant.as_str(), &customer.as_str(), &subject.as_str(), &after, &rows_max])
            .await
            .map_err(ReadError::Query)?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(ReadError::Query)
    }
}
