//! The read models of reservations as the machinery takes them.

use domain::contract::PublicEvents;
use domain::reservation::contract::{PublicEvent, Published};
use domain::stock::contract::PublicEvent as StockEvent;
use uuid::Uuid;

use super::event::{Answer, RESERVATION_EVENT, ReservationEvent, ReservationEventRef};
use super::fold::fold;
use super::view::{RESERVATION, ReservationView};
use crate::event::EventFields;
use crate::fold::FoldError;
use crate::model::{Model, Models};
use crate::set::{ModelSet, NoPart, View};

/// The read models of reservations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservations;

/// The events behind a row of a reservation.
const EVENTS_OF_RESERVATION: &str = include_str!("../../sql/reservation/reservation_event/events.sql");

impl ModelSet for Reservations {
    type Event = PublicEvent;
    type View = ReservationView;
    type Entry = ReservationEvent;
    type EntryRef<'a> = ReservationEventRef<'a>;
    type Sums = ();

    const MODELS: Models = Models {
        view: Model {
            table: || &RESERVATION,
            table_sql: include_str!("../../sql/reservation/reservation/table.sql"),
            indexes_sql: include_str!("../../sql/reservation/reservation/indexes.sql"),
            events_sql: EVENTS_OF_RESERVATION,
            look_up_sql: None,
        },
        parts: None,
        history: Model {
            table: || &RESERVATION_EVENT,
            table_sql: include_str!("../../sql/reservation/reservation_event/table.sql"),
            indexes_sql: include_str!("../../sql/reservation/reservation_event/indexes.sql"),
            events_sql: EVENTS_OF_RESERVATION,
            look_up_sql: None,
        },
        sums: &[],
    };
    const GROUP: &'static str = "read-reservation";
    const OTHER_NAMESPACES: &'static [&'static str] = &[StockEvent::NAMESPACE];

    fn fold(view: Option<ReservationView>, record: &Published) -> Result<ReservationView, FoldError> {
        fold(view, record)
    }

    fn entry(stream_id: Uuid, record: &Published) -> ReservationEvent {
        (Answer::of(stream_id, record), EventFields::owned(record))
    }

    fn entry_ref(stream_id: Uuid, record: &Published) -> ReservationEventRef<'_> {
        (Answer::of(stream_id, record), EventFields::borrowed(record))
    }

    fn foreign_kind(event: &PublicEvent) -> Option<&str> {
        match event {
            PublicEvent::ForeignEvent(event) => Some(&event.aggregate_type),
            _ => None,
        }
    }
}

impl View for ReservationView {
    type Part = NoPart;

    fn id(&self) -> Uuid {
        self.reservation_id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn parts(&self) -> &[NoPart] {
        &[]
    }
}
