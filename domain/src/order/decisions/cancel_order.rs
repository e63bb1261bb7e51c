use serde::Serialize;

use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{CancelReason, Order, OrderCancelled, OrderEvent, OrderRejection, OrderState};
use super::{SAMPLE_AT, Sample, open_of, refused};

/// Cancel the order: a draft, or one of which nothing has left.
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
            CancelReason::PaymentFailed | CancelReason::OutOfStock | CancelReason::FulfilmentFailed => {
                &[Scope::SAGA_OPERATE]
            }
        }
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        match state {
            OrderState::Cancelled(cancelled) if cancelled.reason == self.reason => return Ok(vec![]),
            OrderState::Draft(_) => {}
            OrderState::Placed(_) | OrderState::Confirmed(_) if self.reason != CancelReason::Discarded => {
                if open_of(state, "CancelOrder")?.progress.has_shipped() {
                    return Err(OrderRejection::AlreadyShipped);
                }
            }
            state => return Err(refused(state, "CancelOrder")),
        }
        Ok(vec![OrderEvent::OrderCancelled(OrderCancelled { reason: self.reason, note: self.note, at: self.at })])
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
