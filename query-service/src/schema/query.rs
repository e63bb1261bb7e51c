//! The query root.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{ID, Result};
use read_models::query::{FoundOrder, Parts};
use read_models::{OrderColumns, order_column};
use service_kit::auth::Scope;
use uuid::Uuid;

use super::as_of::AsOf;
use super::connection::{given, required};
use super::customer::Customer;
use super::filter::{OrderOrder, OrderWhere, checked, condition};
use super::fulfilment::{Fulfilment, FulfilmentConnection};
use super::fulfilments::{
    FulfilmentArguments, PackingQueueArguments, ShipmentsArguments, fulfilment, packing_queue, shipments,
};
use super::id::NodeId;
use super::inventory::{ReservationsArguments, StockArguments, StockAtArguments, reservations, stock, stock_at};
use super::kitchen::{KitchenBoard, KitchenBoardArguments, kitchen_board};
use super::list_arguments::{ListArguments, ListFilter};
use super::load;
use super::loaded::{Extras, LoadedCustomer};
use super::node::Node;
use super::order::Order;
use super::order_connection::OrderConnection;
use super::order_list::OrderList;
use super::projections::ProjectionHealth;
use super::reading::Reading;
use super::reservation::Reservation;
use super::saga::{Saga, SagaConnection};
use super::sagas::{SagaArguments, SagasArguments, saga, sagas};
use super::stock::{StockConnection, StockItem};
use crate::config::LIST_MAX;
use crate::consistency::ConsistencyToken;
use crate::error::{Code, ReadFailed, internal, read_failed};
use crate::output::{Answered, Arguments, Selected, SelectedField, argument, root};

/// The query root.
pub struct Query;

root! {
    /// All queries are limited to the tenant of the token, and a customer sees only their own orders. Objects that the
    /// caller may not see are answered like objects that do not exist.
    Query over Reading {
        /// An order by its id or its number, in its current state or, with `asOf`, in a past one.
        order(OrderArguments): Option<Order<'_>> => order,
        /// The orders that the caller may see, filtered and sorted.
        orders(OrdersArguments): OrderConnection<'_> => orders,
        /// A customer by id.
        customer(CustomerArguments): Option<Customer<'_>> => customer,
        /// The object with a global id; null if there is none that the caller may see.
        node(NodeArguments): Option<Node<'_>> => node,
        /// The objects with these global ids, in the order of the ids; null for each that does not exist.
        nodes(NodesArguments): Vec<Option<Node<'_>>> => nodes,
        /// The stock of the tenant, filtered and sorted. Needs the scope `inventory:read`.
        stock(StockArguments): StockConnection<'_> => stock,
        /// The stock of a SKU at a location; null if the location does not keep it. Needs the scope `inventory:read`.
        stockAt(StockAtArguments): Option<StockItem<'_>> => stock_at,
        /// The reservations of an order at all locations, by id, at most 100. Needs the scope `inventory:read`.
        reservations(ReservationsArguments): Vec<Reservation<'_>> => reservations,
        /// What is in the kitchen at a location. Needs the scopes `tenant:staff` and `fulfilment:write`.
        kitchenBoard(KitchenBoardArguments): KitchenBoard<'_> => kitchen_board,
        /// What a location has to accept, pick, pack or ship, the oldest first. Needs the scopes `tenant:staff` and `fulfilment:write`.
        packingQueue(PackingQueueArguments): FulfilmentConnection<'_> => packing_queue,
        /// What has left the tenant's locations, the newest first. Needs the scopes `tenant:staff` and `fulfilment:write`.
        shipments(ShipmentsArguments): FulfilmentConnection<'_> => shipments,
        /// What a location has to send of an order, by its id; null if there is none. Needs the scopes `tenant:staff` and
        /// `fulfilment:write`.
        fulfilment(FulfilmentArguments): Option<Fulfilment<'_>> => fulfilment,
        /// What drives an order to its end; null where nothing does. Needs the scope `saga:operate`.
        saga(SagaArguments): Option<Saga<'_>> => saga,
        /// The sagas of the tenant: first those whose tasks are escalated first, then those that have not changed for longest. Needs
        /// the scope `saga:operate`.
        sagas(SagasArguments): SagaConnection<'_> => sagas,
        /// How far the projectors have come. Only for staff.
        projections: Vec<ProjectionHealth<'_>> => projections,
    }
}

const CONSISTENCY: &str =
    "The `Order-Consistency-Token` of a command's answer; the field waits until it can show that version.";

struct OrderArguments {
    id: Option<ID>,
    number: Option<String>,
    as_of: Option<AsOf>,
    consistency: Option<ConsistencyToken>,
}

impl Arguments for OrderArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let id = "The order's id, either the global one or its `orderId`.";
        let as_of = "The point of time at which to show the order; without it, the current state.";
        vec![
            argument::<Option<ID>>(registry, "id", id, None),
            argument::<Option<String>>(registry, "number", "The order number.", None),
            argument::<Option<AsOf>>(registry, "asOf", as_of, None),
            argument::<Option<ConsistencyToken>>(registry, "consistency", CONSISTENCY, None),
        ]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self {
            id: given(field, "id")?,
            number: given(field, "number")?,
            as_of: given(field, "asOf")?,
            consistency: given(field, "consistency")?,
        })
    }
}

async fn order(reading: &Reading, field: &SelectedField, arguments: OrderArguments) -> Result<Answered> {
    reading.require(Scope::ORDERS_READ)?;
    let OrderArguments { id, number, as_of, consistency } = arguments;
    reading.wait(consistency).await?;
    let sets = [field.below()];
    // The current row says whether a past state may be seen.
    let parts = if as_of.is_some() { Parts::columns(OrderColumns::NONE) } else { load::parts(&sets) };
    let found = match (id, number) {
        (Some(id), None) => reading.read.order(&reading.visible, NodeId::order(&id)?, &parts).await,
        (None, Some(number)) => reading.read.order_by_number(&reading.visible, &checked(number)?, &parts).await,
        _ => return Err(Code::BadUserInput.error("give `id` or `number`")),
    };
    let found = found.map_err(|error| read_failed(ReadFailed::log(&error)))?;
    let (found, past) = match (found, as_of) {
        (Some(current), Some(as_of)) => {
            let order_id = order_column!(current.row, order_id).map_err(|error| internal(&error))?;
            (Some(as_of.order(&reading.read, order_id, reading.clock.now()).await?), true)
        }
        (found, _) => (found, false),
    };
    let extras = load::extras(reading, &found.iter().collect::<Vec<_>>(), &sets, past).await?;
    let order = found.as_ref().map(|found| Order { reading, found, extras: extras.first(), past });
    Ok(Answered::new(field, &order))
}

type OrdersArguments = ListArguments<OrderWhere, OrderOrder>;

impl ListFilter for OrderWhere {
    const DESCRIPTION: &'static str = "The filter; without it, all orders that the caller may see.";
    const ORDER: &'static str = "PLACED_AT_DESC";
    const CONSISTENCY: &'static str = CONSISTENCY;
}

async fn orders(reading: &Reading, field: &SelectedField, arguments: OrdersArguments) -> Result<Answered> {
    reading.require(Scope::ORDERS_READ)?;
    let ListArguments { filter, order_by, page, consistency } = arguments;
    let list = OrderList::new(reading, page, condition(filter)?, order_by, None)?;
    reading.wait(consistency).await?;
    let loaded = load::page(reading, list, field.below()).await?;
    Ok(Answered::new(field, &OrderConnection { reading, loaded: &loaded }))
}

struct CustomerArguments(ID);

impl Arguments for CustomerArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let id = "The customer's id, either the global one or the tenant's own (`customerId`).";
        vec![argument::<ID>(registry, "id", id, None)]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        required(field, "id").map(Self)
    }
}

async fn customer(reading: &Reading, field: &SelectedField, arguments: CustomerArguments) -> Result<Answered> {
    reading.require(Scope::ORDERS_READ)?;
    let id = NodeId::customer(&arguments.0)?;
    let found = load::known_customers(reading, vec![id.clone()], &[field.below()]).await?;
    let customer = found.get(&id).map(|loaded| Customer { reading, id: &id, loaded: Some(loaded) });
    Ok(Answered::new(field, &customer))
}

struct NodeArguments(ID);

impl Arguments for NodeArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        vec![argument::<ID>(registry, "id", "The global id.", None)]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        required(field, "id").map(Self)
    }
}

async fn node(reading: &Reading, field: &SelectedField, arguments: NodeArguments) -> Result<Answered> {
    reading.require(Scope::ORDERS_READ)?;
    let found = Found::read(reading, &[arguments.0], field.below()).await?;
    Ok(Answered::new(field, &found.nodes().pop().flatten()))
}

struct NodesArguments(Vec<ID>);

impl Arguments for NodesArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        vec![argument::<Vec<ID>>(registry, "ids", "Global ids, at most 100.", None)]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        required(field, "ids").map(Self)
    }
}

async fn nodes(reading: &Reading, field: &SelectedField, arguments: NodesArguments) -> Result<Answered> {
    reading.require(Scope::ORDERS_READ)?;
    let NodesArguments(ids) = arguments;
    if ids.len() > LIST_MAX {
        return Err(Code::BadUserInput.error(format!("`nodes` takes at most {LIST_MAX} ids")));
    }
    let found = Found::read(reading, &ids, field.below()).await?;
    Ok(Answered::new(field, &found.nodes()))
}

async fn projections(reading: &Reading, field: &SelectedField) -> Result<Answered> {
    if reading.visible.customer.is_some() {
        return Err(Code::Forbidden.error("this is for staff"));
    }
    let known = reading.health.projections().await.map_err(read_failed)?;
    let projections: Vec<_> = known.groups.iter().map(ProjectionHealth).collect();
    Ok(Answered::new(field, &projections))
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
            let order_id = order_column!(order.row, order_id).map_err(|error| internal(&error))?;
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
