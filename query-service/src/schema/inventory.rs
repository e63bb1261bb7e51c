//! The root fields of stock and reservations: their arguments, and how they are answered. All of them need the scope of inventory.

use std::collections::HashMap;

use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{ID, Result};
use domain::StockId;
use read_models::StockView;
use read_models::query::Window;
use service_kit::auth::Scope;
use uuid::Uuid;

use super::connection::{PageArguments, given, required};
use super::id::NodeId;
use super::list_arguments::{ListArguments, ListFilter};
use super::movements;
use super::reading::Reading;
use super::reservation::Reservation;
use super::stock::{LoadedStock, Movements, StockConnection, StockItem};
use super::stock_list::{StockList, StockOrder, StockWhere, checked_location, checked_sku};
use crate::config::{COUNT_MAX, PAGE_MAX};
use crate::consistency::ConsistencyToken;
use crate::error::{ReadFailed, read_failed};
use crate::output::{Answered, Arguments, Selected, SelectedField, argument};

const CONSISTENCY: &str = "A consistency token; the field waits until it can show that version.";

/// The arguments of a list of stock.
pub type StockArguments = ListArguments<StockWhere, StockOrder>;

impl ListFilter for StockWhere {
    const DESCRIPTION: &'static str = "The filter; without it, all stock of the tenant.";
    const ORDER: &'static str = "SKU_ASC";
    const CONSISTENCY: &'static str = CONSISTENCY;
}

/// Answers a list of stock.
pub async fn stock(reading: &Reading, field: &SelectedField, arguments: StockArguments) -> Result<Answered> {
    reading.require(Scope::INVENTORY_READ)?;
    let ListArguments { filter, order_by, page, consistency } = arguments;
    let list = StockList::new(reading, page, filter, order_by)?;
    reading.wait(consistency).await?;
    let tenant = &reading.visible.tenant;
    let failed = |error| read_failed(ReadFailed::log(&error));
    let page = reading.read.stock_page(tenant, &list.request).await.map_err(failed)?;
    let is_counted = field.below().has("totalCount") || field.below().has("totalCountCapped");
    let count = if is_counted {
        Some(reading.read.stock_count(tenant, &list.request.filter, COUNT_MAX).await.map_err(failed)?)
    } else {
        None
    };
    let nodes = field.below().named("nodes").map(SelectedField::below);
    let edges = field.below().named("edges").flat_map(|edge| edge.below().named("node")).map(SelectedField::below);
    let movements = movements_of(reading, &page.items, nodes.chain(edges)).await?;
    let loaded = LoadedStock { list, page, movements, count };
    Ok(Answered::new(field, &StockConnection { reading, loaded: &loaded }))
}

/// The arguments of the stock of a SKU at a location.
pub struct StockAtArguments {
    location: ID,
    sku: String,
    consistency: Option<ConsistencyToken>,
}

impl Arguments for StockAtArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        vec![
            argument::<ID>(registry, "location", "The tenant's code of the location.", None),
            argument::<String>(registry, "sku", "The SKU.", None),
            argument::<Option<ConsistencyToken>>(registry, "consistency", CONSISTENCY, None),
        ]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self {
            location: required(field, "location")?,
            sku: required(field, "sku")?,
            consistency: given(field, "consistency")?,
        })
    }
}

/// Answers the stock of a SKU at a location.
pub async fn stock_at(reading: &Reading, field: &SelectedField, arguments: StockAtArguments) -> Result<Answered> {
    reading.require(Scope::INVENTORY_READ)?;
    let StockAtArguments { location, sku, consistency } = arguments;
    let (location, sku) = (checked_location(location.0)?, checked_sku(sku)?);
    reading.wait(consistency).await?;
    let tenant = &reading.visible.tenant;
    let id = StockId::of(tenant, &location, &sku).uuid();
    let found = reading.read.stock(tenant, &[id]).await.map_err(|error| read_failed(ReadFailed::log(&error)))?;
    let movements = movements_of(reading, &found, std::iter::once(field.below())).await?;
    let item = found.first().map(|row| StockItem { reading, row, movements: &movements });
    Ok(Answered::new(field, &item))
}

/// The arguments of an order's reservations.
pub struct ReservationsArguments {
    order: ID,
    consistency: Option<ConsistencyToken>,
}

impl Arguments for ReservationsArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let order = "The order's id, either the global one or its `orderId`.";
        vec![
            argument::<ID>(registry, "order", order, None),
            argument::<Option<ConsistencyToken>>(registry, "consistency", CONSISTENCY, None),
        ]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self { order: required(field, "order")?, consistency: given(field, "consistency")? })
    }
}

/// Answers an order's reservations.
pub async fn reservations(
    reading: &Reading,
    field: &SelectedField,
    arguments: ReservationsArguments,
) -> Result<Answered> {
    reading.require(Scope::INVENTORY_READ)?;
    let ReservationsArguments { order, consistency } = arguments;
    let order_id = NodeId::order(&order)?;
    reading.wait(consistency).await?;
    let found = reading.read.reservations_of(&reading.visible.tenant, order_id, PAGE_MAX).await;
    let found = found.map_err(|error| read_failed(ReadFailed::log(&error)))?;
    Ok(Answered::new(field, &found.iter().map(Reservation).collect::<Vec<_>>()))
}

/// Reads the movements that some selections of stock items show: one statement for each field, unless cursors of several items tell
/// their windows apart.
async fn movements_of<'a>(
    reading: &Reading,
    items: &[StockView],
    sets: impl Iterator<Item = &'a Selected>,
) -> Result<Movements> {
    let mut movements = Movements::new();
    for field in sets.flat_map(|set| set.named("movements")) {
        // Wrong arguments are told when the field is written.
        let Ok(page) = PageArguments::of(field) else { continue };
        let mut windows: HashMap<Window, Vec<Uuid>> = HashMap::new();
        for item in items {
            // A cursor of another item is told when the field is written.
            let Ok(window) = page.window(&reading.cursors, &movements::list(item.stock_id)) else { continue };
            windows.entry(window).or_default().push(item.stock_id);
        }
        for (window, ids) in windows {
            let found = reading.read.stock_movements(&ids, window).await;
            let found = found.map_err(|error| read_failed(ReadFailed::log(&error)))?;
            movements.extend(found.into_iter().map(|(id, found)| ((field.id, id), found)));
        }
    }
    Ok(movements)
}
