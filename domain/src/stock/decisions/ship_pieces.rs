use crate::decision::Decision;
use crate::{OrderId, Pieces, ReservationId, Scope, TenantId, Timestamp};

use super::super::{Stock, StockEvent, StockRejection, StockShipped, StockState};
use super::{item_of, with_shortage};

/// Record that pieces of a reservation left the location.
///
/// A fact, from [`stock_commands`](crate::reservation::stock_commands): recorded whatever is on hand. More than that leaves zero and
/// a discrepancy. What leaves less than is set aside for others, as backordered pieces may, is followed by a shortage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShipPieces {
    pub tenant: TenantId,
    pub reservation: ReservationId,
    pub order: OrderId,
    /// With those that were backordered.
    pub quantity: Pieces,
    pub backordered: Pieces,
    pub at: Timestamp,
}

impl Decision<Stock> for ShipPieces {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_RESERVE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        let Self { quantity, backordered, .. } = self;
        let level = item.level.without_reserved(quantity, backordered);
        let level = level.ok_or(StockRejection::NotReserved { quantity, backordered })?;
        let (level, discrepancy) = level.with_fewer(quantity);
        let shipped = StockEvent::StockShipped(StockShipped {
            location: item.location.clone(),
            sku: item.sku.clone(),
            reservation: self.reservation,
            order: self.order,
            quantity,
            backordered,
            discrepancy,
            level,
            at: self.at,
        });
        Ok(with_shortage(shipped, item, level, self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn pieces_leave_with_their_reservation() {
        given(reserved_of(5, 4)).when(ship(3, 0)).then([shipped(3, 0, 0, level(2, 1, 0, 0))]);
        given(backordered_of(3, 5)).when(ship(3, 0)).then([shipped(3, 0, 0, level(0, 2, 2, 0))]);
    }

    #[test]
    fn what_the_books_do_not_have_is_a_discrepancy() {
        given(backordered_of(3, 5)).when(ship(5, 2)).then([shipped(5, 2, 2, level(0, 0, 0, 0))]);
    }

    #[test]
    fn what_is_set_aside_for_others_is_short_afterwards() {
        given(backordered_of(3, 5))
            .when(ship(2, 2))
            .then([shipped(2, 2, 0, level(1, 3, 0, 0)), shortage(2, level(1, 3, 0, 0))]);
    }

    #[test]
    fn refuses_what_reservations_do_not_hold() {
        let refused = StockRejection::NotReserved { quantity: pieces(5), backordered: pieces(0) };
        given(reserved_of(5, 4)).when(ship(5, 0)).then_rejected(refused);
        given([]).when(ship(1, 0)).then_rejected(StockRejection::NotFound);
        let foreign = ShipPieces { tenant: other_tenant(), ..ship_pieces(1, 0) };
        given(reserved_of(5, 4)).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
