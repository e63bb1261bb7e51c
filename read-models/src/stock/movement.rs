//! What happened to stock: the table `stock_movement`, one row an event.

use std::sync::LazyLock;

use domain::contract::PublicEvents;
use domain::stock::contract::{PublicEvent, Published};
use uuid::Uuid;

use super::fold::reservation;
use crate::event::{EventFields, PublicBody};
use crate::set::Entry;
use crate::table::{Table, columns};

/// One row an event, readable.
pub(crate) static STOCK_MOVEMENT: LazyLock<Table> =
    LazyLock::new(|| Table::of::<StockMovement>("stock_movement", &["stock_id", "version"]));

/// One event of a stock item: what was moved, and the event.
pub type StockMovement = (Movement, EventFields);

/// The same row, borrowed from its event.
pub(crate) type MovementRef<'a> = (Movement, EventFields<&'a str, PublicBody<'a, PublicEvent>>);

/// The quantities after an event, and for whom they were moved. A row of another program has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Movement {
    pub stock_id: Uuid,
    /// Number within the item's history, from 1.
    pub version: i64,
    pub on_hand: Option<i64>,
    pub reserved: Option<i64>,
    pub backordered: Option<i64>,
    pub safety_stock: Option<i64>,
    pub available: Option<i64>,
    /// The reservation that the event is about.
    pub reservation_id: Option<Uuid>,
    /// The order of that reservation.
    pub order_id: Option<Uuid>,
}

columns!(Movement {
    stock_id,
    version,
    on_hand,
    reserved,
    backordered,
    safety_stock,
    available,
    reservation_id,
    order_id,
});

impl Movement {
    /// What an event that folds moved.
    pub(crate) fn of(stock_id: Uuid, record: &Published) -> Self {
        let level = record.event.content().map(|(_, _, level)| level);
        let about = reservation(&record.event);
        let uuid = |text: &str| Uuid::parse_str(text).expect("the fold refuses what is no UUID");
        Self {
            stock_id,
            version: record.event.version(),
            on_hand: level.map(|level| level.on_hand),
            reserved: level.map(|level| level.reserved),
            backordered: level.map(|level| level.backordered),
            safety_stock: level.map(|level| level.safety_stock),
            available: level.map(|level| level.available),
            reservation_id: about.map(|(reservation, _)| uuid(reservation)),
            order_id: about.map(|(_, order)| uuid(order)),
        }
    }
}

impl Entry for StockMovement {
    fn version(&self) -> i64 {
        self.0.version
    }
}
