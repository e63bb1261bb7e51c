use serde::Serialize;

use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{CancelReason, Order, OrderCancelled, OrderEvent, OrderRejection, OrderState};
use super::{SAMPLE_AT, Sample};

/// Cancel the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CancelOrder {
    pub reason: CancelReason,
    /// In the words of the person who cancels.
    pub note: Option<Reason>,
    #[serde(skip)]
    pub at: Timestamp,
}

impl Decision<Order> for CancelOrder {
    fn scopes(&self) -> &'static [Scope] {
        match self.reason {
            CancelReason::Customer | CancelReason::Staff => &[Scope::ORDERS_CANCEL],
            // A draft is discarded by whoever makes drafts.
            CancelReason::Discarded => &[Scope::ORDERS_DRAFT],
        }
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let refuse = || OrderRejection::NotAllowed { state: state.name(), command: "CancelOrder" };
        match state {
            OrderState::Absent => Err(OrderRejection::NotFound),
            OrderState::Cancelled(cancelled) if cancelled.reason == self.reason => Ok(vec![]),
            OrderState::Placed(_) if self.reason == CancelReason::Discarded => Err(refuse()),
            OrderState::Draft(_) | OrderState::Placed(_) => Ok(vec![OrderEvent::OrderCancelled(OrderCancelled {
                reason: self.reason,
                note: self.note,
                at: self.at,
            })]),
            OrderState::Cancelled(_) | OrderState::Imported(_) => Err(refuse()),
        }
    }
}

impl Sample for CancelOrder {
    fn sample() -> Option<Self> {
        Some(Self { reason: CancelReason::Customer, note: None, at: SAMPLE_AT })
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
    fn calls_off_a_draft_and_a_placed_order() {
        given([drafted()]).when(cancel(CancelReason::Customer)).then([cancelled()]);
        given(placed_history()).when(cancel(CancelReason::Customer)).then([cancelled()]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([drafted(), cancelled()]).when(cancel(CancelReason::Customer)).then_nothing();
    }

    #[test]
    fn refuses_what_cannot_be_called_off() {
        given([]).when(cancel(CancelReason::Customer)).then_rejected(OrderRejection::NotFound);
        given(placed_history())
            .when(cancel(CancelReason::Discarded))
            .then_rejected(not_allowed("Placed", "CancelOrder"));
        given([drafted(), cancelled()])
            .when(cancel(CancelReason::Staff))
            .then_rejected(not_allowed("Cancelled", "CancelOrder"));
        given([imported()]).when(cancel(CancelReason::Staff)).then_rejected(not_allowed("Imported", "CancelOrder"));
    }
}
