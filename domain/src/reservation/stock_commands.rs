//! What an event of a reservation means for stock.

use crate::stock::{FillBackorder, ReleasePieces, ReservePieces, ShipPieces, StockCommand};
use crate::{OrderId, ReservationId, Sku, TenantId, Timestamp};

use super::{ReservationEvent, ReservedLine};

/// The commands that an event of a reservation means for the stock of the event's location, one for each SKU, in their order.
///
/// They are decided in the unit of work that appends the event. None is refused there: grants and fills were decided on the
/// availability of the same unit of work, and everything else gives back or ships what the reservation holds.
pub fn stock_commands(reservation: ReservationId, event: &ReservationEvent) -> Vec<(Sku, StockCommand)> {
    match event {
        ReservationEvent::ReservationGranted(granted) => {
            let commands = granted.lines.iter().map(|line| {
                let command = ReservePieces {
                    tenant: granted.tenant.clone(),
                    reservation,
                    order: granted.order,
                    quantity: line.quantity,
                    backordered: line.backordered,
                    at: granted.at,
                };
                (line.sku.clone(), command.into())
            });
            commands.collect()
        }
        ReservationEvent::ReservationReleased(released) => {
            release(reservation, &released.tenant, released.order, &released.lines, released.at)
        }
        ReservationEvent::ReservationExpired(expired) => {
            release(reservation, &expired.tenant, expired.order, &expired.lines, expired.at)
        }
        ReservationEvent::ReservationShipped(shipped) => {
            let commands = shipped.lines.iter().map(|line| {
                let command = ShipPieces {
                    tenant: shipped.tenant.clone(),
                    reservation,
                    order: shipped.order,
                    quantity: line.quantity,
                    backordered: line.backordered,
                    at: shipped.at,
                };
                (line.sku.clone(), command.into())
            });
            commands.collect()
        }
        ReservationEvent::ReservationBackorderFilled(filled) => {
            let commands = filled.lines.iter().map(|line| {
                let command = FillBackorder {
                    tenant: filled.tenant.clone(),
                    reservation,
                    order: filled.order,
                    quantity: line.quantity,
                    at: filled.at,
                };
                (line.sku.clone(), command.into())
            });
            commands.collect()
        }
        ReservationEvent::ReservationRefused(_)
        | ReservationEvent::ReservationRenewed(_)
        | ReservationEvent::RequestRefused(_) => vec![],
    }
}

fn release(
    reservation: ReservationId,
    tenant: &TenantId,
    order: OrderId,
    lines: &[ReservedLine],
    at: Timestamp,
) -> Vec<(Sku, StockCommand)> {
    let commands = lines.iter().map(|line| {
        let ReservedLine { sku, quantity, backordered } = line.clone();
        (sku, ReleasePieces { tenant: tenant.clone(), reservation, order, quantity, backordered, at }.into())
    });
    commands.collect()
}
