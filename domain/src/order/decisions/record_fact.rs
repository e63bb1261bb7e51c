mod fulfilments;
mod payments;
mod recording;
mod shipments;
mod stock;

use crate::decision::Decision;
use crate::{Scope, Timestamp};

use self::recording::Recording;
use super::super::{Order, OrderEvent, OrderFact, OrderRejection, OrderState};
use super::Sample;

/// Record something that has happened outside the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFact {
    pub fact: OrderFact,
    pub at: Timestamp,
}

impl Decision<Order> for RecordFact {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    /// Never refused for an order that exists: it has happened, whatever state the order is in. What is known already gives no
    /// event. What contradicts the order is followed by [`ExceptionRaised`](super::super::ExceptionRaised).
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        use OrderFact as F;
        let progress = state.progress().ok_or(OrderRejection::NotFound)?;
        let currency = state.currency().ok_or(OrderRejection::NotFound)?;
        let order = Recording { state, progress, currency, at: self.at };
        Ok(match self.fact {
            F::StockReserved { reservation, location, lines } => order.stock_reserved(reservation, location, &lines),
            F::StockReservationFailed { reservation, location, shortages } => {
                order.reservation_failed(reservation, location, shortages)
            }
            F::StockReservationExpired { reservation } => order.reservation_expired(reservation),
            F::StockReleased { reservation } => order.stock_released(reservation),
            F::FraudScreened { outcome, score, reasons } => order.fraud_screened(outcome, score, reasons),
            F::PaymentActionRequired { payment } => order.payment_action_required(payment),
            F::PaymentAuthorized { payment, amount, expires_at } => {
                order.payment_authorized(payment, amount, expires_at)
            }
            F::PaymentFailed { payment, code } => order.payment_failed(payment, code),
            F::PaymentCaptured { payment, amount } => order.payment_captured(payment, amount),
            F::AuthorizationVoided { payment } => order.authorization_voided(payment),
            F::RefundIssued { payment, amount } => order.refund_issued(payment, amount),
            F::ChargebackReceived { payment, amount } => order.chargeback_received(payment, amount),
            F::FulfilmentPlanned { fulfilment, reservation, location, lines } => {
                order.fulfilment_planned(fulfilment, reservation, location, &lines)
            }
            F::FulfilmentCancelled { fulfilment } => order.fulfilment_cancelled(fulfilment),
            F::ShipmentDispatched { fulfilment, lines, carrier, tracking } => {
                order.shipment_dispatched(fulfilment, &lines, carrier, tracking)
            }
            F::ShipmentDelivered { fulfilment } => order.shipment_delivered(fulfilment),
            F::ShipmentLost { fulfilment } => order.shipment_lost(fulfilment),
        })
    }
}

impl Sample for RecordFact {
    fn sample() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests;
