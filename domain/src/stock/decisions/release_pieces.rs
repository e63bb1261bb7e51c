use crate::decision::Decision;
use crate::{OrderId, Pieces, ReservationId, Scope, TenantId, Timestamp};

use super::super::{Stock, StockEvent, StockRejection, StockReleased, StockState};
use super::item_of;

/// Take back what a reservation gives up in the same unit of work. A fact of the reservation, from
/// [`stock_commands`](crate::reservation::stock_commands): never refused for what reservations hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasePieces {
    pub tenant: TenantId,
    pub reservation: ReservationId,
    pub order: OrderId,
    /// With those that were backordered.
    pub quantity: Pieces,
    pub backordered: Pieces,
    pub at: Timestamp,
}

impl Decision<Stock> for ReleasePieces {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_RESERVE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        let Self { quantity, backordered, .. } = self;
        let level = item.level.without_reserved(quantity, backordered);
        let level = level.ok_or(StockRejection::NotReserved { quantity, backordered })?;
        Ok(vec![StockEvent::StockReleased(StockReleased {
            location: item.location.clone(),
            sku: item.sku.clone(),
            reservation: self.reservation,
            order: self.order,
            quantity,
            backordered,
            level,
            at: self.at,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn pieces_are_free_again() {
        given(reserved_of(5, 4)).when(release(4, 0)).then([released(4, 0, level(5, 0, 0, 0))]);
        given(backordered_of(3, 5)).when(release(5, 2)).then([released(5, 2, level(3, 0, 0, 0))]);
    }

    #[test]
    fn refuses_what_reservations_do_not_hold() {
        let refused = |quantity, backordered| StockRejection::NotReserved {
            quantity: pieces(quantity),
            backordered: pieces(backordered),
        };
        given(reserved_of(5, 4)).when(release(5, 0)).then_rejected(refused(5, 0));
        given(reserved_of(5, 4)).when(release(4, 1)).then_rejected(refused(4, 1));
        given(backordered_of(3, 5)).when(release(4, 0)).then_rejected(refused(4, 0));
        given(backordered_of(3, 5)).when(release(1, 2)).then_rejected(refused(1, 2));
        given([]).when(release(1, 0)).then_rejected(StockRejection::NotFound);
        let foreign = ReleasePieces { tenant: other_tenant(), ..release_pieces(1, 0) };
        given(reserved_of(5, 4)).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
