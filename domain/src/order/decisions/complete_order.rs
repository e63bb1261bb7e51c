use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Order, OrderCompleted, OrderEvent, OrderRejection, OrderState, PieceState};
use super::{Sample, refused};

/// Complete a confirmed order, of which everything was delivered or cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompleteOrder {
    pub at: Timestamp,
}

/// Pieces in other states are still to be delivered or cancelled.
const FINISHED: [PieceState; 2] = [PieceState::Delivered, PieceState::Cancelled];

impl Decision<Order> for CompleteOrder {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let confirmed = match state {
            OrderState::Completed(_) => return Ok(vec![]),
            OrderState::Confirmed(confirmed) => confirmed,
            state => return Err(refused(state, "CompleteOrder")),
        };
        let mut lines = confirmed.placed.draft.progress.lines.values();
        if lines.any(|line| line.sum() != line.sum_of(&FINISHED)) {
            return Err(OrderRejection::NotDelivered);
        }
        Ok(vec![OrderEvent::OrderCompleted(OrderCompleted { at: self.at })])
    }
}

impl Sample for CompleteOrder {
    fn sample() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{order::OrderRejection, testing::given};

    #[test]
    fn completes_an_order_that_was_delivered_once() {
        given(delivered_history()).when(complete()).then([completed()]);
        given(delivered_history().into_iter().chain([completed()])).when(complete()).then_nothing();
    }

    #[test]
    fn refuses_an_order_that_is_under_way_or_was_not_confirmed() {
        given(confirmed_history()).when(complete()).then_rejected(OrderRejection::NotDelivered);
        given(placed_history()).when(complete()).then_rejected(not_allowed("Placed", "CompleteOrder"));
        given([]).when(complete()).then_rejected(OrderRejection::NotFound);
    }
}
