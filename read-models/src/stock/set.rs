//! The read models of stock as the machinery takes them.

use domain::contract::PublicEvents;
use domain::reservation::contract::PublicEvent as ReservationEvent;
use domain::stock::contract::{PublicEvent, Published};
use uuid::Uuid;

use super::fold::fold;
use super::movement::{Movement, MovementRef, STOCK_MOVEMENT, StockMovement};
use super::view::{STOCK, StockView};
use crate::event::EventFields;
use crate::fold::FoldError;
use crate::model::{Model, Models};
use crate::set::{ModelSet, NoPart, View};

/// The read models of stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stock;

/// The events behind a row of a stock item.
const EVENTS_OF_STOCK: &str = include_str!("../../sql/stock/stock_movement/events.sql");

impl ModelSet for Stock {
    type Event = PublicEvent;
    type View = StockView;
    type Entry = StockMovement;
    type EntryRef<'a> = MovementRef<'a>;
    type Sums = ();

    const MODELS: Models = Models {
        view: Model {
            table: || &STOCK,
            table_sql: include_str!("../../sql/stock/stock/table.sql"),
            indexes_sql: include_str!("../../sql/stock/stock/indexes.sql"),
            events_sql: EVENTS_OF_STOCK,
            look_up_sql: None,
        },
        parts: None,
        history: Model {
            table: || &STOCK_MOVEMENT,
            table_sql: include_str!("../../sql/stock/stock_movement/table.sql"),
            indexes_sql: include_str!("../../sql/stock/stock_movement/indexes.sql"),
            events_sql: EVENTS_OF_STOCK,
            look_up_sql: None,
        },
        sums: &[],
    };
    const GROUP: &'static str = "read-stock";
    const OTHER_NAMESPACES: &'static [&'static str] = &[ReservationEvent::NAMESPACE];

    fn fold(view: Option<StockView>, record: &Published) -> Result<StockView, FoldError> {
        fold(view, record)
    }

    fn entry(stream_id: Uuid, record: &Published) -> StockMovement {
        (Movement::of(stream_id, record), EventFields::owned(record))
    }

    fn entry_ref(stream_id: Uuid, record: &Published) -> MovementRef<'_> {
        (Movement::of(stream_id, record), EventFields::borrowed(record))
    }

    fn foreign_kind(event: &PublicEvent) -> Option<&str> {
        match event {
            PublicEvent::ForeignEvent(event) => Some(&event.aggregate_type),
            _ => None,
        }
    }
}

impl View for StockView {
    type Part = NoPart;

    fn id(&self) -> Uuid {
        self.stock_id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn parts(&self) -> &[NoPart] {
        &[]
    }
}
