use crate::decision::Decision;
use crate::{LocationId, Scope, Sku, TenantId, Timestamp};

use super::super::{Stock, StockEvent, StockItemAdded, StockLevel, StockRejection, StockState};

/// Keep a SKU at a location, with nothing on hand and without backorder. A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddStockItem {
    pub tenant: TenantId,
    pub location: LocationId,
    pub sku: Sku,
    pub at: Timestamp,
}

impl Decision<Stock> for AddStockItem {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_WRITE]
    }

    /// An item that is there already stays as it is.
    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        match state {
            StockState::Absent => Ok(vec![StockEvent::StockItemAdded(StockItemAdded {
                tenant: self.tenant,
                location: self.location,
                sku: self.sku,
                level: StockLevel::default(),
                at: self.at,
            })]),
            StockState::Item(item) if item.tenant != self.tenant => Err(StockRejection::OtherTenant),
            StockState::Item(item) if item.location == self.location && item.sku == self.sku => Ok(vec![]),
            StockState::Item(_) => Err(StockRejection::ItemExists),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn a_location_begins_to_keep_a_sku() {
        given([]).when(add_item()).then([added()]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([added(), received(5, level(5, 0, 0, 0))]).when(add_item()).then_nothing();
    }

    #[test]
    fn refuses_an_id_of_another_item_or_tenant() {
        let other =
            AddStockItem { tenant: tenant(), location: location(), sku: Sku::try_new("other").unwrap(), at: AT };
        given([added()]).when(other.clone().into()).then_rejected(StockRejection::ItemExists);
        let foreign = AddStockItem { tenant: other_tenant(), ..other };
        given([added()]).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
