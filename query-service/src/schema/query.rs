//! The query root.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use read_models::OrderColumns;
use read_models::query::{FoundOrder, Parts};
use uuid::Uuid;

use super::as_of::AsOf;
use super::connection::PageArguments;
use super::customer::Customer;
use super::filter::{OrderOrder, OrderWhere, checked, condition};
use super::id::NodeId;
use super::load::{self, Extras, LoadedCustomer};
use super::node::Node;
use super::order::{Order, column};
use super::order_connection::{OrderConnection, OrderList};
use super::projections::ProjectionHealth;
use super::reading::Reading;
use crate::config::LIST_MAX;
use crate::consistency::ConsistencyToken;
use crate::error::{Code, ReadFailed, internal, read_failed};
use crate::output::{Selected, Written};

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
    ) -> Result<Written<Option<Order<'static>>>> {
        let reading = Reading::of(context)?;
        reading.wait(consistency).await?;
        let selected = Selected::of::<Order<'_>>(context);
        let sets = [&selected];
        // The current row says whether a past state may be seen.
        let parts = if as_of.is_some() { Parts::columns(OrderColumns::NONE) } else { load::parts(&sets) };
        let found = match (id, number) {
            (Some(id), None) => reading.read.order(&reading.visible, NodeId::order(&id)?, &parts).await,
            (None, Some(number)) => reading.read.order_by_number(&reading.visible, &checked(number)?, &parts).await,
            _ => return Err(Code::BadUserInput.error("give `id` or `number`")),
        };
        let found = found.map_err(|error| read_failed(ReadFailed::log(&error)))?;
        let (found, past) = match (found, as_of) {
            (Some(row), Some(as_of)) => {
                let order_id = column!(row.row, order_id).map_err(|error| internal(&error))?;
                (Some(as_of.order(&reading.read, order_id, reading.clock.now()).await?), true)
            }
            (found, _) => (found, false),
        };
        let extras = load::extras(reading, &found.iter().collect::<Vec<_>>(), &sets, past).await?;
        let order = found.as_ref().map(|found| Order { reading, found, extras: extras.first(), past });
        Ok(Written::new(context, &selected, &order))
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
    ) -> Result<Written<OrderConnection<'static>>> {
        let reading = Reading::of(context)?;
        let selected = Selected::of::<OrderConnection<'_>>(context);
        let page = PageArguments::new(first, after, last, before)?;
        let list = OrderList::new(reading, page, condition(r#where)?, order_by.unwrap_or_default(), None)?;
        reading.wait(consistency).await?;
        let loaded = load::page(reading, list, &selected).await?;
        Ok(Written::new(context, &selected, &OrderConnection { reading, loaded: &loaded }))
    }

    /// A customer by id.
    async fn customer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The customer's id, either the global one or the tenant's own (`customerId`).")] id: ID,
    ) -> Result<Written<Option<Customer<'static>>>> {
        let reading = Reading::of(context)?;
        let selected = Selected::of::<Customer<'_>>(context);
        let id = NodeId::customer(&id)?;
        let found = load::known_customers(reading, vec![id.clone()], &[&selected]).await?;
        let customer = found.get(&id).map(|loaded| Customer { reading, id: &id, loaded: Some(loaded) });
        Ok(Written::new(context, &selected, &customer))
    }

    /// The object with a global id; null if there is none that the caller may see.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The global id.")] id: ID,
    ) -> Result<Written<Option<Node<'static>>>> {
        let selected = Node::selected(context);
        let found = Found::read(Reading::of(context)?, &[id], &selected).await?;
        Ok(Written::new(context, &selected, &found.nodes().pop().flatten()))
    }

    /// The objects with these global ids, in the order of the ids; null for each that does not exist.
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Written<Vec<Option<Node<'static>>>>> {
        if ids.len() > LIST_MAX {
            return Err(Code::BadUserInput.error(format!("`nodes` takes at most {LIST_MAX} ids")));
        }
        let selected = Node::selected(context);
        let found = Found::read(Reading::of(context)?, &ids, &selected).await?;
        Ok(Written::new(context, &selected, &found.nodes()))
    }

    /// How far the projectors have come. Only for staff.
    async fn projections(&self, context: &Context<'_>) -> Result<Written<Vec<ProjectionHealth<'static>>>> {
        let reading = Reading::of(context)?;
        if reading.visible.customer.is_some() {
            return Err(Code::Forbidden.error("this is for staff"));
        }
        let groups = reading.health.groups().await.map_err(read_failed)?;
        let projections: Vec<_> = groups.iter().map(ProjectionHealth).collect();
        Ok(Written::new(context, &Selected::of::<ProjectionHealth<'_>>(context), &projections))
    }
}

/// The objects with some global ids.
struct Found<'a> {
    reading: &'a Reading,
    ids: Vec<Option<NodeId>>,
    orders: Vec<(Uuid, FoundOrder)>,
    /// One for each order, or none.
    extras: Vec<Extras>,
    customers: HashMap<String, Arc<LoadedCustomer>>,
}

impl<'a> Found<'a> {
    /// Reads those that the viewer may see.
    async fn read(reading: &'a Reading, ids: &[ID], selected: &Selected) -> Result<Self> {
        let ids: Vec<Option<NodeId>> = ids.iter().map(|id| NodeId::parse(id)).collect();
        let orders: Vec<Uuid> = ids.iter().flatten().filter_map(NodeId::of_order).collect();
        let customers: Vec<String> = ids.iter().flatten().filter_map(NodeId::of_customer).collect();
        let sets = [Node::of::<Order<'_>>(selected)];
        let found = match &orders[..] {
            [] => Vec::new(),
            ids => {
                let found = reading.read.orders(&reading.visible, ids, &load::parts(&sets)).await;
                found.map_err(|error| read_failed(ReadFailed::log(&error)))?
            }
        };
        let extras = load::extras(reading, &found.iter().collect::<Vec<_>>(), &sets, false).await?;
        let keyed = |order: FoundOrder| {
            let order_id = column!(order.row, order_id).map_err(|error| internal(&error))?;
            Ok((order_id, order))
        };
        let orders = found.into_iter().map(keyed).collect::<Result<_>>()?;
        let customers = load::known_customers(reading, customers, &[Node::of::<Customer<'_>>(selected)]).await?;
        Ok(Self { reading, ids, orders, extras, customers })
    }

    /// The objects in the order of the ids.
    fn nodes(&self) -> Vec<Option<Node<'_>>> {
        self.ids.iter().map(|id| self.node(id.as_ref()?)).collect()
    }

    fn node<'b>(&'b self, id: &'b NodeId) -> Option<Node<'b>> {
        let reading = self.reading;
        match id {
            NodeId::Order(id) => {
                let index = self.orders.iter().position(|(known, _)| known == id)?;
                let (found, extras) = (&self.orders[index].1, self.extras.get(index));
                Some(Node::Order(Order { reading, found, extras, past: false }))
            }
            NodeId::Customer(id) => {
                let loaded = self.customers.get(id)?;
                Some(Node::Customer(Customer { reading, id, loaded: Some(loaded) }))
            }
        }
    }
}
