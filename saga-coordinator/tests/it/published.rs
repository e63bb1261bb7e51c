//! What inventory, payment and fulfilment answer, as their topics have it.

use domain::contract::{Facts, Position, PublicEvents, Published};
use domain::payment::{PaymentAuthorized, PaymentEvent};
use domain::reservation::{GrantedLine, ReservationBackorderFilled, ReservationEvent, ReservationGranted};
use domain::{
    EventId, LocationId, OrderId, PaymentId, Pieces, RequestId, ReservationId, TenantId, Timestamp, payment,
    reservation,
};
use messaging::{EncodedRecord, Encoder, OutgoingRecord};
use service_kit::clock::{Ids, SystemIds};

use crate::orders::{PIECES, sku, total};

/// How long stock is granted, in microseconds.
const HOLD_MICROS: i64 = 900 * 1_000_000;

/// Whose answer it is, and its place in the stream that answers.
#[derive(Clone)]
pub struct Source {
    pub tenant: TenantId,
    pub version: i64,
    pub at: Timestamp,
}

/// A stored event as a topic has it.
pub fn record_of<E: PublicEvents>(encoder: &Encoder<E>, id: E::Id, from: Source, stored: &E::Stored) -> EncodedRecord {
    let Source { tenant, version, at } = from;
    record(encoder, &Facts { id, version, tenant }, stored, at)
}

fn record<E: PublicEvents>(
    encoder: &Encoder<E>,
    facts: &Facts<E::Id>,
    stored: &E::Stored,
    recorded_at: Timestamp,
) -> EncodedRecord {
    let published = Published {
        event: E::publish(facts, stored),
        event_id: EventId::new(SystemIds.ordered()),
        position: Position { shard: 0, position: 1 },
        recorded_at,
        correlation_id: Some("c-1".to_owned()),
        causation_id: None,
        traceparent: None,
    };
    encoder.encode(&OutgoingRecord { published, payload_hash: [0; 32] }).unwrap()
}

/// The encoders of the topics.
pub struct Encoders {
    pub inventory: Encoder<reservation::contract::PublicEvent>,
    pub payment: Encoder<payment::contract::PublicEvent>,
}

impl Encoders {
    fn reservation(&self, order: OrderId, from: Source, stored: &ReservationEvent) -> EncodedRecord {
        let Source { tenant, version, at } = from;
        record(&self.inventory, &Facts { id: ReservationId::of(order, 1), version, tenant }, stored, at)
    }

    /// All pieces of an order are reserved.
    pub fn granted(&self, order: OrderId, from: Source) -> EncodedRecord {
        let pieces = Pieces::try_new(u64::from(PIECES)).unwrap();
        let line = GrantedLine { sku: sku(), quantity: pieces, backordered: Pieces::ZERO, available: pieces };
        let expires_at = Timestamp::try_from_micros(from.at.micros() + HOLD_MICROS).unwrap();
        let (request, location) = (request(), LocationId::try_new("zrh-1").unwrap());
        let (tenant, at) = (from.tenant.clone(), from.at);
        let granted = ReservationGranted { request, order, tenant, location, lines: vec![line], expires_at, at };
        self.reservation(order, from, &ReservationEvent::ReservationGranted(granted))
    }

    /// Nothing of an order is backordered any more.
    pub fn filled(&self, order: OrderId, from: Source) -> EncodedRecord {
        let (tenant, location, at) = (from.tenant.clone(), LocationId::try_new("zrh-1").unwrap(), from.at);
        let filled = ReservationBackorderFilled { order, tenant, location, lines: vec![], complete: true, at };
        self.reservation(order, from, &ReservationEvent::ReservationBackorderFilled(filled))
    }

    /// The whole total of an order is authorised.
    pub fn authorized(&self, order: OrderId, from: Source) -> EncodedRecord {
        let Source { tenant, version, at } = from;
        let stored = PaymentAuthorized { request: None, order, amount: total(), expires_at: None, at };
        let facts = Facts { id: PaymentId::of(order, 1), version, tenant };
        record(&self.payment, &facts, &PaymentEvent::PaymentAuthorized(stored), at)
    }

    /// A request to a payment is refused because something is being told to its provider.
    pub fn in_progress(&self, order: OrderId, from: Source) -> EncodedRecord {
        let Source { tenant, version, at } = from;
        let facts = Facts { id: PaymentId::of(order, 1), version, tenant: tenant.clone() };
        let reason = payment::RequestRefusalReason::InProgress;
        let stored = payment::RequestRefused { request: request(), tenant, order, reason, at };
        record(&self.payment, &facts, &PaymentEvent::RequestRefused(stored), at)
    }
}

fn request() -> RequestId {
    RequestId::new(SystemIds.ordered())
}
