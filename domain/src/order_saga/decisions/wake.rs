use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::flow::with_consequences;
use super::super::{OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState};

/// Do what is due. The deadlines in the state decide, so a wake-up that comes early or twice is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wake {
    pub at: Timestamp,
}

impl Decision<OrderSaga> for Wake {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        with_consequences(state, vec![], self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::Decider;
    use crate::order_saga::{AnswerKind as A, OrderSaga, TaskKind, UndoCause};

    #[test]
    fn a_request_without_an_answer_is_asked_again_when_it_is_due() {
        given(asked_for_stock()).when(wake(29)).then_nothing();
        given(asked_for_stock()).when(wake(30)).then([stock_requested(1, "zrh-1", 2, later(30))]);
    }

    #[test]
    fn people_are_told_after_some_attempts_and_it_goes_on_asking() {
        let mut history = asked_for_stock();
        let mut tasks = 0;
        for _ in 0..7 {
            let due = OrderSaga::wake_at(&crate::fold::<OrderSaga>(&history).unwrap()).unwrap();
            let events = OrderSaga::decide(&crate::fold::<OrderSaga>(&history).unwrap(), wake_at(due)).unwrap();
            tasks += events.iter().filter(|event| is_task(event, TaskKind::NoAnswer)).count();
            assert!(events.iter().any(|event| matches!(event, crate::order_saga::OrderSagaEvent::StockRequested(_))));
            history.extend(events);
        }
        assert_eq!(tasks, 1);
    }

    #[test]
    fn stock_is_looked_for_again_until_the_order_is_given_up() {
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
        given(history.clone()).when(wake(599)).then_nothing();
        given(history.clone()).when(wake(600)).then([stock_requested(3, "zrh-1", 1, later(600))]);
        given(history)
            .when(wake(86_400))
            .then([undo_because_at(UndoCause::OutOfStock, later(86_400)), ended_undone_at(later(86_400))]);
    }

    #[test]
    fn a_customer_who_does_not_pay_in_time_loses_the_order() {
        let history = [authorizing(), vec![payment_answer(1, A::PaymentPending, None)]].concat();
        given(history).when(wake(86_400)).then_undoing(UndoCause::PaymentTimedOut);
    }
}
