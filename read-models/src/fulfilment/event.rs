//! What happened to fulfilments: the table `fulfilment_event`, one row an event.

use std::sync::LazyLock;

use domain::contract::PublicEvents;
use domain::fulfilment::contract::{PublicEvent, Published};
use uuid::Uuid;

use crate::event::{EventFields, PublicBody};
use crate::set::Entry;
use crate::table::{Table, columns};

/// One row an event, readable.
pub(crate) static FULFILMENT_EVENT: LazyLock<Table> =
    LazyLock::new(|| Table::of::<FulfilmentEvent>("fulfilment_event", &["fulfilment_id", "version"]));

/// One event of a fulfilment: its place, and the event.
pub type FulfilmentEvent = (FulfilmentPlace, EventFields);

/// The same row, borrowed from its event.
pub(crate) type FulfilmentEventRef<'a> = (FulfilmentPlace, EventFields<&'a str, PublicBody<'a, PublicEvent>>);

/// The place of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FulfilmentPlace {
    pub fulfilment_id: Uuid,
    /// Number within the fulfilment's history, from 1.
    pub version: i64,
}

columns!(FulfilmentPlace { fulfilment_id, version });

impl FulfilmentPlace {
    /// The place of an event.
    pub(crate) fn of(fulfilment_id: Uuid, record: &Published) -> Self {
        Self { fulfilment_id, version: record.event.version() }
    }
}

impl Entry for FulfilmentEvent {
    fn version(&self) -> i64 {
        self.0.version
    }
}
