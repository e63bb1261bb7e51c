//! The fields of a customer.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use read_models::query::{Condition, CustomerRow, Page};

use super::Customer;
use crate::access::Viewer;
use crate::error::read_failed;
use crate::loaders::{CustomerKey, Loaders};
use crate::schema::connection::PageArguments;
use crate::schema::filter::OrderOrder;
use crate::schema::id::NodeId;
use crate::schema::money::Money;
use crate::schema::order_connection::{Counted, OrderConnection, OrderList};
use crate::schema::scalars::Long;

/// The sums of a customer's orders in one currency.
#[derive(Debug, Clone, SimpleObject)]
pub struct CustomerTotals {
    /// The ISO 4217 code of the currency.
    currency: String,
    /// The number of sales that are placed or completed.
    orders: Long,
    /// The number of credits.
    credits: Long,
    /// The number of sales that were placed and later cancelled.
    cancelled: Long,
    /// The total of sales minus the total of credits.
    revenue: Money,
    /// When the first sale was placed, including cancelled sales.
    first_placed_at: Option<DateTime<Utc>>,
    /// When the last sale was placed, including cancelled sales.
    last_placed_at: Option<DateTime<Utc>>,
}

impl Customer {
    /// By id: `None` for a customer that does not exist, or whom the caller may not see.
    pub async fn find(context: &Context<'_>, customer: String) -> Result<Option<Self>> {
        let viewer = context.data::<Viewer>()?;
        if !viewer.sees_customer(&customer) {
            return Ok(None);
        }
        let found = Self::new(customer);
        let known = viewer.is_customer(&found.customer)
            || !found.rows(context).await?.is_empty()
            || found.has_orders(context).await?;
        Ok(known.then_some(found))
    }

    async fn rows(&self, context: &Context<'_>) -> Result<Vec<CustomerRow>> {
        let key = CustomerKey(self.customer.clone());
        Ok(context.data::<Loaders>()?.load_one(key).await.map_err(read_failed)?.unwrap_or_default())
    }

    /// Whether the customer has any order. Drafts are in no sum, but make a customer exist.
    async fn has_orders(&self, context: &Context<'_>) -> Result<bool> {
        Ok(Counted::Customer(self.customer.clone()).count(context).await? > 0)
    }
}

/// A customer, as known from their orders.
#[Object]
impl Customer {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeId::Customer(self.customer.clone()).global()
    }

    /// The tenant's own id of the customer.
    async fn customer_id(&self) -> &str {
        &self.customer
    }

    /// The sums of the customer's orders, one entry for each currency.
    async fn totals(&self, context: &Context<'_>) -> Result<Vec<CustomerTotals>> {
        Ok(self.rows(context).await?.into_iter().map(CustomerTotals::new).collect())
    }

    /// The customer's orders.
    async fn orders(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(OrderOrder::PlacedAtDesc)", desc = "The sort order of the list.")]
        order_by: Option<OrderOrder>,
        #[graphql(
            desc = "The number of items from the beginning, at most 100; 20 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "The page begins after this cursor.")] after: Option<String>,
        #[graphql(desc = "The number of items from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The page ends before this cursor.")] before: Option<String>,
    ) -> Result<OrderConnection> {
        let page = PageArguments::new(first, after, last, before)?;
        let orders = OrderList::new(
            context,
            &page,
            Condition::All(Vec::new()),
            order_by.unwrap_or_default(),
            Some(&self.customer),
        )?;
        let loaders = context.data::<Loaders>()?;
        let key = loaders.loader().page_key(&self.customer, &orders.request);
        let found = loaders.load_one(key).await.map_err(read_failed)?;
        let found = found.unwrap_or_else(|| Page { orders: Vec::new(), more: false });
        orders.connection(context, &page, found, Counted::Customer(self.customer.clone()))
    }
}

impl CustomerTotals {
    fn new(row: CustomerRow) -> Self {
        Self {
            revenue: Money::new(row.figures.revenue_minor, row.currency.clone()),
            currency: row.currency,
            orders: Long(row.figures.orders),
            credits: Long(row.figures.credits),
            cancelled: Long(row.figures.cancelled),
            first_placed_at: row.figures.first_placed_at,
            last_placed_at: row.figures.last_placed_at,
        }
    }
}
