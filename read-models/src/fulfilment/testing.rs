//! Event histories of fulfilments as they would come from the topic, built step by step.

use domain::contract::Position;
use domain::fulfilment::contract::{
    ContractFulfilmentLine, FulfilmentAccepted, FulfilmentCancelled, FulfilmentDelivered, FulfilmentHeld,
    FulfilmentLost, FulfilmentPacked, FulfilmentPicked, FulfilmentRejected, FulfilmentRejectionReason,
    FulfilmentReleased, FulfilmentRequested, FulfilmentShipped, PublicEvent, Published, RequestRefusalReason,
    RequestRefused,
};
use domain::{EventId, Timestamp};
use uuid::Uuid;

use super::fold::fold;
use super::view::FulfilmentView;
use crate::fold::FoldError;

/// 2026-01-01T00:00:00Z, when all histories begin. Each event is a second after the one before.
const BEGINNING_MICROS: i64 = 1_767_225_600_000_000;
const SECOND_MICROS: i64 = 1_000_000;

/// The events of one fulfilment, one after another.
#[derive(Debug, Clone)]
pub struct FulfilmentHistory {
    fulfilment_id: Uuid,
    tenant: String,
    order: Uuid,
    location: String,
    lines: Vec<ContractFulfilmentLine>,
    /// When the next event happens.
    at: i64,
    view: Option<FulfilmentView>,
    records: Vec<Published>,
}

/// A method for each event that says no more than that it happened, as its location or a request says.
macro_rules! plain {
    ($($(#[$doc:meta])* $method:ident $event:ident { $($more:ident),* };)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $method(self) -> Self {
            let Next { fulfilment_id, version, tenant, at, order, $($more,)* .. } = self.next();
            self.with(PublicEvent::$event($event { fulfilment_id, version, tenant, at, order, $($more),* }))
        }
    )*};
}

impl FulfilmentHistory {
    /// A history without events, of a fulfilment and an order by their numbers.
    pub fn new(fulfilment: u128, tenant: &str, order: u128) -> Self {
        Self {
            fulfilment_id: Uuid::from_u128(fulfilment),
            tenant: tenant.to_owned(),
            order: Uuid::from_u128(order),
            location: String::new(),
            lines: Vec::new(),
            at: BEGINNING_MICROS,
            view: None,
            records: Vec::new(),
        }
    }

    /// The next event happens so many seconds later than it would.
    #[must_use]
    pub fn later(mut self, seconds: u32) -> Self {
        self.at += i64::from(seconds) * SECOND_MICROS;
        self
    }

    /// The row after the last event.
    ///
    /// # Panics
    /// Without events.
    pub fn view(&self) -> &FulfilmentView {
        self.view.as_ref().expect("the history has an event")
    }

    /// The events.
    pub fn records(&self) -> Vec<Published> {
        self.records.clone()
    }

    /// A location is to send pieces of SKUs.
    #[must_use]
    pub fn requested(mut self, location: &str, lines: &[(&str, i64)]) -> Self {
        location.clone_into(&mut self.location);
        let line =
            |(sku, quantity): &(&str, i64)| ContractFulfilmentLine { sku: (*sku).to_owned(), quantity: *quantity };
        self.lines = lines.iter().map(line).collect();
        let Next { fulfilment_id, version, tenant, at, order, request } = self.next();
        let (location, lines) = (self.location.clone(), self.lines.clone());
        let event = FulfilmentRequested { fulfilment_id, version, tenant, at, request, order, location, lines };
        self.with(PublicEvent::FulfilmentRequested(event))
    }

    plain! {
        /// The location will send it.
        accepted FulfilmentAccepted {};
        /// Its goods were fetched.
        picked FulfilmentPicked {};
        /// It lies ready.
        packed FulfilmentPacked {};
        /// It may leave.
        released FulfilmentReleased { request };
        /// It may not leave until it is released again.
        held FulfilmentHeld { request };
        /// It has arrived.
        delivered FulfilmentDelivered {};
        /// The carrier lost it.
        lost FulfilmentLost {};
        /// It will not be sent.
        cancelled FulfilmentCancelled { request };
    }

    /// The location will not send it.
    #[must_use]
    pub fn rejected(self, reason: FulfilmentRejectionReason) -> Self {
        let Next { fulfilment_id, version, tenant, at, order, .. } = self.next();
        let event = FulfilmentRejected { fulfilment_id, version, tenant, at, order, reason, note: None };
        self.with(PublicEvent::FulfilmentRejected(event))
    }

    /// All of it left the location.
    #[must_use]
    pub fn shipped(self, carrier: &str, tracking: &str) -> Self {
        let location = self.location.clone();
        self.ship(location, carrier, tracking).expect("a history folds")
    }

    /// The same from any location, released or not.
    ///
    /// # Errors
    /// What the fold says.
    pub fn try_shipped(self, location: &str) -> Result<Self, FoldError> {
        self.ship(location.to_owned(), "post", "1")
    }

    fn ship(self, location: String, carrier: &str, tracking: &str) -> Result<Self, FoldError> {
        let Next { fulfilment_id, version, tenant, at, order, .. } = self.next();
        let (lines, carrier, tracking) = (self.lines.clone(), carrier.to_owned(), tracking.to_owned());
        let event = FulfilmentShipped { fulfilment_id, version, tenant, at, order, location, lines, carrier, tracking };
        self.try_with(PublicEvent::FulfilmentShipped(event))
    }

    /// A request of an order was refused, and the fulfilment stays as it was.
    #[must_use]
    pub fn request_refused(self, order: u128) -> Self {
        let Next { fulfilment_id, version, tenant, at, request, .. } = self.next();
        let (order, reason) = (Uuid::from_u128(order).to_string(), RequestRefusalReason::NotRequested);
        let event = RequestRefused { fulfilment_id, version, tenant, at, request, order, reason };
        self.with(PublicEvent::RequestRefused(event))
    }

    /// What the next event begins with.
    fn next(&self) -> Next {
        let count = i64::try_from(self.records.len()).expect("a history is short");
        Next {
            fulfilment_id: self.fulfilment_id.to_string(),
            version: count + 1,
            tenant: self.tenant.clone(),
            at: self.at,
            order: self.order.to_string(),
            request: Uuid::from_u128(count.unsigned_abs().into()).to_string(),
        }
    }

    fn with(self, event: PublicEvent) -> Self {
        self.try_with(event).expect("a history folds")
    }

    fn try_with(mut self, event: PublicEvent) -> Result<Self, FoldError> {
        let version = i64::try_from(self.records.len()).expect("a history is short") + 1;
        self.at += SECOND_MICROS;
        let record = Published {
            event,
            event_id: EventId::new(Uuid::from_u128(self.fulfilment_id.as_u128() ^ u128::from(version.unsigned_abs()))),
            position: Position { shard: 0, position: version },
            recorded_at: Timestamp::try_from_micros(self.at).expect("a moment of this century"),
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
    fulfilment_id: String,
    version: i64,
    tenant: String,
    at: i64,
    order: String,
    request: String,
}
