//! Lists of orders.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use read_models::query::{Condition, Page, PageRequest, SortKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::connection::{PageArguments, PageInfo};
use super::filter::OrderOrder;
use super::order::Order;
use crate::access::Viewer;
use crate::config::COUNT_MAX;
use crate::cursor::Cursors;
use crate::error::{ReadFailed, read_failed};
use crate::loaders::{CountKey, Loaders};

/// A list of orders and a page of it.
pub struct OrderList {
    /// The page.
    pub request: PageRequest,
    /// The name of the list, which is part of its cursors' signatures.
    name: String,
}

/// A page of orders.
pub struct OrderConnection {
    edges: Vec<OrderEdge>,
    page_info: PageInfo,
    counted: Counted,
}

/// An order with its cursor.
#[derive(Clone, SimpleObject)]
pub struct OrderEdge {
    /// The position of the order in the list.
    cursor: String,
    /// The order.
    node: Order,
}

/// The orders that `totalCount` counts.
pub enum Counted {
    /// Orders that meet a condition.
    Meeting(Condition),
    /// The orders of a customer.
    Customer(String),
}

/// A position in a sorted list: sort value and order id. Serialised as an array in cursors.
#[derive(Serialize, Deserialize)]
struct ListPosition(String, Uuid);

impl OrderList {
    /// The list of a condition and sort, as the viewer sees it.
    pub fn new(
        context: &Context<'_>,
        page: &PageArguments,
        condition: Condition,
        order_by: OrderOrder,
        customer: Option<&str>,
    ) -> Result<Self> {
        let visible = context.data::<Viewer>()?.visibility();
        let name = format!("orders of {visible:?}, {customer:?}, by {order_by:?}, {condition:?}");
        let cursors = context.data::<Arc<Cursors>>()?;
        let key = |cursor: &Option<String>| -> Result<Option<SortKey>> {
            let position = cursor.as_ref().map(|cursor| cursors.open::<ListPosition>(&name, cursor)).transpose()?;
            Ok(position.map(|ListPosition(value, order_id)| SortKey { value, order_id }))
        };
        let (sort, descending) = order_by.sort();
        let (after, before) = (key(&page.after)?, key(&page.before)?);
        let (limit, from_end) = (page.limit, page.from_end);
        Ok(Self { request: PageRequest { condition, sort, descending, after, before, limit, from_end }, name })
    }

    /// The page as clients see it.
    pub fn connection(
        self,
        context: &Context<'_>,
        page: &PageArguments,
        found: Page,
        counted: Counted,
    ) -> Result<OrderConnection> {
        let cursors = context.data::<Arc<Cursors>>()?;
        let mut edges = Vec::with_capacity(found.orders.len());
        for row in found.orders {
            let SortKey { value, order_id } = self.request.sort.key(&row);
            let cursor = cursors.seal(&self.name, &ListPosition(value, order_id));
            edges.push(OrderEdge { cursor, node: Order::present(row) });
        }
        let cursors: Vec<String> = edges.iter().map(|edge| edge.cursor.clone()).collect();
        Ok(OrderConnection { page_info: page.info(&cursors, found.more), edges, counted })
    }
}

impl Counted {
    /// The number of orders, counted up to [`COUNT_MAX`].
    pub async fn count(&self, context: &Context<'_>) -> Result<i64> {
        let loaders = context.data::<Loaders>()?;
        match self {
            Self::Meeting(condition) => {
                let reading = loaders.loader();
                let counted = reading.read.order_count(&reading.visible, condition, COUNT_MAX).await;
                counted.map_err(|error| read_failed(ReadFailed::log(&error)))
            }
            Self::Customer(customer) => {
                let counted = loaders.load_one(CountKey(customer.clone())).await.map_err(read_failed)?;
                Ok(counted.unwrap_or_default())
            }
        }
    }
}

/// A page of orders.
#[Object]
impl OrderConnection {
    /// The orders of the page with their cursors.
    async fn edges(&self) -> &[OrderEdge] {
        &self.edges
    }

    /// The orders of the page.
    async fn nodes(&self) -> Vec<Order> {
        self.edges.iter().map(|edge| edge.node.clone()).collect()
    }

    /// The position of the page within the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// The number of orders in the whole list, counted up to 10,001.
    async fn total_count(&self, context: &Context<'_>) -> Result<i32> {
        let count = self.counted.count(context).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Whether the list may have more orders than were counted.
    async fn total_count_capped(&self, context: &Context<'_>) -> Result<bool> {
        Ok(self.counted.count(context).await? >= i64::from(COUNT_MAX))
    }
}
