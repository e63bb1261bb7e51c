use crate::decision::Decision;
use crate::{OrderId, Pieces, ReservationId, Scope, TenantId, Timestamp};

use super::super::{BackorderFilled, Stock, StockEvent, StockRejection, StockState};
use super::item_of;

/// Set pieces on hand aside for backordered ones of a reservation, which records it in the same unit of work. A request, from
/// [`stock_commands`](crate::reservation::stock_commands): refused beyond [`StockLevel::fillable`](super::super::StockLevel::fillable).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FillBackorder {
    pub tenant: TenantId,
    pub reservation: ReservationId,
    pub order: OrderId,
    pub quantity: Pieces,
    pub at: Timestamp,
}

impl Decision<Stock> for FillBackorder {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_RESERVE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        let level = item.level.with_filled(self.quantity).ok_or(StockRejection::StockChanged)?;
        Ok(vec![StockEvent::BackorderFilled(BackorderFilled {
            location: item.location.clone(),
            sku: item.sku.clone(),
            reservation: self.reservation,
            order: self.order,
            quantity: self.quantity,
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
    fn what_came_in_is_set_aside_for_what_is_backordered() {
        let history = || backordered_of(3, 5).into_iter().chain([received(2, level(5, 5, 2, 0))]);
        given(history()).when(fill(2)).then([filled(2, level(5, 5, 0, 0))]);
        given(history()).when(fill(1)).then([filled(1, level(5, 5, 1, 0))]);
    }

    #[test]
    fn what_came_in_is_not_available_to_others_before_that() {
        assert_eq!(level(5, 5, 2, 0).available(), pieces(0));
        assert_eq!(level(6, 5, 2, 0).available(), pieces(1));
    }

    #[test]
    fn refuses_more_than_is_free_or_backordered() {
        given(backordered_of(3, 5)).when(fill(1)).then_rejected(StockRejection::StockChanged);
        given(backordered_of(3, 5).into_iter().chain([received(7, level(10, 5, 2, 0))]))
            .when(fill(3))
            .then_rejected(StockRejection::StockChanged);
        let kept_back = [received(2, level(5, 5, 2, 0)), safety_changed(level(5, 5, 2, 1))];
        given(backordered_of(3, 5).into_iter().chain(kept_back))
            .when(fill(2))
            .then_rejected(StockRejection::StockChanged);
        given([]).when(fill(1)).then_rejected(StockRejection::NotFound);
    }
}
