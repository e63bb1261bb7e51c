//! Single orders, by id and by number.

use std::sync::LazyLock;

use domain::{CustomerId, TenantId};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::order::view::ORDER_SUMMARY;
use crate::table::{Reader, RowError};
use crate::{Model, OrderView, ReadDb, ReadDbError};

/// The orders that a reader may see: all of a tenant, or those of one of its customers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Visibility {
    pub tenant: TenantId,
    /// The only customer whose orders are visible; `None` for staff.
    pub customer: Option<CustomerId>,
}

/// How far an order is projected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedVersion {
    pub order_id: Uuid,
    /// The version of the last event applied.
    pub version: i64,
    pub tenant: String,
    /// The customer's id, where known.
    pub customer: Option<String>,
}

impl AppliedVersion {
    fn read(row: &Row) -> Result<Self, RowError> {
        let reader = Reader { table: Model::OrderSummary.name(), row };
        Ok(Self {
            order_id: reader.get("order_id")?,
            version: reader.get("version")?,
            tenant: reader.get("tenant")?,
            customer: reader.get("customer")?,
        })
    }
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

static BY_ID: LazyLock<String> =
    LazyLock::new(|| ORDER_SUMMARY.fill(include_str!("../../../sql/order/query/orders_by_id.sql")));
static BY_NUMBER: LazyLock<String> =
    LazyLock::new(|| ORDER_SUMMARY.fill(include_str!("../../../sql/order/query/order_by_number.sql")));

impl ReadDb {
    /// The visible ones among some orders, without their lines, in no particular order.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn orders(&self, visible: &Visibility, ids: &[Uuid]) -> Result<Vec<OrderView>, ReadDbError> {
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&ids, &visible.tenant.as_str(), &visible.customer()];
        read("orders", self.query("orders", &BY_ID, &values).await?)
    }

    /// The visible order with this number, without its lines.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn order_by_number(&self, visible: &Visibility, number: &str) -> Result<Option<OrderView>, ReadDbError> {
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&visible.tenant.as_str(), &number, &visible.customer()];
        Ok(read("orders", self.query("orders", &BY_NUMBER, &values).await?)?.pop())
    }

    /// The applied versions of some orders, regardless of visibility; absent ones are left out.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn versions(&self, ids: &[Uuid]) -> Result<Vec<AppliedVersion>, ReadDbError> {
        let what = "applied versions";
        let rows = self.query(what, include_str!("../../../sql/order/query/versions.sql"), &[&ids]).await?;
        rows.iter()
            .map(AppliedVersion::read)
            .collect::<Result<_, _>>()
            .map_err(|source| ReadDbError::Row { what, source })
    }
}

pub(super) fn read(what: &'static str, rows: Vec<Row>) -> Result<Vec<OrderView>, ReadDbError> {
    rows.iter()
        .map(|row| ORDER_SUMMARY.read(row))
        .collect::<Result<_, _>>()
        .map_err(|source| ReadDbError::Row { what, source })
}
