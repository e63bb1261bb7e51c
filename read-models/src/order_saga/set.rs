//! The read models of sagas as the machinery takes them.

use domain::order_saga::contract::{PublicEvent, Published};
use uuid::Uuid;

use super::event::{SAGA_EVENT, SagaEvent, SagaEventRef, SagaPlace};
use super::fold::fold;
use super::view::{SAGA, SagaView};
use crate::event::EventFields;
use crate::fold::FoldError;
use crate::model::{Model, Models};
use crate::set::{ModelSet, NoPart, View};

/// The read models of sagas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sagas;

/// The events behind a row of a saga.
const EVENTS_OF_SAGA: &str = include_str!("../../sql/order_saga/saga_event/events.sql");

impl ModelSet for Sagas {
    type Event = PublicEvent;
    type View = SagaView;
    type Entry = SagaEvent;
    type EntryRef<'a> = SagaEventRef<'a>;
    type Sums = ();

    const MODELS: Models = Models {
        view: Model {
            table: || &SAGA,
            table_sql: include_str!("../../sql/order_saga/saga/table.sql"),
            indexes_sql: include_str!("../../sql/order_saga/saga/indexes.sql"),
            events_sql: EVENTS_OF_SAGA,
            look_up_sql: None,
        },
        parts: None,
        history: Model {
            table: || &SAGA_EVENT,
            table_sql: include_str!("../../sql/order_saga/saga_event/table.sql"),
            indexes_sql: include_str!("../../sql/order_saga/saga_event/indexes.sql"),
            events_sql: EVENTS_OF_SAGA,
            look_up_sql: None,
        },
        sums: &[],
    };
    const GROUP: &'static str = "read-saga";

    fn fold(view: Option<SagaView>, record: &Published) -> Result<SagaView, FoldError> {
        fold(view, record)
    }

    fn entry(stream_id: Uuid, record: &Published) -> SagaEvent {
        (SagaPlace::of(stream_id, record), EventFields::owned(record))
    }

    fn entry_ref(stream_id: Uuid, record: &Published) -> SagaEventRef<'_> {
        (SagaPlace::of(stream_id, record), EventFields::borrowed(record))
    }

    fn foreign_kind(event: &PublicEvent) -> Option<&str> {
        match event {
            PublicEvent::ForeignEvent(event) => Some(&event.aggregate_type),
            _ => None,
        }
    }
}

impl View for SagaView {
    type Part = NoPart;

    fn id(&self) -> Uuid {
        self.order_id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn parts(&self) -> &[NoPart] {
        &[]
    }
}
