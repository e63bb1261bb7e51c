//! The order's read models as the machinery takes them.

use domain::order::contract::{PublicEvent, Published};
use uuid::Uuid;

use super::contribution::{Contribution, SUMS};
use super::fold::fold;
use super::lines::{LineKey, LineView, ORDER_LINES};
use super::timeline::{ORDER_TIMELINE, TimelineEntry};
use super::view::{ORDER_SUMMARY, OrderView};
use crate::fold::FoldError;
use crate::model::{Model, Models};
use crate::set::{Entry, ModelSet, Part, View};

/// The read models of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orders;

/// The events behind a row of a single order.
const EVENTS_OF_ORDER: &str = include_str!("../../sql/order/order_timeline/events.sql");

impl ModelSet for Orders {
    type Event = PublicEvent;
    type View = OrderView;
    type Entry = TimelineEntry;
    type EntryRef<'a> = TimelineEntry<&'a str, &'a PublicEvent>;
    type Sums = Contribution;

    const MODELS: Models = Models {
        view: Model {
            table: || &ORDER_SUMMARY,
            table_sql: include_str!("../../sql/order/order_summary/table.sql"),
            indexes_sql: include_str!("../../sql/order/order_summary/indexes.sql"),
            events_sql: EVENTS_OF_ORDER,
            look_up_sql: None,
        },
        parts: Some(Model {
            table: || &ORDER_LINES,
            table_sql: include_str!("../../sql/order/order_lines/table.sql"),
            indexes_sql: include_str!("../../sql/order/order_lines/indexes.sql"),
            events_sql: EVENTS_OF_ORDER,
            look_up_sql: None,
        }),
        history: Model {
            table: || &ORDER_TIMELINE,
            table_sql: include_str!("../../sql/order/order_timeline/table.sql"),
            indexes_sql: include_str!("../../sql/order/order_timeline/indexes.sql"),
            events_sql: EVENTS_OF_ORDER,
            look_up_sql: None,
        },
        sums: &SUMS,
    };
    const GROUP: &'static str = "read";

    fn fold(view: Option<OrderView>, record: &Published) -> Result<OrderView, FoldError> {
        fold(view, record)
    }

    fn entry(stream_id: Uuid, record: &Published) -> TimelineEntry {
        TimelineEntry::owned(stream_id, record)
    }

    fn entry_ref(stream_id: Uuid, record: &Published) -> TimelineEntry<&str, &PublicEvent> {
        TimelineEntry::borrowed(stream_id, record)
    }

    fn foreign_kind(event: &PublicEvent) -> Option<&str> {
        match event {
            PublicEvent::ForeignEvent(event) => Some(&event.aggregate_type),
            _ => None,
        }
    }
}

impl View for OrderView {
    type Part = LineView;

    fn id(&self) -> Uuid {
        self.order_id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn parts(&self) -> &[LineView] {
        &self.lines
    }
}

impl Part for LineView {
    type Key = LineKey;

    fn key(&self) -> LineKey {
        LineKey { order_id: self.order_id, line_id: self.line_id }
    }
}

impl Entry for TimelineEntry {
    fn version(&self) -> i64 {
        self.version
    }
}
