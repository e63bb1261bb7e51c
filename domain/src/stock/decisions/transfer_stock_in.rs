use crate::decision::Decision;
use crate::{LocationId, Pieces, Scope, TenantId, Timestamp, TransferId};

use super::super::{Stock, StockEvent, StockRejection, StockState, StockTransferredIn};
use super::item_of;

/// Record pieces that came from another location. A fact: refused only where more than [`Pieces::MAX`] would be on hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferStockIn {
    pub tenant: TenantId,
    /// As the origin recorded it.
    pub transfer: TransferId,
    pub origin: LocationId,
    /// Not zero.
    pub quantity: Pieces,
    pub at: Timestamp,
}

impl Decision<Stock> for TransferStockIn {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_WRITE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        if self.quantity.is_zero() {
            return Err(StockRejection::NoPieces);
        }
        if self.origin == item.location {
            return Err(StockRejection::SameLocation);
        }
        let level = item.level.with_more(self.quantity).ok_or(StockRejection::TooManyPieces)?;
        Ok(vec![StockEvent::StockTransferredIn(StockTransferredIn {
            location: item.location.clone(),
            sku: item.sku.clone(),
            transfer: self.transfer,
            origin: self.origin,
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
    fn pieces_come_from_another_location() {
        given([added()]).when(transfer_in(5)).then([transferred_in(5, level(5, 0, 0, 0))]);
    }

    #[test]
    fn refuses_nothing_and_where_the_goods_are() {
        given(stocked(5)).when(transfer_in(0)).then_rejected(StockRejection::NoPieces);
        let here = TransferStockIn { origin: location(), ..transfer_stock_in(1) };
        given(stocked(5)).when(here.into()).then_rejected(StockRejection::SameLocation);
        given([]).when(transfer_in(1)).then_rejected(StockRejection::NotFound);
        given(stocked(1)).when(transfer_in(Pieces::MAX.get())).then_rejected(StockRejection::TooManyPieces);
        let foreign = TransferStockIn { tenant: other_tenant(), ..transfer_stock_in(1) };
        given(stocked(5)).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
