use uuid::Uuid;

use crate::decision::Decision;
use crate::{Description, LineId, Quantity, Scope, Sku, Timestamp, UnitPrice};

use super::super::{LINES_MAX, Line, LineAdded, Order, OrderEvent, OrderRejection, OrderState};
use super::{SAMPLE_AT, Sample, draft_of};

/// Add a line to a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddLine {
    /// Unique within the order.
    pub line_id: LineId,
    pub sku: Sku,
    /// As shown on the invoice.
    pub description: Option<Description>,
    pub quantity: Quantity,
    /// The price of one piece. Callers without the permission to set prices are refused before.
    pub unit_price: UnitPrice,
    pub at: Timestamp,
}

impl Decision<Order> for AddLine {
    fn scopes(&self) -> &'static [Scope] {
        // There is no catalogue to price a line, so every new line brings its price.
        &[Scope::ORDERS_DRAFT, Scope::ORDERS_PRICE]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let draft = draft_of(state, "AddLine")?;
        let line = Line {
            id: self.line_id,
            total: self.unit_price.line_total(self.quantity, draft.currency)?,
            sku: self.sku,
            description: self.description,
            quantity: self.quantity,
            unit_price: self.unit_price,
        };
        match draft.line(line.id) {
            Some(seen) if *seen == line => return Ok(vec![]),
            Some(_) => return Err(OrderRejection::LineExists(line.id)),
            None => {}
        }
        if draft.lines.len() >= LINES_MAX {
            return Err(OrderRejection::TooManyLines);
        }
        draft.total()?.checked_add(line.total)?;
        Ok(vec![OrderEvent::LineAdded(LineAdded { line, at: self.at })])
    }
}

impl Sample for AddLine {
    fn sample() -> Option<Self> {
        Some(Self {
            line_id: LineId::new(Uuid::max()),
            sku: Sku::try_new("sample").expect("the text is short and printable"),
            description: None,
            quantity: Quantity::try_new(1).expect("one is a quantity"),
            unit_price: UnitPrice::from_ten_thousandths(0).expect("nothing is a price"),
            at: SAMPLE_AT,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{
        MoneyError,
        order::{LINES_MAX, OrderRejection},
        testing::given,
    };

    #[test]
    fn adds_a_line_with_its_total() {
        given([drafted()]).when(add_line(1, 3, "2.55")).then([line_added(1, 3, "2.55", 765)]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([drafted(), line_added(1, 3, "2.55", 765)]).when(add_line(1, 3, "2.55")).then_nothing();
    }

    #[test]
    fn refuses_a_line_id_that_is_taken() {
        given([drafted(), line_added(1, 3, "2.55", 765)])
            .when(add_line(1, 4, "2.55"))
            .then_rejected(OrderRejection::LineExists(line_id(1)));
    }

    #[test]
    fn refuses_an_order_that_is_no_draft() {
        given([]).when(add_line(1, 1, "1")).then_rejected(OrderRejection::NotFound);
        given(placed_history()).when(add_line(9, 1, "1")).then_rejected(not_allowed("Placed", "AddLine"));
    }

    #[test]
    fn refuses_the_line_after_the_last() {
        let full = (0..LINES_MAX).map(|n| line_added(u32::try_from(n).unwrap(), 1, "0.01", 1));
        given(std::iter::once(drafted()).chain(full))
            .when(add_line(99_999, 1, "0.01"))
            .then_rejected(OrderRejection::TooManyLines);
    }

    #[test]
    fn refuses_totals_that_do_not_fit() {
        let huge = "900000000000";
        given([drafted()]).when(add_line(1, 1_000_000, huge)).then_rejected(MoneyError::Overflow.into());
        given([drafted(), line_added(1, 99, huge, 8_910_000_000_000_000)])
            .when(add_line(2, 99, huge))
            .then_rejected(MoneyError::Overflow.into());
    }
}
