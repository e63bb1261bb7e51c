//! What happens to orders, as its topics have it.

use domain::contract::{Facts, Position, PublicEvents, Published};
use domain::fulfilment::{FulfilmentAccepted, FulfilmentEvent, FulfilmentShipped};
use domain::order::{Line, OrderConfirmed, OrderEvent, OrderPlaced};
use domain::payment::{PaymentEvent, PaymentRefunded};
use domain::shipment::{ParcelStatus, ShipmentEvent, TrackingUpdated};
use domain::ticket::{TicketDelayed, TicketEvent, TicketRejected, TicketRejectionReason};
use domain::{
    Address, Carrier, CountryCode, Currency, EventId, FulfilmentId, LineId, LocationId, Money, OrderId, OrderNumber,
    PaymentId, Quantity, Sealed, Sku, SubjectId, TenantId, Timestamp, TrackingNumber, UnitPrice, fulfilment, order,
    payment, shipment, ticket,
};
use messaging::{EncodedRecord, Encoder, OutgoingRecord};
use service_kit::clock::{Ids, SystemIds};

/// The encoders of the topics.
pub struct Encoders {
    pub orders: Encoder<order::contract::PublicEvent>,
    pub payments: Encoder<payment::contract::PublicEvent>,
    pub fulfilments: Encoder<fulfilment::contract::PublicEvent>,
    pub tickets: Encoder<ticket::contract::PublicEvent>,
    pub shipments: Encoder<shipment::contract::PublicEvent>,
}

/// An order of the shop's, told of at a moment.
#[derive(Clone)]
pub struct Happening {
    pub order: OrderId,
    pub at: Timestamp,
    /// The event's own id.
    pub event: EventId,
}

impl Happening {
    pub fn new(order: OrderId, at: Timestamp) -> Self {
        Self { order, at, event: EventId::new(SystemIds.ordered()) }
    }

    fn record<E: PublicEvents>(
        &self,
        encoder: &Encoder<E>,
        id: E::Id,
        version: i64,
        stored: &E::Stored,
    ) -> EncodedRecord {
        let facts = Facts { id, version, tenant: TenantId::try_new("shop").unwrap() };
        let published = Published {
            event: E::publish(&facts, stored),
            event_id: self.event,
            position: Position { shard: 0, position: 1 },
            recorded_at: self.at,
            correlation_id: Some("c-1".to_owned()),
            causation_id: None,
            traceparent: None,
        };
        encoder.encode(&OutgoingRecord { published, payload_hash: [0; 32] }).unwrap()
    }
}

impl Encoders {
    /// The order is placed, with a contact or none.
    pub fn placed(&self, what: &Happening, subject: &SubjectId, contact: Option<Sealed>) -> EncodedRecord {
        let price = UnitPrice::try_new("12.99").unwrap();
        let quantity = Quantity::try_new(2).unwrap();
        let total = Money::new(2_598, Currency::EUR);
        let line = Line {
            id: LineId::new(SystemIds.ordered()),
            sku: Sku::try_new("mug-blue").unwrap(),
            description: Some(domain::Description::try_new("Mug, blue").unwrap()),
            quantity,
            unit_price: price,
            total,
        };
        let stored = OrderEvent::OrderPlaced(OrderPlaced {
            number: OrderNumber::try_new("R-1001").unwrap(),
            lines: vec![line],
            total,
            shipping_address: Address {
                country: CountryCode::try_new("NL").unwrap(),
                details: Sealed::new(subject.clone(), "sealed".to_owned()),
                contact,
                area: None,
            },
            billing_address: None,
            at: what.at,
        });
        what.record(&self.orders, what.order, 2, &stored)
    }

    pub fn confirmed(&self, what: &Happening) -> EncodedRecord {
        let stored = OrderEvent::OrderConfirmed(OrderConfirmed { at: what.at });
        what.record(&self.orders, what.order, 3, &stored)
    }

    pub fn refunded(&self, what: &Happening, minor: i64) -> EncodedRecord {
        let amount = Money::new(minor, Currency::EUR);
        let (order, at) = (what.order, what.at);
        let stored =
            PaymentEvent::PaymentRefunded(PaymentRefunded { request: None, order, amount, refunded: amount, at });
        what.record(&self.payments, PaymentId::of(order, 1), 4, &stored)
    }

    pub fn accepted(&self, what: &Happening) -> EncodedRecord {
        let stored = FulfilmentEvent::FulfilmentAccepted(FulfilmentAccepted { order: what.order, at: what.at });
        what.record(&self.fulfilments, FulfilmentId::of(what.order, 1), 2, &stored)
    }

    pub fn shipped(&self, what: &Happening) -> EncodedRecord {
        let stored = FulfilmentEvent::FulfilmentShipped(FulfilmentShipped {
            order: what.order,
            location: LocationId::try_new("zrh-1").unwrap(),
            lines: Vec::new(),
            carrier: Carrier::try_new("post").unwrap(),
            tracking: TrackingNumber::try_new("T-77").unwrap(),
            at: what.at,
        });
        what.record(&self.fulfilments, FulfilmentId::of(what.order, 1), 3, &stored)
    }

    /// The kitchen is late.
    pub fn delayed(&self, what: &Happening) -> EncodedRecord {
        let (order, location) = (what.order, LocationId::try_new("zrh-k").unwrap());
        let delayed = TicketDelayed { order, location, promised_at: what.at, at: what.at };
        what.record(&self.tickets, FulfilmentId::of(order, 1), 2, &TicketEvent::TicketDelayed(delayed))
    }

    /// The carrier says where the parcel is, and when it expects to deliver it.
    pub fn tracked(&self, what: &Happening, status: ParcelStatus, expected_at: Option<Timestamp>) -> EncodedRecord {
        let stored = ShipmentEvent::TrackingUpdated(TrackingUpdated {
            order: what.order,
            location: LocationId::try_new("zrh-1").unwrap(),
            carrier: Carrier::try_new("post").unwrap(),
            tracking: TrackingNumber::try_new("T-77").unwrap(),
            status,
            place: None,
            expected_at,
            occurred_at: what.at,
            at: what.at,
        });
        what.record(&self.shipments, FulfilmentId::of(what.order, 1), 5, &stored)
    }

    /// A kitchen does not prepare it.
    pub fn turned_away(&self, what: &Happening, reason: TicketRejectionReason) -> EncodedRecord {
        let (order, location) = (what.order, LocationId::try_new("zrh-k").unwrap());
        let tenant = TenantId::try_new("shop").unwrap();
        let skus = vec![Sku::try_new("mug-blue").unwrap()];
        let rejected = TicketRejected { tenant, order, location, reason, skus, at: what.at };
        what.record(&self.tickets, FulfilmentId::of(order, 1), 3, &TicketEvent::TicketRejected(rejected))
    }
}
