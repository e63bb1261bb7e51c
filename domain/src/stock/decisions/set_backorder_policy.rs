use crate::decision::Decision;
use crate::{Scope, TenantId, Timestamp};

use super::super::{BackorderPolicyChanged, Stock, StockEvent, StockRejection, StockState};
use super::item_of;

/// Allow or forbid reservations beyond what is available. A request that any item accepts: what is backordered already stays so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetBackorderPolicy {
    pub tenant: TenantId,
    pub allows_backorder: bool,
    pub at: Timestamp,
}

impl Decision<Stock> for SetBackorderPolicy {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_WRITE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        if item.allows_backorder == self.allows_backorder {
            return Ok(vec![]);
        }
        Ok(vec![StockEvent::BackorderPolicyChanged(BackorderPolicyChanged {
            location: item.location.clone(),
            sku: item.sku.clone(),
            allows_backorder: self.allows_backorder,
            level: item.level,
            at: self.at,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn backorder_is_allowed_and_forbidden() {
        given(stocked(5)).when(set_backorder(true)).then([backorder_changed(true, level(5, 0, 0, 0))]);
        given(backordered_of(3, 5)).when(set_backorder(false)).then([backorder_changed(false, level(3, 5, 2, 0))]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given(stocked(5)).when(set_backorder(false)).then_nothing();
        given(backordered_of(3, 5)).when(set_backorder(true)).then_nothing();
    }

    #[test]
    fn refuses_what_is_not_there() {
        given([]).when(set_backorder(true)).then_rejected(StockRejection::NotFound);
        let foreign = SetBackorderPolicy { tenant: other_tenant(), allows_backorder: true, at: AT };
        given(stocked(5)).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
