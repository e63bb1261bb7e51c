//! What the events of others mean to customers and merchants.

use domain::contract::{ContractMoney, PublicEvents};
use domain::fulfilment::contract::PublicEvent as FulfilmentEvent;
use domain::notification::{Kind, Told};
use domain::order::contract::{HoldKind, PublicEvent as OrderEvent};
use domain::payment::contract::PublicEvent as PaymentEvent;
use domain::shipment::contract::{ParcelStatus, PublicEvent as ShipmentEvent};
use domain::ticket::contract::{PublicEvent as TicketEvent, TicketRejectionReason};
use domain::{Carrier, Currency, Money, OrderId, Reason, TenantId, Timestamp, TrackingNumber};
use request_kit::{InvalidField, invalid};

/// What an event means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) tenant: TenantId,
    pub(crate) order: OrderId,
    pub(crate) occurred_at: Timestamp,
    pub(crate) kind: Kind,
    pub(crate) told: Told,
}

fn meaning<E: PublicEvents>(event: &E, order: &str, kind: Kind, told: Told) -> Result<Option<Meaning>, InvalidField> {
    Ok(Some(Meaning {
        tenant: TenantId::try_new(event.tenant()).map_err(invalid("tenant"))?,
        order: order.parse().map_err(invalid("order"))?,
        occurred_at: Timestamp::try_from_micros(event.at()).map_err(invalid("at"))?,
        kind,
        told,
    }))
}

fn of_amount(field: &'static str, money: &ContractMoney) -> Result<Told, InvalidField> {
    let amount = Money::new(money.minor, Currency::try_new(&money.currency).map_err(invalid(field))?);
    Ok(Told { amount: Some(amount), ..Told::default() })
}

fn of_reason(symbol: &str) -> Told {
    Told { reason: Reason::try_new(symbol).ok(), ..Told::default() }
}

fn of_parcel(carrier: &str, tracking: &str) -> Result<Told, InvalidField> {
    Ok(Told {
        carrier: Some(Carrier::recorded(carrier).map_err(invalid("carrier"))?),
        tracking: Some(TrackingNumber::recorded(tracking).map_err(invalid("tracking"))?),
        ..Told::default()
    })
}

/// The symbol of a public enumeration, such as `OUT_OF_STOCK`.
fn symbol(of: &impl serde::Serialize) -> String {
    serde_json::to_value(of).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What an event of an order means; `None` for one of which nobody is told.
pub(crate) fn of_order(event: &OrderEvent) -> Result<Option<Meaning>, InvalidField> {
    use OrderEvent as E;
    match event {
        E::OrderConfirmed(record) => meaning(event, &record.order_id, Kind::OrderConfirmed, Told::default()),
        E::OrderCancelled(record) => {
            let reason = symbol(&record.reason);
            // A draft that is discarded was never an order to its customer.
            if reason == "DISCARDED" {
                return Ok(None);
            }
            meaning(event, &record.order_id, Kind::Cancellation, of_reason(&reason))
        }
        E::OrderRejected(record) => {
            meaning(event, &record.order_id, Kind::Cancellation, of_reason(&symbol(&record.reason)))
        }
        E::OrderHeld(record) if record.hold == HoldKind::Stock => {
            meaning(event, &record.order_id, Kind::Delay, of_reason("STOCK"))
        }
        _ => Ok(None),
    }
}

/// What an event of a payment means; `None` for one of which nobody is told.
pub(crate) fn of_payment(event: &PaymentEvent) -> Result<Option<Meaning>, InvalidField> {
    use PaymentEvent as E;
    match event {
        // A request for what was captured or refunded before is answered by an amount of zero.
        E::PaymentCaptured(record) if record.amount.minor > 0 => {
            meaning(event, &record.order, Kind::PaymentReceived, of_amount("amount", &record.amount)?)
        }
        E::PaymentRefunded(record) if record.amount.minor > 0 => {
            meaning(event, &record.order, Kind::Refund, of_amount("amount", &record.amount)?)
        }
        E::PaymentActionRequired(record) => meaning(event, &record.order, Kind::PaymentActionRequired, Told::default()),
        E::PaymentDeclined(record) => meaning(event, &record.order, Kind::PaymentDeclined, Told::default()),
        _ => Ok(None),
    }
}

/// What an event of a fulfilment means; `None` for one of which nobody is told.
pub(crate) fn of_fulfilment(event: &FulfilmentEvent) -> Result<Option<Meaning>, InvalidField> {
    use FulfilmentEvent as E;
    match event {
        E::FulfilmentAccepted(record) => meaning(event, &record.order, Kind::Preparation, Told::default()),
        E::FulfilmentShipped(record) => {
            meaning(event, &record.order, Kind::Shipment, of_parcel(&record.carrier, &record.tracking)?)
        }
        E::FulfilmentDelivered(record) => meaning(event, &record.order, Kind::Delivery, Told::default()),
        E::FulfilmentLost(record) => meaning(event, &record.order, Kind::Delay, of_reason("LOST")),
        _ => Ok(None),
    }
}

/// What an event of a kitchen's ticket means; `None` for one of which nobody is told. That it is prepared and has left is told of its
/// fulfilment.
pub(crate) fn of_ticket(event: &TicketEvent) -> Result<Option<Meaning>, InvalidField> {
    use TicketEvent as E;
    match event {
        E::TicketDelayed(record) => meaning(event, &record.order, Kind::Delay, of_reason("KITCHEN")),
        E::TicketRejected(record) if record.reason == TicketRejectionReason::SoldOut => {
            meaning(event, &record.order, Kind::Delay, of_reason("SOLD_OUT"))
        }
        _ => Ok(None),
    }
}

/// What an event of a shipment means; `None` for one of which nobody is told. That it was handed over, has arrived or was lost is told of
/// its fulfilment.
pub(crate) fn of_shipment(event: &ShipmentEvent) -> Result<Option<Meaning>, InvalidField> {
    match event {
        ShipmentEvent::TrackingUpdated(record) if record.status == ParcelStatus::Exception => {
            let expected_at = record.expected_at.map(Timestamp::try_from_micros).transpose();
            let told = Told {
                expected_at: expected_at.map_err(invalid("expected_at"))?,
                reason: Reason::try_new("CARRIER").ok(),
                ..of_parcel(&record.carrier, &record.tracking)?
            };
            meaning(event, &record.order, Kind::Delay, told)
        }
        _ => Ok(None),
    }
}
