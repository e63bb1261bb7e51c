use serde::Serialize;

use crate::decision::Decision;
use crate::{LineId, Money, Quantity, Scope, Timestamp};

use super::super::{LineQuantityChanged, Order, OrderEvent, OrderRejection, OrderState};
use super::{SAMPLE_AT, SAMPLE_LINE, Sample, draft_of};

/// Change a draft line's quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeLineQuantity {
    pub line_id: LineId,
    pub quantity: Quantity,
    #[serde(skip)]
    pub at: Timestamp,
}

impl Decision<Order> for ChangeLineQuantity {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_DRAFT]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let draft = draft_of(state, "ChangeLineQuantity")?;
        let line = draft.line(self.line_id).ok_or(OrderRejection::LineNotFound(self.line_id))?;
        if line.quantity == self.quantity {
            return Ok(vec![]);
        }
        let total = line.unit_price.line_total(self.quantity, draft.currency)?;
        draft
            .lines
            .iter()
            .filter(|other| other.id != line.id)
            .try_fold(total, |sum: Money, other| sum.checked_add(other.total))?;
        Ok(vec![OrderEvent::LineQuantityChanged(LineQuantityChanged {
            line_id: self.line_id,
            quantity: self.quantity,
            total,
            at: self.at,
        })])
    }
}

impl Sample for ChangeLineQuantity {
    fn sample() -> Option<Self> {
        let quantity = Quantity::try_new(2).expect("two is a quantity");
        Some(Self { line_id: SAMPLE_LINE, quantity, at: SAMPLE_AT })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{order::OrderRejection, testing::given};

    #[test]
    fn changes_quantity_and_total() {
        given([drafted(), line_added(1, 3, "2.55", 765)])
            .when(change_quantity(1, 5))
            .then([quantity_changed(1, 5, 1275)]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([drafted(), line_added(1, 3, "2.55", 765)]).when(change_quantity(1, 3)).then_nothing();
    }

    #[test]
    fn refuses_an_unknown_line_and_a_placed_order() {
        given([drafted()]).when(change_quantity(1, 5)).then_rejected(OrderRejection::LineNotFound(line_id(1)));
        given(placed_history()).when(change_quantity(1, 5)).then_rejected(not_allowed("Placed", "ChangeLineQuantity"));
    }
}
