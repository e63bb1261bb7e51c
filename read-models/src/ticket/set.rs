//! The read models of tickets as the machinery takes them.

use domain::contract::PublicEvents;
use domain::kitchen::contract::PublicEvent as KitchenEvent;
use domain::ticket::contract::{PublicEvent, Published};
use uuid::Uuid;

use super::event::{TICKET_EVENT, TicketEvent, TicketEventRef, TicketPlace};
use super::fold::fold;
use super::view::{TICKET, TicketView};
use crate::event::EventFields;
use crate::fold::FoldError;
use crate::model::{Model, Models};
use crate::set::{ModelSet, NoPart, View};

/// The read models of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tickets;

/// The events behind a row of a ticket.
const EVENTS_OF_TICKET: &str = include_str!("../../sql/ticket/ticket_event/events.sql");

impl ModelSet for Tickets {
    type Event = PublicEvent;
    type View = TicketView;
    type Entry = TicketEvent;
    type EntryRef<'a> = TicketEventRef<'a>;
    type Sums = ();

    const MODELS: Models = Models {
        view: Model {
            table: || &TICKET,
            table_sql: include_str!("../../sql/ticket/ticket/table.sql"),
            indexes_sql: include_str!("../../sql/ticket/ticket/indexes.sql"),
            events_sql: EVENTS_OF_TICKET,
            look_up_sql: None,
        },
        parts: None,
        history: Model {
            table: || &TICKET_EVENT,
            table_sql: include_str!("../../sql/ticket/ticket_event/table.sql"),
            indexes_sql: include_str!("../../sql/ticket/ticket_event/indexes.sql"),
            events_sql: EVENTS_OF_TICKET,
            look_up_sql: None,
        },
        sums: &[],
    };
    const GROUP: &'static str = "read-ticket";
    const OTHER_NAMESPACES: &'static [&'static str] = &[KitchenEvent::NAMESPACE];

    fn fold(view: Option<TicketView>, record: &Published) -> Result<TicketView, FoldError> {
        fold(view, record)
    }

    fn entry(stream_id: Uuid, record: &Published) -> TicketEvent {
        (TicketPlace::of(stream_id, record), EventFields::owned(record))
    }

    fn entry_ref(stream_id: Uuid, record: &Published) -> TicketEventRef<'_> {
        (TicketPlace::of(stream_id, record), EventFields::borrowed(record))
    }

    fn foreign_kind(event: &PublicEvent) -> Option<&str> {
        match event {
            PublicEvent::ForeignEvent(event) => Some(&event.aggregate_type),
            _ => None,
        }
    }
}

impl View for TicketView {
    type Part = NoPart;

    fn id(&self) -> Uuid {
        self.ticket_id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn parts(&self) -> &[NoPart] {
        &[]
    }
}
