use crate::decision::Decision;
use crate::order::HoldKind;
use crate::{Scope, Timestamp};

use super::super::flow::with_consequences;
use super::super::{HoldPlaced, OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState};

/// Ship nothing of an order, in the append that holds it. An order that nothing drives needs none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldSaga {
    pub hold: HoldKind,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for HoldSaga {
    fn scopes(&self) -> &'static [Scope] {
        self.hold.scopes()
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        let Self { hold, at } = self;
        match state {
            OrderSagaState::Running(saga) if !saga.holds.contains(&hold) => {
                with_consequences(state, vec![OrderSagaEvent::HoldPlaced(HoldPlaced { hold, at })], at)
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
    use crate::order_saga::{AnswerKind as A, TaskKind};

    #[test]
    fn what_may_leave_is_held_at_its_location_once() {
        given(released()).when(hold(HoldKind::Manual)).then([hold_placed(HoldKind::Manual), hold_requested()]);
        let held = [released(), vec![hold_placed(HoldKind::Manual), hold_requested()]].concat();
        given(held.clone()).when(hold(HoldKind::Manual)).then_nothing();
        given(held).when(hold(HoldKind::Address)).then([hold_placed(HoldKind::Address)]);
    }

    #[test]
    fn a_release_that_is_under_way_is_overtaken() {
        given(releasing()).when(hold(HoldKind::Manual)).then([hold_placed(HoldKind::Manual), hold_requested()]);
        let held = [releasing(), vec![hold_placed(HoldKind::Manual), hold_requested()]].concat();
        given(held).when(of_fulfilment(3, A::FulfilmentReleased)).then([fulfilment_answer(3, A::FulfilmentReleased)]);
    }

    #[test]
    fn what_may_not_leave_yet_is_not_released_while_it_is_held() {
        given(capturing()).when(hold(HoldKind::Edit)).then([hold_placed(HoldKind::Edit)]);
        let asked = [held_before_fulfilment(), vec![fulfilment_answer(1, A::FulfilmentRequested)]].concat();
        given(asked).when(of_fulfilment(2, A::FulfilmentAccepted)).then([fulfilment_answer(2, A::FulfilmentAccepted)]);
    }

    #[test]
    fn nobody_is_told_that_held_goods_are_late() {
        let held = vec![hold_placed(HoldKind::Manual), hold_requested(), fulfilment_answer(4, A::FulfilmentHeld)];
        let packed = [released(), held, vec![fulfilment_answer(5, A::FulfilmentPacked)]].concat();
        let events = given(packed.clone()).when(wake(2 * 86_400)).events();
        assert!(!events.iter().any(|event| is_task(event, TaskKind::NotShipped)), "{events:?}");
        let went_on = [packed, vec![hold_lifted(HoldKind::Manual), fulfilment_release_requested()]].concat();
        let events = given(went_on).when(wake(2 * 86_400)).events();
        assert!(events.iter().any(|event| is_task(event, TaskKind::NotShipped)), "{events:?}");
    }

    #[test]
    fn an_order_without_a_saga_has_nothing_to_hold() {
        given([]).when(hold(HoldKind::Manual)).then_nothing();
    }
}
