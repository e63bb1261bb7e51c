use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::flow::with_consequences_where;
use super::super::{Candidate, OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState};

/// Do what is due. The deadlines in the state decide, so a wake-up that comes early or twice is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wake {
    /// The locations that could send the order, in the order of its policy; see [`Saga::wants_route`](super::super::Saga::wants_route).
    pub candidates: Option<Vec<Candidate>>,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for Wake {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        with_consequences_where(state, vec![], self.at, self.candidates.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::Decider;
    use crate::FulfilmentId;
    use crate::order_saga::{
        Answer, AnswerKind as A, LearnAnswer, OrderSaga, OrderSagaEvent, Part, TaskKind, UndoCause,
    };

    #[test]
    fn a_request_without_an_answer_is_asked_again_when_it_is_due() {
        given(asked_for_stock()).when(wake(29)).then_nothing();
        given(asked_for_stock()).when(wake(30)).then([stock_requested(1, "zrh-1", 2, later(30))]);
    }

    #[test]
    fn the_best_location_is_asked_and_the_next_best_after_a_refusal() {
        let history = vec![started_routing()];
        assert!(OrderSaga::wake_at(&crate::fold::<OrderSaga>(&history).unwrap()).unwrap() <= AT);
        given(history.clone()).when(wake(0)).then_nothing();
        let first = given(history.clone()).when(wake_among(&[("zrh-1", false), ("zrh-2", true)], 0)).events();
        let names: Vec<_> = first.iter().map(crate::StoredEvent::event_type).collect();
        assert_eq!(names, ["RouteChosen", "StockRequested"]);
        assert_eq!(first[1], stock_requested(1, "zrh-2", 1, AT));
        let refused = [history, first, vec![stock_answer(1, 1, A::StockRefused)]].concat();
        let second = given(refused.clone()).when(wake_among(&[("zrh-1", true), ("zrh-2", true)], 0)).events();
        assert_eq!(second[1], stock_requested(2, "zrh-1", 1, AT));
        let none = given(refused).when(wake_among(&[("zrh-1", false), ("zrh-2", true)], 0)).events();
        assert_eq!(none[1], stock_awaited(600, 86_400), "the one that has refused is not asked again at once");
    }

    #[test]
    fn a_location_that_has_rejected_the_order_is_left_out() {
        let captured = payment_answer(2, A::PaymentCaptured, Some(TOTAL));
        let mut history = [capturing(), vec![captured, fulfilment_requested(1)]].concat();
        history[0] = started_routing();
        let fulfilment = Part::Fulfilment(FulfilmentId::of(order(), 1));
        let rejected =
            LearnAnswer { part: fulfilment, version: 2, answer: Answer::plain(A::FulfilmentRejected), at: AT };
        let steps = [
            rejected.into(),
            of_stock(1, 3, A::StockReleased),
            wake_among(&[("zrh-1", true), ("zrh-2", false)], 0),
            wake_among(&[("zrh-1", true), ("zrh-2", true)], 600),
        ];
        for step in steps {
            let events = given(history.clone()).when(step).events();
            history.extend(events);
        }
        let asked: Vec<_> = history
            .iter()
            .filter_map(|event| match event {
                OrderSagaEvent::StockRequested(event) => Some(event.location.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(asked, ["zrh-1", "zrh-2"], "not the first one again, however long nobody else can send it");
    }

    #[test]
    fn people_are_told_after_some_attempts_and_it_goes_on_asking() {
        let mut history = asked_for_stock();
        let mut tasks = 0;
        for _ in 0..7 {
            let due = OrderSaga::wake_at(&crate::fold::<OrderSaga>(&history).unwrap()).unwrap();
            let events = OrderSaga::decide(&crate::fold::<OrderSaga>(&history).unwrap(), wake_at(due)).unwrap();
            tasks += events.iter().filter(|event| is_task(event, TaskKind::NoAnswer)).count();
            assert!(events.iter().any(|event| matches!(event, OrderSagaEvent::StockRequested(_))));
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

    #[test]
    fn a_stage_that_takes_too_long_is_a_task_and_so_is_a_parcel_that_has_not_arrived_after_fourteen_days() {
        let captured = payment_answer(2, A::PaymentCaptured, Some(TOTAL));
        let mut history = [capturing(), vec![captured, fulfilment_requested(1)]].concat();
        let part = Part::Fulfilment(FulfilmentId::of(order(), 1));
        let policy = policy();
        assert_eq!(policy.deliver_s, 14 * 86_400);
        let stages = [
            (A::FulfilmentAccepted, policy.pack_s, TaskKind::NotPacked),
            (A::FulfilmentPacked, policy.ship_s, TaskKind::NotShipped),
            (A::FulfilmentShipped, policy.deliver_s, TaskKind::NotDelivered),
        ];
        for (version, (kind, seconds, task)) in (1..).zip(stages) {
            let learned = LearnAnswer { part, version, answer: Answer::plain(kind), at: AT };
            let events = given(history.clone()).when(learned.into()).events();
            history.extend(events);
            let opens = |seconds| {
                let events = given(history.clone()).when(wake(seconds)).events();
                events.iter().any(|event| is_task(event, task))
            };
            assert!(!opens(seconds - 1) && opens(seconds), "{task:?} after {seconds} s");
        }
        let late = given(history.clone()).when(wake(policy.deliver_s)).events();
        history.extend(late);
        let delivered = LearnAnswer {
            part,
            version: 4,
            answer: Answer::plain(A::FulfilmentDelivered),
            at: later(policy.deliver_s),
        };
        let events = given(history).when(delivered.into()).events();
        assert!(events.iter().any(|event| matches!(event, OrderSagaEvent::TaskWithdrawn(_))), "{events:?}");
    }
}
