//! What happened to tickets: the table `ticket_event`, one row an event.

use std::sync::LazyLock;

use domain::contract::PublicEvents;
use domain::ticket::contract::{PublicEvent, Published};
use uuid::Uuid;

use crate::event::{EventFields, PublicBody};
use crate::set::Entry;
use crate::table::{Table, columns};

/// One row an event, readable.
pub(crate) static TICKET_EVENT: LazyLock<Table> =
    LazyLock::new(|| Table::of::<TicketEvent>("ticket_event", &["ticket_id", "version"]));

/// One event of a ticket: its place, and the event.
pub type TicketEvent = (TicketPlace, EventFields);

/// The same row, borrowed from its event.
pub(crate) type TicketEventRef<'a> = (TicketPlace, EventFields<&'a str, PublicBody<'a, PublicEvent>>);

/// The place of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketPlace {
    pub ticket_id: Uuid,
    /// Number within the ticket's history, from 1.
    pub version: i64,
}

columns!(TicketPlace { ticket_id, version });

impl TicketPlace {
    /// The place of an event.
    pub(crate) fn of(ticket_id: Uuid, record: &Published) -> Self {
        Self { ticket_id, version: record.event.version() }
    }
}

impl Entry for TicketEvent {
    fn version(&self) -> i64 {
        self.0.version
    }
}
