//! The query root.

use async_graphql::{Context, ID, Object, Result};
use read_models::query::OrderRow;
use service_kit::clock::SharedClock;
use uuid::Uuid;

use super::as_of::AsOf;
use super::connection::PageArguments;
use super::customer::Customer;
use super::filter::{OrderOrder, OrderWhere, checked, condition};
use super::id::NodeId;
use super::node::Node;
use super::order::Order;
use super::order_connection::{Counted, OrderConnection, OrderList};
use super::projections::{Health, ProjectionHealth};
use crate::access::Viewer;
use crate::config::LIST_MAX;
use crate::consistency::{Consistency, ConsistencyToken};
use crate::error::{Code, ReadFailed, read_failed};
use crate::loaders::{Loaders, OrderKey};

/// The query root.
pub struct Query;

/// All queries are limited to the tenant of the token, and a customer sees only their own orders. Objects that the
/// caller may not see are answered like objects that do not exist.
#[Object]
impl Query {
    /// An order by its id or its number, in its current state or, with `asOf`, in a past one.
    async fn order(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The order's id, either the global one or its `orderId`.")] id: Option<ID>,
        #[graphql(desc = "The order number.")] number: Option<String>,
        #[graphql(desc = "The point of time at which to show the order; without it, the current state.")] as_of: Option<
            AsOf,
        >,
        #[graphql(
            desc = "The `Order-Consistency-Token` of a command's answer; the field waits until it can show that version."
        )]
        consistency: Option<ConsistencyToken>,
    ) -> Result<Option<Order>> {
        wait(context, consistency).await?;
        let loaders = context.data::<Loaders>()?;
        let found = match (id, number) {
            (Some(id), None) => load(context, NodeId::order(&id)?).await?,
            (None, Some(number)) => {
                let reading = loaders.loader();
                let found = reading.read.order_by_number(&reading.visible, &checked(number)?).await;
                found.map_err(|error| read_failed(ReadFailed::log(&error)))?
            }
            _ => return Err(Code::BadUserInput.error("give `id` or `number`")),
        };
        match (found, as_of) {
            (Some(row), Some(as_of)) => {
                let now = context.data::<SharedClock>()?.now();
                as_of.order(&loaders.loader().read, row.view.order_id, now).await.map(Some)
            }
            (found, _) => Ok(found.map(Order::present)),
        }
    }

    /// The orders that the caller may see, filtered and sorted.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn orders(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The filter; without it, all orders that the caller may see.")] r#where: Option<OrderWhere>,
        #[graphql(default_with = "Some(OrderOrder::PlacedAtDesc)", desc = "The sort order of the list.")]
        order_by: Option<OrderOrder>,
        #[graphql(
            desc = "The number of items from the beginning, at most 100; 20 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "The page begins after this cursor.")] after: Option<String>,
        #[graphql(desc = "The number of items from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The page ends before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "The `Order-Consistency-Token` of a command's answer; the field waits until it can show that version."
        )]
        consistency: Option<ConsistencyToken>,
    ) -> Result<OrderConnection> {
        let page = PageArguments::new(first, after, last, before)?;
        let condition = condition(r#where)?;
        let orders = OrderList::new(context, &page, condition.clone(), order_by.unwrap_or_default(), None)?;
        wait(context, consistency).await?;
        let reading = context.data::<Loaders>()?.loader();
        let found = reading.read.order_page(&reading.visible, &orders.request).await;
        let found = found.map_err(|error| read_failed(ReadFailed::log(&error)))?;
        orders.connection(context, &page, found, Counted::Meeting(condition))
    }

    /// A customer by id.
    async fn customer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The customer's id, either the global one or the tenant's own (`customerId`).")] id: ID,
    ) -> Result<Option<Customer>> {
        Customer::find(context, NodeId::customer(&id)?).await
    }

    /// The object with a global id; null if there is none that the caller may see.
    async fn node(&self, context: &Context<'_>, #[graphql(desc = "The global id.")] id: ID) -> Result<Option<Node>> {
        node(context, &id).await
    }

    /// The objects with these global ids, in the order of the ids; null for each that does not exist.
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > LIST_MAX {
            return Err(Code::BadUserInput.error(format!("`nodes` takes at most {LIST_MAX} ids")));
        }
        // All at once, so that the loaders see them together.
        futures::future::try_join_all(ids.iter().map(|id| node(context, id))).await
    }

    /// How far the projectors have come. Only for staff.
    async fn projections(&self, context: &Context<'_>) -> Result<Vec<ProjectionHealth>> {
        if context.data::<Viewer>()?.visibility().customer.is_some() {
            return Err(Code::Forbidden.error("this is for staff"));
        }
        let groups = context.data::<Health>()?.groups().await.map_err(read_failed)?;
        Ok(groups.into_iter().map(ProjectionHealth::new).collect())
    }
}

async fn node(context: &Context<'_>, id: &str) -> Result<Option<Node>> {
    match NodeId::parse(id) {
        Some(NodeId::Order(id)) => Ok(load(context, id).await?.map(Order::present).map(Node::Order)),
        Some(NodeId::Customer(customer)) => Ok(Customer::find(context, customer).await?.map(Node::Customer)),
        None => Ok(None),
    }
}

/// An order that the caller may see.
pub async fn load(context: &Context<'_>, id: Uuid) -> Result<Option<OrderRow>> {
    context.data::<Loaders>()?.load_one(OrderKey(id)).await.map_err(read_failed)
}

/// Waits for the version of a token, if there is one.
pub async fn wait(context: &Context<'_>, token: Option<ConsistencyToken>) -> Result<()> {
    let Some(token) = token else { return Ok(()) };
    let visible = context.data::<Viewer>()?.visibility();
    let waited = context.data::<Consistency>()?.wait(token, visible).await;
    waited.map_err(|error| Code::ConsistencyTimeout.error(error.to_string()))
}
