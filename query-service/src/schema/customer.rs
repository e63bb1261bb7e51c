//! Customers, as known from their orders.

use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{ID, Result};
use chrono::{DateTime, Utc};
use read_models::query::{Condition, CustomerRow};

use super::connection::{PageArguments, given};
use super::filter::OrderOrder;
use super::id::NodeId;
use super::load::{LoadedCustomer, unloaded};
use super::money::Money;
use super::order_connection::{OrderConnection, OrderList};
use super::reading::Reading;
use super::scalars::Long;
use crate::output::{Arguments, SelectedField, argument, object};

/// A customer whom the caller may see.
pub struct Customer<'a> {
    pub reading: &'a Reading,
    pub id: &'a str,
    /// What is selected beyond the ids; `None` if nothing is.
    pub loaded: Option<&'a LoadedCustomer>,
}

object! {
    /// A customer, as known from their orders.
    Customer for Customer<'_> as (customer, field) implements "Node" {
        /// The global id.
        id: ID => NodeId::Customer(customer.id.to_owned()).global(),
        /// The tenant's own id of the customer.
        customerId: &str => customer.id,
        /// The sums of the customer's orders, one entry for each currency.
        totals: Vec<CustomerTotals<'_>> => {
            let rows = &customer.loaded.ok_or_else(unloaded)?.rows;
            rows.iter().map(CustomerTotals).collect()
        },
        /// The customer's orders.
        orders(CustomerOrders as arguments): OrderConnection<'_> => {
            // Says what is wrong with a cursor.
            arguments.list(customer.reading, customer.id)?;
            let loaded = customer.loaded.and_then(|loaded| loaded.pages.get(&field.id)).ok_or_else(unloaded)?;
            OrderConnection { reading: customer.reading, loaded }
        },
    }
}

/// The sums of one currency.
struct CustomerTotals<'a>(&'a CustomerRow);

object! {
    /// The sums of a customer's orders in one currency.
    CustomerTotals for CustomerTotals<'_> as totals {
        /// The ISO 4217 code of the currency.
        currency: &str => &totals.0.currency,
        /// The number of sales that are placed or completed.
        orders: Long => Long(totals.0.figures.orders),
        /// The number of credits.
        credits: Long => Long(totals.0.figures.credits),
        /// The number of sales that were placed and later cancelled.
        cancelled: Long => Long(totals.0.figures.cancelled),
        /// The total of sales minus the total of credits.
        revenue: Money<'_> => Money::new(totals.0.figures.revenue_minor, &totals.0.currency),
        /// When the first sale was placed, including cancelled sales.
        firstPlacedAt: Option<DateTime<Utc>> => totals.0.figures.first_placed_at,
        /// When the last sale was placed, including cancelled sales.
        lastPlacedAt: Option<DateTime<Utc>> => totals.0.figures.last_placed_at,
    }
}

/// The arguments of a customer's orders.
pub struct CustomerOrders {
    order_by: OrderOrder,
    pub page: PageArguments,
}

impl CustomerOrders {
    /// The list of a customer's orders.
    pub fn list(&self, reading: &Reading, customer: &str) -> Result<OrderList> {
        OrderList::new(reading, self.page.clone(), Condition::All(Vec::new()), self.order_by, Some(customer))
    }
}

impl Arguments for CustomerOrders {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let sort = "The sort order of the list.";
        let order_by = argument::<Option<OrderOrder>>(registry, "orderBy", sort, Some("PLACED_AT_DESC"));
        std::iter::once(order_by).chain(PageArguments::describe(registry)).collect()
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self { order_by: given(field, "orderBy")?.unwrap_or_default(), page: PageArguments::of(field)? })
    }
}
