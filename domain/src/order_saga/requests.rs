//! What a saga's events ask other participants for. Each is a function of the event alone, which never changes once it was stored.

use crate::contract::ToPublic;
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
