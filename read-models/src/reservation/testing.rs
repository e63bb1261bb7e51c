//! Event histories of reservations as they would come from the topic, built step by step.

use domain::contract::Position;
use domain::reservation::contract::{
    ContractFilledLine, ContractGrantedLine, ContractReservedLine, PublicEvent, Published, RequestRefusalReason,
    RequestRefused, ReservationBackorderFilled, ReservationExpired, ReservationGranted, ReservationRefusalReason,
    ReservationRefused, ReservationReleased, ReservationShipped,
};
use domain::{EventId, Timestamp};
use uuid::Uuid;

use super::fold::fold;
use super::view::ReservationView;
use crate::fold::FoldError;

/// 2026-01-01T00:00:00Z, when all histories begin. Each event is a second after the one before.
const BEGINNING_MICROS: i64 = 1_767_225_600_000_000;
const SECOND_MICROS: i64 = 1_000_000;
/// How long a reservation holds its stock.
const HELD_MICROS: i64 = 3_600 * SECOND_MICROS;

/// The events of one reservation, one after another.
#[derive(Debug, Clone)]
pub struct ReservationHistory {
    reservation_id: Uuid,
    tenant: String,
    order: Uuid,
    view: Option<ReservationView>,
    records: Vec<Published>,
}

impl ReservationHistory {
    /// A history without events, of a reservation and an order by their numbers.
    pub fn new(reservation: u128, tenant: &str, order: u128) -> Self {
        let (reservation_id, order) = (Uuid::from_u128(reservation), Uuid::from_u128(order));
        Self { reservation_id, tenant: tenant.to_owned(), order, view: None, records: Vec::new() }
    }

    /// The row after the last event.
    ///
    /// # Panics
    /// Without events.
    pub fn view(&self) -> &ReservationView {
        self.view.as_ref().expect("the history has an event")
    }

    /// The events.
    pub fn records(&self) -> Vec<Published> {
        self.records.clone()
    }

    /// All that was asked for is reserved: SKU, pieces, and how many of them are backordered.
    #[must_use]
    pub fn granted(self, location: &str, lines: &[(&str, i64, i64)]) -> Self {
        let Next { reservation_id, version, tenant, at, request, order } = self.next();
        let lines = lines.iter().map(|(sku, quantity, backordered)| ContractGrantedLine {
            sku: (*sku).to_owned(),
            quantity: *quantity,
            backordered: *backordered,
            available: quantity - backordered,
        });
        self.with(PublicEvent::ReservationGranted(ReservationGranted {
            reservation_id,
            version,
            tenant,
            at,
            request,
            order,
            location: location.to_owned(),
            lines: lines.collect(),
            expires_at: at + HELD_MICROS,
        }))
    }

    /// Nothing is reserved.
    #[must_use]
    pub fn refused(self, location: &str, reason: ReservationRefusalReason) -> Self {
        let Next { reservation_id, version, tenant, at, request, order } = self.next();
        self.with(PublicEvent::ReservationRefused(ReservationRefused {
            reservation_id,
            version,
            tenant,
            at,
            request,
            order,
            location: location.to_owned(),
            reason,
            shortages: Vec::new(),
        }))
    }

    /// What it holds is given back.
    #[must_use]
    pub fn released(self) -> Self {
        let Next { reservation_id, version, tenant, at, request, order } = self.next();
        let location = self.view.as_ref().and_then(|view| view.location.clone());
        let lines = self.held();
        let event = ReservationReleased { reservation_id, version, tenant, at, request, order, location, lines };
        self.with(PublicEvent::ReservationReleased(event))
    }

    /// What it holds is given back because its time is over.
    #[must_use]
    pub fn expired(self) -> Self {
        let Next { reservation_id, version, tenant, at, order, .. } = self.next();
        let location = self.view().location.clone().expect("it was granted");
        let lines = self.held();
        let event = ReservationExpired { reservation_id, version, tenant, at, order, location, lines };
        self.with(PublicEvent::ReservationExpired(event))
    }

    /// Pieces left the location.
    #[must_use]
    pub fn shipped(self, lines: &[(&str, i64)]) -> Self {
        self.shipped_unchecked(lines).expect("a history folds")
    }

    /// The same, also of pieces that the reservation does not hold.
    ///
    /// # Errors
    /// What the fold says.
    pub fn shipped_unchecked(self, lines: &[(&str, i64)]) -> Result<Self, FoldError> {
        let Next { reservation_id, version, tenant, at, request, order } = self.next();
        let location = self.view().location.clone().expect("it was granted");
        let lines = lines.iter().map(|(sku, quantity)| ContractReservedLine {
            sku: (*sku).to_owned(),
            quantity: *quantity,
            backordered: 0,
        });
        let lines: Vec<_> = lines.collect();
        let complete = self.held() == lines;
        let event =
            ReservationShipped { reservation_id, version, tenant, at, request, order, location, lines, complete };
        self.try_with(PublicEvent::ReservationShipped(event))
    }

    /// Stock was set aside for backordered pieces.
    #[must_use]
    pub fn filled(self, lines: &[(&str, i64)]) -> Self {
        let Next { reservation_id, version, tenant, at, order, .. } = self.next();
        let location = self.view().location.clone().expect("it was granted");
        let line = |(sku, quantity): &(&str, i64)| ContractFilledLine { sku: (*sku).to_owned(), quantity: *quantity };
        let lines = lines.iter().map(line).collect();
        let event =
            ReservationBackorderFilled { reservation_id, version, tenant, at, order, location, lines, complete: true };
        self.with(PublicEvent::ReservationBackorderFilled(event))
    }

    /// A request was refused, and the reservation stays as it was.
    #[must_use]
    pub fn request_refused(self) -> Self {
        let Next { reservation_id, version, tenant, at, request, order } = self.next();
        let reason = RequestRefusalReason::NotReserved;
        let event = RequestRefused { reservation_id, version, tenant, at, request, order, reason };
        self.with(PublicEvent::RequestRefused(event))
    }

    fn held(&self) -> Vec<ContractReservedLine> {
        let lines = self.view.iter().flat_map(|view| &view.lines.0);
        let line = |line: &super::view::HeldLine| ContractReservedLine {
            sku: line.sku.clone(),
            quantity: line.quantity,
            backordered: line.backordered,
        };
        lines.map(line).collect()
    }

    /// What the next event begins with.
    fn next(&self) -> Next {
        let count = i64::try_from(self.records.len()).expect("a history is short");
        Next {
            reservation_id: self.reservation_id.to_string(),
            version: count + 1,
            tenant: self.tenant.clone(),
            at: BEGINNING_MICROS + count * SECOND_MICROS,
            request: Uuid::from_u128(count.unsigned_abs().into()).to_string(),
            order: self.order.to_string(),
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
            event_id: EventId::new(Uuid::from_u128(self.reservation_id.as_u128() ^ u128::from(version.unsigned_abs()))),
            position: Position { shard: 0, position: version },
            recorded_at: Timestamp::try_from_micros(recorded).expect("a moment of this century"),
            correlation_id: None,
            causation_id: None,
            traceparent: None,
        };
        self.view = Some(fold(self.view.take(), &record)?);
        self.records.push(record);
        Ok(self)
    }
}

/// What an event begins with.
struct Next {
    reservation_id: String,
    version: i64,
    tenant: String,
    at: i64,
    request: String,
    order: String,
}
