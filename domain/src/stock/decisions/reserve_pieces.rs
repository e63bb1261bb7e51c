use crate::decision::Decision;
use crate::{OrderId, Pieces, ReservationId, Scope, TenantId, Timestamp};

use super::super::{Stock, StockEvent, StockRejection, StockReserved, StockState};
use super::item_of;

/// Hold pieces for a reservation that is granted in the same unit of work. A request, from
/// [`stock_commands`](crate::reservation::stock_commands): refused where the reservation was decided on another availability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservePieces {
    pub tenant: TenantId,
    pub reservation: ReservationId,
    pub order: OrderId,
    /// With those that are backordered.
    pub quantity: Pieces,
    pub backordered: Pieces,
    pub at: Timestamp,
}

impl Decision<Stock> for ReservePieces {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_RESERVE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        if item.availability().backordered(self.quantity) != Some(self.backordered) {
            return Err(StockRejection::StockChanged);
        }
        let level = item.level.with_reserved(self.quantity, self.backordered).ok_or(StockRejection::TooManyPieces)?;
        Ok(vec![StockEvent::StockReserved(StockReserved {
            location: item.location.clone(),
            sku: item.sku.clone(),
            reservation: self.reservation,
            order: self.order,
            quantity: self.quantity,
            backordered: self.backordered,
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
    fn holds_what_is_available() {
        given(stocked(5)).when(reserve(5, 0)).then([reserved(5, 0, level(5, 5, 0, 0))]);
    }

    #[test]
    fn holds_more_where_backorder_is_allowed() {
        given(backorder_of(3)).when(reserve(5, 2)).then([reserved(5, 2, level(3, 5, 2, 0))]);
        given(backordered_of(3, 5)).when(reserve(1, 1)).then([reserved(1, 1, level(3, 6, 3, 0))]);
    }

    #[test]
    fn refuses_what_was_decided_on_another_availability() {
        given(stocked(5)).when(reserve(6, 0)).then_rejected(StockRejection::StockChanged);
        given(stocked(5)).when(reserve(6, 1)).then_rejected(StockRejection::StockChanged);
        given(backorder_of(3)).when(reserve(3, 1)).then_rejected(StockRejection::StockChanged);
        given(stocked(5).into_iter().chain([safety_changed(level(5, 0, 0, 1))]))
            .when(reserve(5, 0))
            .then_rejected(StockRejection::StockChanged);
    }

    #[test]
    fn refuses_more_than_can_be_kept_and_what_is_not_there() {
        let most = Pieces::MAX.get();
        given(backordered_of(3, 5)).when(reserve(most, most)).then_rejected(StockRejection::StockChanged);
        given([]).when(reserve(1, 0)).then_rejected(StockRejection::NotFound);
        let foreign = ReservePieces { tenant: other_tenant(), ..reserve_pieces(1, 0) };
        given(stocked(5)).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
