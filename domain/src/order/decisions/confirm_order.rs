use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Order, OrderConfirmed, OrderEvent, OrderRejection, OrderState};
use super::{Sample, refused};

/// Confirm a placed order: the merchant commits to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmOrder {
    pub at: Timestamp,
}

impl Decision<Order> for ConfirmOrder {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        match state {
            OrderState::Placed(_) => Ok(vec![OrderEvent::OrderConfirmed(OrderConfirmed { at: self.at })]),
            OrderState::Confirmed(_) => Ok(vec![]),
            state => Err(refused(state, "ConfirmOrder")),
        }
    }
}

impl Sample for ConfirmOrder {
    fn sample() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{
        order::{CancelReason, OrderRejection},
        testing::given,
    };

    #[test]
    fn confirms_a_placed_order_once() {
        given(placed_history()).when(confirm()).then([confirmed()]);
        given(confirmed_history()).when(confirm()).then_nothing();
    }

    #[test]
    fn a_confirmed_order_of_which_nothing_has_left_can_be_cancelled() {
        given(confirmed_history()).when(cancel(CancelReason::Customer)).then([cancelled()]);
    }

    #[test]
    fn refuses_what_was_not_placed_or_has_ended() {
        given([]).when(confirm()).then_rejected(OrderRejection::NotFound);
        given([drafted()]).when(confirm()).then_rejected(not_allowed("Draft", "ConfirmOrder"));
        given([imported()]).when(confirm()).then_rejected(not_allowed("Imported", "ConfirmOrder"));
        given([drafted(), cancelled()]).when(confirm()).then_rejected(not_allowed("Cancelled", "ConfirmOrder"));
    }
}
