use crate::decision::Decision;
use crate::order::HoldKind;
use crate::{Scope, Timestamp};

use super::super::flow::with_consequences;
use super::super::{HoldLifted, OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState};

/// Go on with an order, in the append that releases a hold of it, as soon as no other one is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseSaga {
    pub hold: HoldKind,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for ReleaseSaga {
    fn scopes(&self) -> &'static [Scope] {
        self.hold.scopes()
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        let Self { hold, at } = self;
        match state {
            OrderSagaState::Running(saga) if saga.holds.contains(&hold) => {
                with_consequences(state, vec![OrderSagaEvent::HoldLifted(HoldLifted { hold, at })], at)
            }
            OrderSagaState::Absent | OrderSagaState::Running(_) | OrderSagaState::Ended(_) => Ok(vec![]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::hold_fixtures::*;
    use crate::order::HoldKind;
    use crate::order_saga::AnswerKind as A;

    #[test]
    fn the_goods_may_leave_after_the_last_hold() {
        let two = vec![hold_placed(HoldKind::Manual), hold_requested(), hold_placed(HoldKind::Edit)];
        let held = [released(), two, vec![fulfilment_answer(4, A::FulfilmentHeld)]].concat();
        given(held.clone()).when(lift(HoldKind::Manual)).then([hold_lifted(HoldKind::Manual)]);
        given([held, vec![hold_lifted(HoldKind::Manual)]].concat())
            .when(lift(HoldKind::Edit))
            .then([hold_lifted(HoldKind::Edit), fulfilment_release_requested()]);
    }

    #[test]
    fn a_hold_that_is_under_way_is_waited_for() {
        let held = [released(), vec![hold_placed(HoldKind::Manual), hold_requested()]].concat();
        given(held.clone()).when(lift(HoldKind::Manual)).then([hold_lifted(HoldKind::Manual)]);
        given([held, vec![hold_lifted(HoldKind::Manual)]].concat())
            .when(of_fulfilment(4, A::FulfilmentHeld))
            .then([fulfilment_answer(4, A::FulfilmentHeld), fulfilment_release_requested()]);
    }

    #[test]
    fn a_hold_that_is_not_there_is_nothing() {
        given(released()).when(lift(HoldKind::Manual)).then_nothing();
        given([]).when(lift(HoldKind::Manual)).then_nothing();
    }
}
