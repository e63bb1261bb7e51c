use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{Order, OrderEvent, OrderRejected, OrderRejection, OrderState, RejectionReason};
use super::{Sample, refused};

/// Reject a placed order: the merchant does not take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectOrder {
    pub reason: RejectionReason,
    /// In the words of whoever rejects it.
    pub note: Option<Reason>,
    pub at: Timestamp,
}

impl Decision<Order> for RejectOrder {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        match state {
            OrderState::Rejected(rejected) if rejected.reason == self.reason => Ok(vec![]),
            OrderState::Placed(placed) if placed.draft.progress.has_shipped() => Err(OrderRejection::AlreadyShipped),
            OrderState::Placed(_) => {
                Ok(vec![OrderEvent::OrderRejected(OrderRejected { reason: self.reason, note: self.note, at: self.at })])
            }
            state => Err(refused(state, "RejectOrder")),
        }
    }
}

impl Sample for RejectOrder {
    fn sample() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{
        order::{OrderRejection, RejectionReason},
        testing::given,
    };

    #[test]
    fn rejects_a_placed_order_once() {
        given(placed_history()).when(reject(RejectionReason::Fraud)).then([rejected(RejectionReason::Fraud)]);
        given(placed_history().into_iter().chain([rejected(RejectionReason::Fraud)]))
            .when(reject(RejectionReason::Fraud))
            .then_nothing();
    }

    #[test]
    fn refuses_what_was_not_placed_or_is_decided() {
        given([]).when(reject(RejectionReason::Stock)).then_rejected(OrderRejection::NotFound);
        given([drafted()]).when(reject(RejectionReason::Stock)).then_rejected(not_allowed("Draft", "RejectOrder"));
        given(confirmed_history())
            .when(reject(RejectionReason::Stock))
            .then_rejected(not_allowed("Confirmed", "RejectOrder"));
        given(placed_history().into_iter().chain([rejected(RejectionReason::Fraud)]))
            .when(reject(RejectionReason::Stock))
            .then_rejected(not_allowed("Rejected", "RejectOrder"));
    }

    #[test]
    fn refuses_an_order_of_which_pieces_have_left() {
        let sent = placed_history().into_iter().chain([dispatched(1, &[(1, 1)])]);
        given(sent).when(reject(RejectionReason::Staff)).then_rejected(OrderRejection::AlreadyShipped);
    }
}
