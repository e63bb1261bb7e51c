use crate::decision::Decision;
use crate::{Operator, Reason, Scope, TenantId, Timestamp};

use super::super::flow::with_consequences;
use super::super::{Asked, OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState, StepSkipped};
use super::saga_of;

/// Wait no longer for the answer to a request. A request to reserve, to pay or to fulfil counts as refused, one that undoes as done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkipStep {
    pub tenant: TenantId,
    pub step: Asked,
    pub reason: Reason,
    pub by: Operator,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for SkipStep {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        let saga = saga_of(state, &self.tenant)?;
        if !saga.asks().any(|ask| ask.asked == self.step) {
            return Err(OrderSagaRejection::NotPending);
        }
        let Self { step, reason, by, at, .. } = self;
        with_consequences(state, vec![OrderSagaEvent::StepSkipped(StepSkipped { step, reason, by, at })], at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::order_saga::{Asked, OrderSagaRejection};

    #[test]
    fn a_skipped_reservation_counts_as_refused() {
        given(asked_for_stock())
            .when(skip(Asked::Reserve))
            .then([skipped(Asked::Reserve), stock_requested(2, "zrh-2", 1, AT)]);
    }

    #[test]
    fn a_skipped_release_counts_as_done() {
        given([asked_for_stock(), vec![undo_started(), release_requested(1)]].concat())
            .when(skip(Asked::Release))
            .then([skipped(Asked::Release), ended_undone()]);
    }

    #[test]
    fn what_is_not_pending_is_not_skipped() {
        given(asked_for_stock()).when(skip(Asked::Refund)).then_rejected(OrderSagaRejection::NotPending);
    }
}
