//! Single orders, by id and by number.

use domain::{CustomerId, TenantId};
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::filter::ConditionSql;
use super::parts::{FoundOrder, Parts};
use crate::db::Planning;
use crate::order::view::ORDER_SUMMARY;
use crate::query::AppliedVersion;
use crate::{ReadDb, ReadDbError};

/// The orders that a reader may see: all of a tenant, or those of one of its customers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Visibility {
    pub tenant: TenantId,
    /// The only customer whose orders are visible; `None` for staff.
    pub customer: Option<CustomerId>,
}

impl Visibility {
    /// Whether an order of that tenant and customer is visible.
    pub fn shows(&self, tenant: &str, customer: Option<&str>) -> bool {
        self.tenant.as_str() == tenant && self.customer().is_none_or(|own| customer == Some(own))
    }

    /// The customer's id, as statements take it.
    pub(super) fn customer(&self) -> Option<&str> {
        self.customer.as_ref().map(CustomerId::as_str)
    }
}

const ORDERS: &str = "orders";

impl ReadDb {
    /// The visible order with this id.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn order(
        &self,
        visible: &Visibility,
        id: Uuid,
        parts: &Parts,
    ) -> Result<Option<FoundOrder>, ReadDbError> {
        // One id and not a list: then Postgres keeps the plan.
        let by_id = include_str!("../../../sql/order/query/order_by_id.sql");
        Ok(self.found(by_id, visible, (&id, Type::UUID), parts).await?.pop())
    }

    /// The visible ones among some orders, in no particular order.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn orders(
        &self,
        visible: &Visibility,
        ids: &[Uuid],
        parts: &Parts,
    ) -> Result<Vec<FoundOrder>, ReadDbError> {
        let by_ids = include_str!("../../../sql/order/query/orders_by_id.sql");
        self.found(by_ids, visible, (&ids, Type::UUID_ARRAY), parts).await
    }

    /// The visible order with this number.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn order_by_number(
        &self,
        visible: &Visibility,
        number: &str,
        parts: &Parts,
    ) -> Result<Option<FoundOrder>, ReadDbError> {
        let by_number = include_str!("../../../sql/order/query/order_by_number.sql");
        Ok(self.found(by_number, visible, (&number, Type::TEXT), parts).await?.pop())
    }

    /// The orders of a statement whose first parameter is what they are found by.
    async fn found(
        &self,
        statement: &str,
        visible: &Visibility,
        by: (&(dyn ToSql + Sync), Type),
        parts: &Parts,
    ) -> Result<Vec<FoundOrder>, ReadDbError> {
        let (tenant, customer) = (visible.tenant.as_str(), visible.customer());
        let mut sql = ConditionSql::new("order_summary", 3);
        let text = parts.fill(statement, &mut |value, kind| sql.bind_boxed(value, kind));
        let mut values: Vec<(&(dyn ToSql + Sync), Type)> = vec![by, (&tenant, Type::TEXT), (&customer, Type::TEXT)];
        values.extend(sql.values());
        parts.read(ORDERS, self.query_built(ORDERS, (&text, Planning::Brief), &values).await?)
    }

    /// The applied versions of some orders, regardless of visibility; absent ones are left out.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn versions(&self, ids: &[Uuid]) -> Result<Vec<AppliedVersion>, ReadDbError> {
        let what = "applied versions";
        let rows =
            self.query(what, (include_str!("../../../sql/order/query/versions.sql"), Planning::Brief), &[&ids]).await?;
        rows.iter()
            .map(|row| AppliedVersion::read(ORDER_SUMMARY.name(), row))
            .collect::<Result<_, _>>()
            .map_err(|source| ReadDbError::Row { what, source })
    }
}
