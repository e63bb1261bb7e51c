//! A customer, apart from the fields that lead to orders: an order names its customer.

mod fields;

use async_graphql::Result;
use async_graphql::registry::{MetaInputValue, Registry};
use read_models::query::Condition;

use super::connection::{PageArguments, given};
use super::filter::OrderOrder;
use super::loaded::LoadedCustomer;
use super::order_list::OrderList;
use super::reading::Reading;
use crate::output::{Arguments, SelectedField, argument};

/// A customer whom the caller may see.
pub struct Customer<'a> {
    pub reading: &'a Reading,
    pub id: &'a str,
    /// What is selected beyond the ids; `None` if nothing is.
    pub loaded: Option<&'a LoadedCustomer>,
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
