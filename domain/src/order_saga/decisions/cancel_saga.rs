use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::flow::with_consequences;
use super::super::{Goal, OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState, UndoCause, UndoStarted};

/// Undo what was asked for, in the append that cancels the order. An order that nothing drives needs none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelSaga {
    pub at: Timestamp,
}

impl Decision<OrderSaga> for CancelSaga {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_CANCEL]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        match state {
            OrderSagaState::Running(saga) if saga.goal == Goal::Fulfil => {
                let undo = UndoStarted { cause: UndoCause::Cancelled, by: None, at: self.at };
                with_consequences(state, vec![OrderSagaEvent::UndoStarted(undo)], self.at)
            }
            OrderSagaState::Absent | OrderSagaState::Running(_) | OrderSagaState::Ended(_) => Ok(vec![]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn gives_back_what_may_be_reserved() {
        given(asked_for_stock()).when(cancel()).then([undo_started(), release_requested(1)]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        let history = [asked_for_stock(), vec![undo_started(), release_requested(1)]].concat();
        given(history).when(cancel()).then_nothing();
    }

    #[test]
    fn an_order_without_a_saga_has_nothing_to_undo() {
        given([]).when(cancel()).then_nothing();
    }
}
