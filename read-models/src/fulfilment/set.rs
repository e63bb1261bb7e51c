//! The read models of fulfilments as the machinery takes them.

use domain::contract::PublicEvents;
use domain::fulfilment::contract::{PublicEvent, Published};
use domain::location::contract::PublicEvent as LocationEvent;
use uuid::Uuid;

use super::event::{FULFILMENT_EVENT, FulfilmentEvent, FulfilmentEventRef, FulfilmentPlace};
use super::fold::fold;
use super::view::{FULFILMENT, FulfilmentView};
use crate::event::EventFields;
use crate::fold::FoldError;
use crate::model::{Model, Models};
use crate::set::{ModelSet, NoPart, View};

/// The read models of fulfilments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fulfilments;

/// The events behind a row of a fulfilment.
const EVENTS_OF_FULFILMENT: &str = include_str!("../../sql/fulfilment/fulfilment_event/events.sql");

impl ModelSet for Fulfilments {
    type Event = PublicEvent;
    type View = FulfilmentView;
    type Entry = FulfilmentEvent;
    type EntryRef<'a> = FulfilmentEventRef<'a>;
    type Sums = ();

    const MODELS: Models = Models {
        view: Model {
            table: || &FULFILMENT,
            table_sql: include_str!("../../sql/fulfilment/fulfilment/table.sql"),
            indexes_sql: include_str!("../../sql/fulfilment/fulfilment/indexes.sql"),
            events_sql: EVENTS_OF_FULFILMENT,
            look_up_sql: None,
        },
        parts: None,
        history: Model {
            table: || &FULFILMENT_EVENT,
            table_sql: include_str!("../../sql/fulfilment/fulfilment_event/table.sql"),
            indexes_sql: include_str!("../../sql/fulfilment/fulfilment_event/indexes.sql"),
            events_sql: EVENTS_OF_FULFILMENT,
            look_up_sql: None,
        },
        sums: &[],
    };
    const GROUP: &'static str = "read-fulfilment";
    const OTHER_NAMESPACES: &'static [&'static str] = &[LocationEvent::NAMESPACE];

    fn fold(view: Option<FulfilmentView>, record: &Published) -> Result<FulfilmentView, FoldError> {
        fold(view, record)
    }

    fn entry(stream_id: Uuid, record: &Published) -> FulfilmentEvent {
        (FulfilmentPlace::of(stream_id, record), EventFields::owned(record))
    }

    fn entry_ref(stream_id: Uuid, record: &Published) -> FulfilmentEventRef<'_> {
        (FulfilmentPlace::of(stream_id, record), EventFields::borrowed(record))
    }

    fn foreign_kind(event: &PublicEvent) -> Option<&str> {
        match event {
            PublicEvent::ForeignEvent(event) => Some(&event.aggregate_type),
            _ => None,
        }
    }
}

impl View for FulfilmentView {
    type Part = NoPart;

    fn id(&self) -> Uuid {
        self.fulfilment_id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn parts(&self) -> &[NoPart] {
        &[]
    }
}
