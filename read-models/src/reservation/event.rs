//! What happened to reservations: the table `reservation_event`, one row an event.

use std::sync::LazyLock;

use domain::contract::PublicEvents;
use domain::reservation::contract::{PublicEvent, Published};
use uuid::Uuid;

use crate::event::{EventFields, PublicBody};
use crate::set::Entry;
use crate::table::{Table, columns};

/// One row an event, readable.
pub(crate) static RESERVATION_EVENT: LazyLock<Table> =
    LazyLock::new(|| Table::of::<ReservationEvent>("reservation_event", &["reservation_id", "version"]));

/// One event of a reservation: the request that it answers, and the event.
pub type ReservationEvent = (Answer, EventFields);

/// The same row, borrowed from its event.
pub(crate) type ReservationEventRef<'a> = (Answer, EventFields<&'a str, PublicBody<'a, PublicEvent>>);

/// Which request an event answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub reservation_id: Uuid,
    /// Number within the reservation's history, from 1.
    pub version: i64,
    /// The request that the event answers; `None` for one that no request has asked for.
    pub request_id: Option<Uuid>,
}

columns!(Answer { reservation_id, version, request_id });

impl Answer {
    /// Which request an event that folds answers.
    pub(crate) fn of(reservation_id: Uuid, record: &Published) -> Self {
        let uuid = |text: &str| Uuid::parse_str(text).expect("the fold refuses what is no UUID");
        Self { reservation_id, version: record.event.version(), request_id: record.event.request().map(uuid) }
    }
}

impl Entry for ReservationEvent {
    fn version(&self) -> i64 {
        self.0.version
    }
}
