//! Stock: an item, and pages of items.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use read_models::query::StockPage;
use read_models::{StockMovement, StockView};
use uuid::Uuid;

use super::connection::{PageArguments, PageInfo};
use super::loaded::unloaded;
use super::movements::StockMovementConnection;
use super::reading::Reading;
use super::scalars::Long;
use super::stock_list::StockList;
use crate::config::COUNT_MAX;
use crate::consistency::ConsistencyToken;
use crate::output::object;

/// The movements of stock items that were read, by the field that selects them and the item.
pub type Movements = HashMap<(usize, Uuid), Vec<StockMovement>>;

/// The stock of a SKU at a location.
#[derive(Clone, Copy)]
pub struct StockItem<'a> {
    pub reading: &'a Reading,
    pub row: &'a StockView,
    pub movements: &'a Movements,
}

object! {
    /// The stock of a SKU at a location. All quantities are pieces.
    StockItem for StockItem<'_> as (item, field) from (crate::output::NoColumns, no_column) {
        /// The id of the stock, a UUID that follows from tenant, location and SKU.
        stockId: Uuid => item.row.stock_id,
        /// The tenant's code of the location.
        location: &str => &item.row.location,
        /// The SKU.
        sku: &str => &item.row.sku,
        /// The version of the stock: the number of its events.
        version: Long => Long(item.row.version),
        /// What is at the location, whether or not reserved.
        onHand: Long => Long(item.row.on_hand),
        /// What reservations hold, with what is backordered.
        reserved: Long => Long(item.row.reserved),
        /// The part of `reserved` that no stock is set aside for.
        backordered: Long => Long(item.row.backordered),
        /// What is kept back from new reservations.
        safetyStock: Long => Long(item.row.safety_stock),
        /// What can be newly reserved without backorder.
        available: Long => Long(item.row.available),
        /// Whether reservations beyond what is available are taken.
        backorderAllowed: bool => item.row.backorder_allowed,
        /// When the last event of the stock happened.
        changedAt: DateTime<Utc> => item.row.changed_at,
        /// When the last event of the stock was recorded.
        updatedAt: DateTime<Utc> => item.row.updated_at,
        /// The position of the last event in the event log, written `shard.position`.
        position: String => item.row.log_position().to_string(),
        /// A token that makes a later query wait until it can show at least this version.
        consistencyToken: ConsistencyToken => ConsistencyToken::stock(item.row.stock_id, item.row.version),
        /// The events of the stock, oldest first.
        movements(PageArguments as page): StockMovementConnection<'_> => {
            let movements = item.movements.get(&(field.id, item.row.stock_id)).map(Vec::as_slice).unwrap_or_default();
            StockMovementConnection::new(item.reading, page, item.row, movements)?
        },
    }
}

/// A page of stock that was loaded.
pub struct LoadedStock {
    pub list: StockList,
    pub page: StockPage,
    pub movements: Movements,
    /// The number of items in the list, counted up to [`COUNT_MAX`], where it is selected.
    pub count: Option<i64>,
}

/// A page of stock.
#[derive(Clone, Copy)]
pub struct StockConnection<'a> {
    pub reading: &'a Reading,
    pub loaded: &'a LoadedStock,
}

object! {
    /// A page of stock items.
    StockConnection for StockConnection<'_> as page {
        /// The items of the page with their cursors.
        edges: Vec<StockEdge<'_>> => page.items().map(|node| StockEdge { page: *page, node }).collect(),
        /// The items of the page.
        nodes: Vec<StockItem<'_>> => page.items().collect(),
        /// The position of the page within the list.
        pageInfo: PageInfo => {
            let LoadedStock { list, page: found, .. } = page.loaded;
            list.arguments.info(found.more, &found.items, |item| Ok(list.cursor(page.reading, item)))?
        },
        /// The number of items in the whole list, counted up to 10,001.
        totalCount: i32 => i32::try_from(page.loaded.count.ok_or_else(unloaded)?).unwrap_or(i32::MAX),
        /// Whether the list may have more items than were counted.
        totalCountCapped: bool => page.loaded.count.ok_or_else(unloaded)? >= i64::from(COUNT_MAX),
    }
}

/// An item in its list.
struct StockEdge<'a> {
    page: StockConnection<'a>,
    node: StockItem<'a>,
}

object! {
    /// A stock item with its cursor.
    StockEdge for StockEdge<'_> as edge {
        /// The position of the item in the list.
        cursor: String => edge.page.loaded.list.cursor(edge.page.reading, edge.node.row),
        /// The item.
        node: StockItem<'_> => edge.node,
    }
}

impl<'a> StockConnection<'a> {
    fn items(self) -> impl Iterator<Item = StockItem<'a>> {
        let Self { reading, loaded } = self;
        loaded.page.items.iter().map(move |row| StockItem { reading, row, movements: &loaded.movements })
    }
}
