//! What a saga's events ask other participants for. Each is a function of the event alone, which never changes once it was stored.

use crate::contract::ToPublic;
use crate::fulfilment::requests::{
    CancelFulfilment, FulfilmentRequest, HoldFulfilment, ReleaseFulfilment, RequestFulfilment,
};
use crate::payment::requests::{
    AuthorizePayment, CaptureMode, CapturePayment, PaymentRequest, RefundPayment, VoidPayment,
};
use crate::reservation::requests::{
    InventoryRequest, ReleaseReservation, RenewReservation, ReserveStock, ShipReservation,
};

use super::event::OrderSagaEvent;

/// What an event asks of inventory.
pub fn of_inventory(order_id: &str, event: &OrderSagaEvent) -> Option<InventoryRequest> {
    let order_id = order_id.to_owned();
    Some(match event {
        OrderSagaEvent::StockRequested(event) => ReserveStock {
            reservation_id: event.reservation.to_string(),
            order_id,
            location: event.location.to_public(),
            lines: event.lines.to_public(),
            hold_for_s: event.hold_for_s.into(),
        }
        .into(),
        OrderSagaEvent::StockRenewalRequested(event) => RenewReservation {
            reservation_id: event.reservation.to_string(),
            order_id,
            hold_for_s: event.hold_for_s.into(),
        }
        .into(),
        OrderSagaEvent::StockReleaseRequested(event) => {
            ReleaseReservation { reservation_id: event.reservation.to_string(), order_id }.into()
        }
        OrderSagaEvent::StockShipmentRequested(event) => {
            ShipReservation { reservation_id: event.reservation.to_string(), order_id, lines: event.lines.to_public() }
                .into()
        }
        _ => return None,
    })
}

/// What the refund of an order that is undone is called at the provider.
const REFUND_REASON: &str = "The order was cancelled";

/// What an event asks of payment.
pub fn of_payment(order_id: &str, event: &OrderSagaEvent) -> Option<PaymentRequest> {
    let order_id = order_id.to_owned();
    Some(match event {
        OrderSagaEvent::AuthorizationRequested(event) => AuthorizePayment {
            payment_id: event.payment.to_string(),
            order_id,
            customer: event.customer.to_public(),
            amount: event.amount.to_public(),
            capture: CaptureMode::Manual,
        }
        .into(),
        OrderSagaEvent::CaptureRequested(event) => {
            CapturePayment { payment_id: event.payment.to_string(), order_id, amount: event.amount.to_public() }.into()
        }
        OrderSagaEvent::VoidRequested(event) => VoidPayment { payment_id: event.payment.to_string(), order_id }.into(),
        OrderSagaEvent::RefundRequested(event) => RefundPayment {
            payment_id: event.payment.to_string(),
            order_id,
            amount: event.amount.to_public(),
            reason: REFUND_REASON.to_owned(),
        }
        .into(),
        _ => return None,
    })
}

/// What an event asks of fulfilment.
pub fn of_fulfilment(order_id: &str, event: &OrderSagaEvent) -> Option<FulfilmentRequest> {
    let order_id = order_id.to_owned();
    Some(match event {
        OrderSagaEvent::FulfilmentRequested(event) => RequestFulfilment {
            fulfilment_id: event.fulfilment.to_string(),
            order_id,
            location: event.location.to_public(),
            lines: event.lines.to_public(),
        }
        .into(),
        OrderSagaEvent::FulfilmentReleaseRequested(event) => {
            ReleaseFulfilment { fulfilment_id: event.fulfilment.to_string(), order_id }.into()
        }
        OrderSagaEvent::FulfilmentCancelRequested(event) => {
            CancelFulfilment { fulfilment_id: event.fulfilment.to_string(), order_id }.into()
        }
        OrderSagaEvent::FulfilmentHoldRequested(event) => {
            HoldFulfilment { fulfilment_id: event.fulfilment.to_string(), order_id }.into()
        }
        _ => return None,
    })
}
