//! Event histories of tickets as they would come from the topic, built step by step.

use domain::contract::Position;
use domain::ticket::contract::{
    ContractTicketItem, PublicEvent, Published, TicketAccepted, TicketCancelled, TicketDelayed, TicketHandedOver,
    TicketHeld, TicketReady, TicketRejected, TicketRejectionReason, TicketResumed, TicketStarted,
};
use domain::{EventId, Timestamp};
use uuid::Uuid;

use super::fold::fold;
use super::view::TicketView;
use crate::fold::FoldError;

/// 2026-01-01T00:00:00Z, when all histories begin. Each event is a second after the one before.
const BEGINNING_MICROS: i64 = 1_767_225_600_000_000;
const SECOND_MICROS: i64 = 1_000_000;
/// From the moment of a promise to the promised one.
const PROMISED_MICROS: i64 = 600 * SECOND_MICROS;

/// The events of one ticket, one after another.
#[derive(Debug, Clone)]
pub struct TicketHistory {
    ticket_id: Uuid,
    tenant: String,
    order: Uuid,
    location: String,
    view: Option<TicketView>,
    records: Vec<Published>,
}

/// A method for each event that says no more than that it happened.
macro_rules! plain {
    ($($(#[$doc:meta])* $method:ident $event:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $method(self) -> Self {
            let Next { ticket_id, version, tenant, at, order, location } = self.next();
            self.with(PublicEvent::$event($event { ticket_id, version, tenant, at, order, location }))
        }
    )*};
}

impl TicketHistory {
    /// A history without events, of a ticket and an order by their numbers.
    pub fn new(ticket: u128, tenant: &str, order: u128) -> Self {
        let (ticket_id, order) = (Uuid::from_u128(ticket), Uuid::from_u128(order));
        let (tenant, location) = (tenant.to_owned(), String::new());
        Self { ticket_id, tenant, order, location, view: None, records: Vec::new() }
    }

    /// The row after the last event.
    ///
    /// # Panics
    /// Without events.
    pub fn view(&self) -> &TicketView {
        self.view.as_ref().expect("the history has an event")
    }

    /// The events.
    pub fn records(&self) -> Vec<Published> {
        self.records.clone()
    }

    /// The kitchen of a location takes it: a piece of each SKU.
    #[must_use]
    pub fn accepted(mut self, location: &str, skus: &[&str]) -> Self {
        location.clone_into(&mut self.location);
        let Next { ticket_id, version, tenant, at, order, location } = self.next();
        let item = |sku: &&str| ContractTicketItem {
            sku: (*sku).to_owned(),
            quantity: 1,
            station: "stove".to_owned(),
            course: 1,
            preparation_s: 240,
        };
        let (items, promised_at) = (skus.iter().map(item).collect(), at + PROMISED_MICROS);
        let event = TicketAccepted { ticket_id, version, tenant, at, order, location, items, promised_at };
        self.with(PublicEvent::TicketAccepted(event))
    }

    /// The kitchen of a location does not prepare it.
    #[must_use]
    pub fn rejected(mut self, location: &str, reason: TicketRejectionReason) -> Self {
        location.clone_into(&mut self.location);
        self.reject(reason).expect("a history folds")
    }

    /// The same by the kitchen of any location.
    ///
    /// # Errors
    /// What the fold says.
    pub fn try_rejected(mut self, location: &str) -> Result<Self, FoldError> {
        location.clone_into(&mut self.location);
        self.reject(TicketRejectionReason::SoldOut)
    }

    fn reject(self, reason: TicketRejectionReason) -> Result<Self, FoldError> {
        let Next { ticket_id, version, tenant, at, order, location } = self.next();
        let skus = Vec::new();
        let event = TicketRejected { ticket_id, version, tenant, at, order, location, reason, skus };
        self.try_with(PublicEvent::TicketRejected(event))
    }

    /// It is late.
    #[must_use]
    pub fn delayed(self) -> Self {
        let Next { ticket_id, version, tenant, at, order, location } = self.next();
        let promised_at = at + PROMISED_MICROS;
        let event = TicketDelayed { ticket_id, version, tenant, at, order, location, promised_at };
        self.with(PublicEvent::TicketDelayed(event))
    }

    plain! {
        /// The first item is begun.
        started TicketStarted;
        /// No further item is begun.
        held TicketHeld;
        /// Further items may be begun.
        resumed TicketResumed;
        /// Every item is done.
        ready TicketReady;
        /// It left the kitchen.
        handed_over TicketHandedOver;
        /// Nobody wants it any more.
        cancelled TicketCancelled;
    }

    /// Every item is done, also where nothing was begun.
    ///
    /// # Errors
    /// What the fold says.
    pub fn try_ready(self) -> Result<Self, FoldError> {
        let Next { ticket_id, version, tenant, at, order, location } = self.next();
        self.try_with(PublicEvent::TicketReady(TicketReady { ticket_id, version, tenant, at, order, location }))
    }

    /// What the next event begins with.
    fn next(&self) -> Next {
        let count = i64::try_from(self.records.len()).expect("a history is short");
        Next {
            ticket_id: self.ticket_id.to_string(),
            version: count + 1,
            tenant: self.tenant.clone(),
            at: BEGINNING_MICROS + count * SECOND_MICROS,
            order: self.order.to_string(),
            location: self.location.clone(),
        }
    }

    fn with(self, event: PublicEvent) -> Self {
        self.try_with(event).expect("a history folds")
    }

    fn try_with(mut self, event: PublicEvent) -> Result<Self, FoldError> {
        let version = i64::try_from(self.records.len()).expect("a history is short") + 1;
        let recorded = BEGINNING_MICROS + version * SECOND_MICROS;
        let record = Published {
            event,
            event_id: EventId::new(Uuid::from_u128(self.ticket_id.as_u128() ^ u128::from(version.unsigned_abs()))),
            position: Position { shard: 0, position: version },
            recorded_at: Timestamp::try_from_micros(recorded).expect("a moment of this year"),
            correlation_id: None,
            causation_id: None,
            traceparent: None,
        };
        self.view = Some(fold(self.view.take(), &record)?);
        self.records.push(record);
        Ok(self)
    }
}

/// What every event begins with.
struct Next {
    ticket_id: String,
    version: i64,
    tenant: String,
    at: i64,
    order: String,
    location: String,
}
