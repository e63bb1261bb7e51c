use crate::decision::Decision;
use crate::{Pieces, Scope, TenantId, Timestamp};

use super::super::{SafetyStockChanged, Stock, StockEvent, StockLevel, StockRejection, StockState};
use super::item_of;

/// Set how many pieces are kept back from new reservations. A request that any item accepts: what is reserved already stays so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSafetyStock {
    pub tenant: TenantId,
    pub safety_stock: Pieces,
    pub at: Timestamp,
}

impl Decision<Stock> for SetSafetyStock {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_WRITE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        if item.level.safety_stock == self.safety_stock {
            return Ok(vec![]);
        }
        Ok(vec![StockEvent::SafetyStockChanged(SafetyStockChanged {
            location: item.location.clone(),
            sku: item.sku.clone(),
            level: StockLevel { safety_stock: self.safety_stock, ..item.level },
            at: self.at,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn keeps_pieces_back() {
        given(reserved_of(5, 4)).when(set_safety_stock(3)).then([safety_changed(level(5, 4, 0, 3))]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given(stocked(5).into_iter().chain([safety_changed(level(5, 0, 0, 3))]))
            .when(set_safety_stock(3))
            .then_nothing();
    }

    #[test]
    fn refuses_what_is_not_there() {
        given([]).when(set_safety_stock(3)).then_rejected(StockRejection::NotFound);
        let foreign = SetSafetyStock { tenant: other_tenant(), safety_stock: pieces(3), at: AT };
        given(stocked(5)).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
