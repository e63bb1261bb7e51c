//! The fields of a customer.

use async_graphql::ID;
use chrono::{DateTime, Utc};
use read_models::query::CustomerRow;

use super::{Customer, CustomerOrders};
use crate::output::object;
use crate::schema::id::NodeId;
use crate::schema::loaded::unloaded;
use crate::schema::money::Money;
use crate::schema::order_connection::OrderConnection;
use crate::schema::scalars::Long;

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
