//! What happened to sagas: the table `saga_event`, one row an event.

use std::sync::LazyLock;

use domain::contract::PublicEvents;
use domain::order_saga::contract::{PublicEvent, Published};
use uuid::Uuid;

use crate::event::{EventFields, PublicBody};
use crate::set::Entry;
use crate::table::{Table, columns};

/// One row an event, readable.
pub(crate) static SAGA_EVENT: LazyLock<Table> =
    LazyLock::new(|| Table::of::<SagaEvent>("saga_event", &["order_id", "version"]));

/// One event of a saga: its place, and the event.
pub type SagaEvent = (SagaPlace, EventFields);

/// The same row, borrowed from its event.
pub(crate) type SagaEventRef<'a> = (SagaPlace, EventFields<&'a str, PublicBody<'a, PublicEvent>>);

/// The place of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SagaPlace {
    pub order_id: Uuid,
    /// Number within the saga's history, from 1.
    pub version: i64,
}

columns!(SagaPlace { order_id, version });

impl SagaPlace {
    /// The place of an event that folds.
    pub(crate) fn of(order_id: Uuid, record: &Published) -> Self {
        Self { order_id, version: record.event.version() }
    }
}

impl Entry for SagaEvent {
    fn version(&self) -> i64 {
        self.0.version
    }
}
