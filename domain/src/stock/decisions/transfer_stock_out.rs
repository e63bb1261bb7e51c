use crate::decision::Decision;
use crate::{LocationId, Pieces, Scope, TenantId, Timestamp, TransferId};

use super::super::{Stock, StockEvent, StockRejection, StockState, StockTransferredOut};
use super::item_of;

/// Send pieces to another location. A request: refused beyond what is available.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferStockOut {
    pub tenant: TenantId,
    /// Chosen by whoever asks; the destination records it too.
    pub transfer: TransferId,
    pub destination: LocationId,
    /// Not zero.
    pub quantity: Pieces,
    pub at: Timestamp,
}

impl Decision<Stock> for TransferStockOut {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_WRITE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        if self.quantity.is_zero() {
            return Err(StockRejection::NoPieces);
        }
        if self.destination == item.location {
            return Err(StockRejection::SameLocation);
        }
        let available = item.level.available();
        if self.quantity > available {
            return Err(StockRejection::BeyondAvailable { requested: self.quantity, available });
        }
        let (level, _) = item.level.with_fewer(self.quantity);
        Ok(vec![StockEvent::StockTransferredOut(StockTransferredOut {
            location: item.location.clone(),
            sku: item.sku.clone(),
            transfer: self.transfer,
            destination: self.destination,
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
    fn pieces_leave_for_another_location() {
        given(stocked(5)).when(transfer_out(5)).then([transferred_out(5, level(0, 0, 0, 0))]);
    }

    #[test]
    fn refuses_what_is_reserved_or_kept_back() {
        let refused =
            |available| StockRejection::BeyondAvailable { requested: pieces(3), available: pieces(available) };
        given(reserved_of(5, 3)).when(transfer_out(3)).then_rejected(refused(2));
        given(stocked(5).into_iter().chain([safety_changed(level(5, 0, 0, 4))]))
            .when(transfer_out(3))
            .then_rejected(refused(1));
    }

    #[test]
    fn refuses_nothing_and_where_the_goods_are() {
        given(stocked(5)).when(transfer_out(0)).then_rejected(StockRejection::NoPieces);
        let here = TransferStockOut { destination: location(), ..transfer_stock_out(1) };
        given(stocked(5)).when(here.into()).then_rejected(StockRejection::SameLocation);
        given([]).when(transfer_out(1)).then_rejected(StockRejection::NotFound);
        let foreign = TransferStockOut { tenant: other_tenant(), ..transfer_stock_out(1) };
        given(stocked(5)).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
