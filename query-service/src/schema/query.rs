//! The roads into the graph.

use async_graphql::{Context, ID, Object, Result};
use read_models::query::OrderRow;
use service_kit::clock::SharedClock;
use uuid::Uuid;

use super::as_of::AsOf;
use super::connection::PageArguments;
use super::customer::Customer;
use super::filter::{OrderOrder, OrderWhere, checked, condition};
use super::id::{Node, NodeId};
use super::order::Order;
use super::order_connection::{Counted, OrderConnection, OrderList};
use super::projections::{Health, ProjectionHealth};
use crate::access::Viewer;
use crate::config::LIST_MAX;
use crate::consistency::{Consistency, ConsistencyToken};
use crate::error::{Code, ReadFailed, read_failed};
use crate::loaders::{Loaders, OrderKey};

/// The roads into the graph.
pub struct Query;

/// Everything is seen through the token's tenant; a customer sees their own orders alone. What one may not see is
/// answered like what does not exist.
#[Object]
impl Query {
    /// An order by id (global or its own) or by number, as it is or as it was.
    async fn order(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its id, global or its own.")] id: Option<ID>,
        #[graphql(desc = "The number people know it by.")] number: Option<String>,
        #[graphql(desc = "As it was then, rather than as it is.")] as_of: Option<AsOf>,
        #[graphql(
            desc = "Waits for this version before it reads: the `Order-Consistency-Token` of a command's answer."
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

    /// Orders, filtered and sorted.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn orders(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which; all that one may see where it is left out.")] r#where: Option<OrderWhere>,
        #[graphql(default_with = "Some(OrderOrder::PlacedAtDesc)", desc = "In which order.")] order_by: Option<
            OrderOrder,
        >,
        #[graphql(desc = "How many from the beginning, at most 100; 20 where neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Begins after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Ends before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "Waits for this version before it reads: the `Order-Consistency-Token` of a command's answer."
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

    /// A customer by id (global or the shop's own).
    async fn customer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its id, global or the shop's own.")] id: ID,
    ) -> Result<Option<Customer>> {
        Customer::find(context, NodeId::customer(&id)?).await
    }

    /// Whatever a global id stands for.
    async fn node(&self, context: &Context<'_>, #[graphql(desc = "A global id.")] id: ID) -> Result<Option<Node>> {
        node(context, &id).await
    }

    /// Whatever global ids stand for, in their order; null for what is not there.
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

    /// How far the projectors are. For staff.
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

/// An order that the one who asks may see.
pub async fn load(context: &Context<'_>, id: Uuid) -> Result<Option<OrderRow>> {
    context.data::<Loaders>()?.load_one(OrderKey(id)).await.map_err(read_failed)
}

/// Waits for the version that a token names, where there is one.
pub async fn wait(context: &Context<'_>, token: Option<ConsistencyToken>) -> Result<()> {
    let Some(token) = token else { return Ok(()) };
    let visible = context.data::<Viewer>()?.visibility();
    let waited = context.data::<Consistency>()?.wait(token, visible).await;
    waited.map_err(|error| Code::ConsistencyTimeout.error(error.to_string()))
}
