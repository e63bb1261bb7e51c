//! A list of orders as a viewer sees it, and its cursors.

use std::sync::OnceLock;

use async_graphql::Result;
use read_models::query::{Condition, FoundOrder, PageRequest, SortKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::connection::PageArguments;
use super::filter::OrderOrder;
use super::reading::Reading;
use crate::error::internal;

/// A list of orders and a page of it.
pub struct OrderList {
    pub request: PageRequest,
    pub arguments: PageArguments,
    order_by: OrderOrder,
    /// The only customer whose orders are in the list.
    customer: Option<String>,
    /// The name of the list, which is part of its cursors' signatures.
    name: OnceLock<String>,
}

/// A position in a sorted list: sort value and order id. Serialised as an array in cursors.
#[derive(Serialize, Deserialize)]
struct ListPosition(String, Uuid);

impl OrderList {
    /// The list of a condition and sort, as the viewer sees it.
    ///
    /// # Errors
    /// A cursor that was not made for this list.
    pub fn new(
        reading: &Reading,
        arguments: PageArguments,
        condition: Condition,
        order_by: OrderOrder,
        customer: Option<&str>,
    ) -> Result<Self> {
        let (sort, descending) = order_by.sort();
        let (limit, from_end) = (arguments.limit, arguments.from_end);
        let request = PageRequest { condition, sort, descending, after: None, before: None, limit, from_end };
        let customer = customer.map(str::to_owned);
        let mut list = Self { request, arguments, order_by, customer, name: OnceLock::new() };
        list.request.after = list.position(reading, list.arguments.after.as_deref())?;
        list.request.before = list.position(reading, list.arguments.before.as_deref())?;
        Ok(list)
    }

    fn name(&self, reading: &Reading) -> &str {
        self.name.get_or_init(|| {
            let Self { request: PageRequest { condition, .. }, order_by, customer, .. } = self;
            format!("orders of {:?}, {customer:?}, by {order_by:?}, {condition:?}", reading.visible)
        })
    }

    /// The position of a cursor.
    fn position(&self, reading: &Reading, cursor: Option<&str>) -> Result<Option<SortKey>> {
        let Some(cursor) = cursor else { return Ok(None) };
        let ListPosition(value, order_id) = reading.cursors.open(self.name(reading), cursor)?;
        Ok(Some(SortKey { value, order_id }))
    }

    /// A cursor to an order of the list.
    pub fn cursor(&self, reading: &Reading, order: &FoundOrder) -> Result<String> {
        let SortKey { value, order_id } = self.request.sort.key(&order.row).map_err(|error| internal(&error))?;
        Ok(reading.cursors.seal(self.name(reading), &ListPosition(value, order_id)))
    }
}
