//! Pages of orders.

use super::connection::PageInfo;
use super::loaded::{LoadedPage, unloaded};
use super::order::Order;
use super::reading::Reading;
use crate::config::COUNT_MAX;
use crate::output::object;

/// A page of orders.
#[derive(Clone, Copy)]
pub struct OrderConnection<'a> {
    pub reading: &'a Reading,
    pub loaded: &'a LoadedPage,
}

object! {
    /// A page of orders.
    OrderConnection for OrderConnection<'_> as page {
        /// The orders of the page with their cursors.
        edges: Vec<OrderEdge<'_>> => page.orders().map(|node| OrderEdge { page: *page, node }).collect(),
        /// The orders of the page.
        nodes: Vec<Order<'_>> => page.orders().collect(),
        /// The position of the page within the list.
        pageInfo: PageInfo => {
            let LoadedPage { list, page: found, .. } = page.loaded;
            list.arguments.info(found.more, &found.orders, |order| list.cursor(page.reading, order))?
        },
        /// The number of orders in the whole list, counted up to 10,001.
        totalCount: i32 => i32::try_from(page.loaded.count.ok_or_else(unloaded)?).unwrap_or(i32::MAX),
        /// Whether the list may have more orders than were counted.
        totalCountCapped: bool => page.loaded.count.ok_or_else(unloaded)? >= i64::from(COUNT_MAX),
    }
}

/// An order in its list.
struct OrderEdge<'a> {
    page: OrderConnection<'a>,
    node: Order<'a>,
}

object! {
    /// An order with its cursor.
    OrderEdge for OrderEdge<'_> as edge {
        /// The position of the order in the list.
        cursor: String => edge.page.loaded.list.cursor(edge.page.reading, edge.node.found)?,
        /// The order.
        node: Order<'_> => edge.node,
    }
}

impl<'a> OrderConnection<'a> {
    fn orders(self) -> impl Iterator<Item = Order<'a>> {
        let Self { reading, loaded } = self;
        let orders = loaded.page.orders.iter().enumerate();
        orders.map(move |(index, found)| Order { reading, found, extras: loaded.extras.get(index), past: false })
    }
}
