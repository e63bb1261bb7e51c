use serde::Serialize;

use crate::decision::Decision;
use crate::{Money, OrderNumber, Scope, Timestamp};

use super::super::{Order, OrderEvent, OrderPlaced, OrderRejection, OrderState};
use super::{SAMPLE_AT, Sample, draft_of};

/// Place a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceOrder {
    #[serde(skip)]
    pub number: OrderNumber,
    /// The total that the client expects. `None` skips the check.
    pub expected_total: Option<Money>,
    #[serde(skip)]
    pub at: Timestamp,
}

impl Decision<Order> for PlaceOrder {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_PLACE]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        match state {
            OrderState::Placed(placed) if placed.number == self.number => return Ok(vec![]),
            _ => {}
        }
        let draft = draft_of(state, "PlaceOrder")?;
        if draft.lines.is_empty() {
            return Err(OrderRejection::NoLines);
        }
        let shipping_address = draft.shipping_address.clone().ok_or(OrderRejection::ShippingAddressMissing)?;
        let total = draft.total()?;
        match self.expected_total {
            Some(expected) if expected != total => {
                return Err(OrderRejection::TotalMismatch { computed: total, expected });
            }
            _ => {}
        }
        Ok(vec![OrderEvent::OrderPlaced(OrderPlaced {
            number: self.number,
            lines: draft.lines.clone(),
            total,
            shipping_address,
            billing_address: draft.billing_address.clone(),
            at: self.at,
        })])
    }
}

impl Sample for PlaceOrder {
    fn sample() -> Option<Self> {
        let number = OrderNumber::try_new("sample").expect("the text is short and printable");
        Some(Self { number, expected_total: None, at: SAMPLE_AT })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{Currency, Money, order::OrderRejection, testing::given};

    #[test]
    fn freezes_lines_total_and_addresses() {
        given(ready_history()).when(place(None)).then([order_placed()]);
        given(ready_history()).when(place(Some(Money::new(765, Currency::EUR)))).then([order_placed()]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given(placed_history()).when(place(None)).then_nothing();
    }

    #[test]
    fn refuses_what_is_not_ready() {
        given([drafted(), address_changed("DE")]).when(place(None)).then_rejected(OrderRejection::NoLines);
        given([drafted(), line_added(1, 3, "2.55", 765)])
            .when(place(None))
            .then_rejected(OrderRejection::ShippingAddressMissing);
    }

    #[test]
    fn refuses_a_total_that_the_client_did_not_expect() {
        let computed = Money::new(765, Currency::EUR);
        let expected = Money::new(764, Currency::EUR);
        given(ready_history())
            .when(place(Some(expected)))
            .then_rejected(OrderRejection::TotalMismatch { computed, expected });
    }

    #[test]
    fn refuses_a_second_placement_and_a_cancelled_order() {
        given(placed_history()).when(place_as("other", None)).then_rejected(not_allowed("Placed", "PlaceOrder"));
        given(placed_history().into_iter().chain([cancelled()]))
            .when(place(None))
            .then_rejected(not_allowed("Cancelled", "PlaceOrder"));
    }
}
