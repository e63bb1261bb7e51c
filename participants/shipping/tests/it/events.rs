//! What happens to orders and their fulfilments, as their topics have it.

use domain::contract::{Facts, Position, PublicEvents, Published};
use domain::fulfilment::contract::PublicEvent as FulfilmentRecord;
use domain::fulfilment::{
    FulfilmentCancelled, FulfilmentEvent, FulfilmentHeld, FulfilmentLine, FulfilmentPacked, FulfilmentReleased,
    FulfilmentRequested, FulfilmentShipped,
};
use domain::order::contract::PublicEvent as OrderRecord;
use domain::order::{OrderEvent, OrderPlaced};
use domain::{
    Address, Carrier, CountryCode, Currency, EventId, FulfilmentId, LocationId, Money, OrderId, OrderNumber, Quantity,
    RequestId, Sealed, Sku, TenantId, Timestamp, TrackingNumber,
};
use messaging::{EncodedRecord, Encoder, OutgoingRecord};
use service_kit::clock::{Ids, SystemIds};

pub const LOCATION: &str = "zrh-1";

/// An order with its fulfilment.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    pub order: OrderId,
    pub id: FulfilmentId,
}

impl Job {
    pub fn new() -> Self {
        let order = OrderId::new(SystemIds.ordered());
        Self { order, id: FulfilmentId::of(order, 1) }
    }

    pub fn path(self) -> String {
        format!("/v1/shipments/{}", self.id)
    }
}

/// The encoders of the topics.
pub struct Encoders {
    pub orders: Encoder<OrderRecord>,
    pub fulfilments: Encoder<FulfilmentRecord>,
}

/// A record, as a group that lost its offsets would get it twice.
fn record<E: PublicEvents>(encoder: &Encoder<E>, id: E::Id, at: Timestamp, stored: &E::Stored) -> EncodedRecord {
    let facts = Facts { id, version: 1, tenant: tenant() };
    let published = Published {
        event: E::publish(&facts, stored),
        event_id: EventId::new(SystemIds.ordered()),
        position: Position { shard: 0, position: 1 },
        recorded_at: at,
        correlation_id: None,
        causation_id: None,
        traceparent: None,
    };
    encoder.encode(&OutgoingRecord { published, payload_hash: [0; 32] }).unwrap()
}

pub fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub fn location() -> LocationId {
    LocationId::try_new(LOCATION).unwrap()
}

fn request() -> RequestId {
    RequestId::new(SystemIds.ordered())
}

impl Encoders {
    pub fn placed(&self, job: Job, details: Sealed, at: Timestamp) -> EncodedRecord {
        let placed = OrderPlaced {
            number: OrderNumber::try_new("R-1001").unwrap(),
            lines: vec![],
            total: Money::new(2_598, Currency::EUR),
            shipping_address: Address {
                country: CountryCode::try_new("CH").unwrap(),
                details,
                contact: None,
                area: None,
            },
            billing_address: None,
            at,
        };
        record(&self.orders, job.order, at, &OrderEvent::OrderPlaced(placed))
    }

    pub fn of(&self, job: Job, at: Timestamp, event: &FulfilmentEvent) -> EncodedRecord {
        record(&self.fulfilments, job.id, at, event)
    }
}

pub fn requested(job: Job, at: Timestamp) -> FulfilmentEvent {
    let line = FulfilmentLine { sku: Sku::try_new("mug").unwrap(), quantity: Quantity::try_new(3).unwrap() };
    FulfilmentEvent::FulfilmentRequested(FulfilmentRequested {
        tenant: tenant(),
        request: request(),
        order: job.order,
        location: location(),
        lines: vec![line],
        at,
    })
}

pub fn packed(job: Job, at: Timestamp) -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentPacked(FulfilmentPacked { order: job.order, at })
}

pub fn released(job: Job, at: Timestamp) -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentReleased(FulfilmentReleased { request: request(), order: job.order, at })
}

pub fn held(job: Job, at: Timestamp) -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentHeld(FulfilmentHeld { request: request(), order: job.order, at })
}

pub fn cancelled(job: Job, at: Timestamp) -> FulfilmentEvent {
    let (tenant, request, order) = (tenant(), request(), job.order);
    FulfilmentEvent::FulfilmentCancelled(FulfilmentCancelled { tenant, request, order, at })
}

/// People have sent it with a carrier of their own.
pub fn shipped_by_hand(job: Job, at: Timestamp) -> FulfilmentEvent {
    FulfilmentEvent::FulfilmentShipped(FulfilmentShipped {
        order: job.order,
        location: location(),
        lines: vec![],
        carrier: Carrier::try_new("rider").unwrap(),
        tracking: TrackingNumber::try_new("R1").unwrap(),
        at,
    })
}
