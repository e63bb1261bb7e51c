//! The movements of stock: the events of a stock item.

use async_graphql::Result;
use chrono::{DateTime, Utc};
use domain::contract::PublicEvents;
use domain::stock::contract::PublicEvent;
use read_models::{StockMovement, StockView};
use uuid::Uuid;

use super::connection::{PageArguments, PageInfo};
use super::reading::Reading;
use super::scalars::{Json, Long};
use crate::error::internal;
use crate::output::object;

/// The table that movements are read from, for errors.
const TABLE: &str = "stock_movement";

/// A page of a stock item's events.
pub struct StockMovementConnection<'a> {
    reading: &'a Reading,
    /// The name of the list that the cursors belong to.
    list: String,
    page: PageArguments,
    movements: &'a [StockMovement],
    more: bool,
    /// The stock's version, which is the number of its events.
    version: i64,
}

object! {
    /// A page of the events of a stock item, oldest first.
    StockMovementConnection for StockMovementConnection<'_> as page {
        /// The events of the page with their cursors.
        edges: Vec<StockMovementEdge<'_>> => {
            page.movements.iter().map(|movement| StockMovementEdge { page, movement }).collect()
        },
        /// The events of the page.
        nodes: Vec<Movement<'_>> => page.movements.iter().map(Movement).collect(),
        /// The position of the page within the history.
        pageInfo: PageInfo => page.page.info(page.more, page.movements, |movement| Ok(page.cursor(movement)))?,
        /// The number of all events of the stock.
        totalCount: Long => Long(page.version),
    }
}

/// An event in its page.
struct StockMovementEdge<'a> {
    page: &'a StockMovementConnection<'a>,
    movement: &'a StockMovement,
}

object! {
    /// An event of stock with its cursor.
    StockMovementEdge for StockMovementEdge<'_> as edge {
        /// The position of the event in the history.
        cursor: String => edge.page.cursor(edge.movement),
        /// The event.
        node: Movement<'_> => Movement(edge.movement),
    }
}

/// The name of the list that cursors to movements of a stock item belong to.
pub fn list(stock_id: Uuid) -> String {
    format!("movements of {stock_id}")
}

impl<'a> StockMovementConnection<'a> {
    /// A page of the events of a stock item: those of the page's window, with one more where the list goes on.
    pub fn new(
        reading: &'a Reading,
        page: PageArguments,
        item: &StockView,
        movements: &'a [StockMovement],
    ) -> Result<Self> {
        let list = list(item.stock_id);
        page.window(&reading.cursors, &list)?;
        let limit = page.limit as usize;
        let more = movements.len() > limit;
        let movements = match movements.len().checked_sub(limit) {
            Some(surplus) if page.from_end => &movements[surplus..],
            Some(_) => &movements[..limit],
            None => movements,
        };
        Ok(Self { reading, list, page, movements, more, version: item.version })
    }

    fn cursor(&self, (moved, _): &StockMovement) -> String {
        self.reading.cursors.seal(&self.list, &moved.version)
    }
}

/// One event.
struct Movement<'a>(&'a StockMovement);

object! {
    /// An event of stock, with the quantities after it. A row of another program has none of them.
    StockMovement for Movement<'_> as it {
        /// The version of the stock after this event: its number within the history, from 1.
        version: Long => Long(it.0.0.version),
        /// The name of the event in the public contract.
        r#type: &str => &it.0.1.event_type,
        /// The id of the event.
        eventId: Uuid => it.0.1.event_id,
        /// When the event happened.
        at: DateTime<Utc> => it.0.1.at,
        /// When the event was recorded.
        recordedAt: DateTime<Utc> => it.0.1.recorded_at,
        /// A description of the event in words.
        description: String => it.0.1.event::<PublicEvent>(TABLE).map_err(|error| internal(&error))?.describe(),
        /// What is at the location after the event.
        onHand: Option<Long> => it.0.0.on_hand.map(Long),
        /// What reservations hold after the event, with what is backordered.
        reserved: Option<Long> => it.0.0.reserved.map(Long),
        /// The part of `reserved` that no stock is set aside for.
        backordered: Option<Long> => it.0.0.backordered.map(Long),
        /// What is kept back from new reservations.
        safetyStock: Option<Long> => it.0.0.safety_stock.map(Long),
        /// What can be newly reserved without backorder after the event.
        available: Option<Long> => it.0.0.available.map(Long),
        /// The reservation that the event is about.
        reservationId: Option<Uuid> => it.0.0.reservation_id,
        /// The order of that reservation.
        orderId: Option<Uuid> => it.0.0.order_id,
        /// The body of the public event.
        body: Json => Json(it.0.1.body.clone()),
        /// An id that all events of one request share.
        correlationId: Option<&str> => it.0.1.correlation_id.as_deref(),
        /// The id of the cause of the event.
        causationId: Option<&str> => it.0.1.causation_id.as_deref(),
        /// The position of the event in the event log, written `shard.position`.
        position: String => it.0.1.log_position().to_string(),
    }
}
