use crate::decision::Decision;
use crate::{Difference, Pieces, Scope, TenantId, Timestamp};

use super::super::{Stock, StockCounted, StockEvent, StockLevel, StockRejection, StockState};
use super::{item_of, with_shortage};

/// Record how many pieces were counted at the location, reserved ones included.
///
/// A fact: recorded whatever the books say, also where it confirms them. A count of less than is set aside for reservations is
/// followed by a shortage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountStock {
    pub tenant: TenantId,
    pub counted: Pieces,
    pub at: Timestamp,
}

impl Decision<Stock> for CountStock {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_WRITE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        let level = StockLevel { on_hand: self.counted, ..item.level };
        let counted = StockEvent::StockCounted(StockCounted {
            location: item.location.clone(),
            sku: item.sku.clone(),
            counted: self.counted,
            difference: Difference::between(item.level.on_hand, self.counted),
            level,
            at: self.at,
        });
        Ok(with_shortage(counted, item, level, self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn a_count_sets_what_is_on_hand() {
        given(stocked(5)).when(count(7)).then([counted(7, 2, level(7, 0, 0, 0))]);
        given(stocked(5)).when(count(5)).then([counted(5, 0, level(5, 0, 0, 0))]);
        given(stocked(5)).when(count(0)).then([counted(0, -5, level(0, 0, 0, 0))]);
    }

    #[test]
    fn a_count_below_what_is_reserved_is_followed_by_a_shortage_each_time() {
        let history = reserved_of(5, 4);
        let short = [counted(1, -4, level(1, 4, 0, 0)), shortage(3, level(1, 4, 0, 0))];
        given(history.clone()).when(count(1)).then(short.clone());
        given(history.into_iter().chain(short))
            .when(count(2))
            .then([counted(2, 1, level(2, 4, 0, 0)), shortage(2, level(2, 4, 0, 0))]);
    }

    #[test]
    fn refuses_what_is_not_there() {
        given([]).when(count(1)).then_rejected(StockRejection::NotFound);
        let foreign = CountStock { tenant: other_tenant(), counted: pieces(1), at: AT };
        given(stocked(1)).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
