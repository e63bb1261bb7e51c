//! Finds the orders that still lack the event recording an erasure of personal data.

use domain::{CustomerId, SubjectId, TenantId};
use event_store::ReadError;

use super::Orders;

const ORDERS: &str = include_str!("sql/orders_without_erasure.sql");

impl Orders {
    /// The ids of a customer's orders that have no `SubjectErased` of the subject yet: those after the id `after`,
    /// `rows_max` at most, sorted.
    ///
    /// # Errors
    /// [`ReadError`] when the store does not answer.
    pub(super) async fn orders_without_erasure(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
        subject: &SubjectId,
        after: &str,
        rows_max: i64,
    ) -> Result<Vec<String>, ReadError> {
        let client = self.store().reader().await?;
        let statement = client.prepare_cached(ORDERS).await.map_err(ReadError::Query)?;
        let rows = client
            .query(&statement, &[&tenant.as_str(), &customer.as_str(), &subject.as_str(), &after, &rows_max])
            .await
            .map_err(ReadError::Query)?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(ReadError::Query)
    }
}
