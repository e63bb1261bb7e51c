use crate::decision::Decision;
use crate::{Operator, Scope, TenantId, Timestamp};

use super::super::flow::with_consequences;
use super::super::{Goal, OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState, UndoCause, UndoStarted};
use super::saga_of;

/// Undo an order, as an operator wants it. What is being undone already goes on as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoOrder {
    pub tenant: TenantId,
    pub by: Operator,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for UndoOrder {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        let saga = saga_of(state, &self.tenant)?;
        match (state, saga.goal) {
            (OrderSagaState::Ended(_), _) => Err(OrderSagaRejection::Ended),
            (_, Goal::Undo(_)) => Ok(vec![]),
            (_, Goal::Fulfil) => {
                let undo = UndoStarted { cause: UndoCause::Operator, by: Some(self.by), at: self.at };
                with_consequences(state, vec![OrderSagaEvent::UndoStarted(undo)], self.at)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::order_saga::OrderSagaRejection;

    #[test]
    fn an_operator_undoes_a_running_order() {
        given(asked_for_stock()).when(undo_order()).then([undone_by("chef"), release_requested(1)]);
    }

    #[test]
    fn what_is_undone_is_not_undone_twice() {
        given([asked_for_stock(), vec![undo_started(), release_requested(1)]].concat())
            .when(undo_order())
            .then_nothing();
        given([]).when(undo_order()).then_rejected(OrderSagaRejection::NotFound);
    }
}
