use crate::decision::Decision;
use crate::{Operator, Scope, TenantId, Timestamp};

use super::super::flow::with_consequences;
use super::super::{OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState, RetryOrdered};
use super::saga_of;

/// Ask everything that has no answer yet again at once, and look for stock again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySteps {
    pub tenant: TenantId,
    pub by: Operator,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for RetrySteps {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        let saga = saga_of(state, &self.tenant)?;
        if saga.asks().next().is_none() && saga.stock_wait.is_none() {
            return Err(OrderSagaRejection::NotPending);
        }
        let Self { by, at, .. } = self;
        with_consequences(state, vec![OrderSagaEvent::RetryOrdered(RetryOrdered { by, at })], at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::order_saga::{AnswerKind as A, OrderSagaRejection};

    #[test]
    fn what_is_pending_is_asked_again() {
        given(asked_for_stock()).when(retry()).then([retry_ordered(), stock_requested(1, "zrh-1", 1, AT)]);
    }

    #[test]
    fn stock_is_looked_for_at_once() {
        let history = [
            asked_for_stock(),
            vec![
                stock_answer(1, 1, A::StockRefused),
                stock_requested(2, "zrh-2", 1, AT),
                stock_answer(2, 1, A::StockRefused),
                stock_awaited(600, 86_400),
            ],
        ]
        .concat();
        given(history).when(retry()).then([retry_ordered(), stock_requested(3, "zrh-1", 1, AT)]);
    }

    #[test]
    fn nothing_is_asked_again_where_nothing_is_pending() {
        given(in_review()).when(retry()).then_rejected(OrderSagaRejection::NotPending);
    }
}
