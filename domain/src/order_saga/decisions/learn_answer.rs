use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::flow::with_consequences;
use super::super::policy::after;
use super::super::{
    Answer, AnswerKind, AnswerReceived, OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState, Part,
    ReservationStatus, Saga, TaskKind, TaskOpened,
};

/// Learn what another participant has answered or told. What the saga has not asked for, and what it knows already, is no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearnAnswer {
    pub part: Part,
    /// The answer's version in the stream of the part.
    pub version: u32,
    pub answer: Answer,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for LearnAnswer {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        let Some(saga) = state.saga() else { return Ok(vec![]) };
        if !saga.is_news(self.part, self.version) {
            return Ok(vec![]);
        }
        let at = self.at;
        let task = task(saga, self.part, self.answer.kind);
        let task = task
            .filter(|_| saga.task.is_none())
            .map(|task| OrderSagaEvent::TaskOpened(TaskOpened { task, deadline: after(at, saga.policy.task_s), at }));
        let mut events = vec![OrderSagaEvent::AnswerReceived(self.event(saga))];
        events.extend(task);
        with_consequences(state, events, at)
    }
}

impl LearnAnswer {
    fn event(self, saga: &Saga) -> AnswerReceived {
        let Self { part, version, answer, at } = self;
        let (reservation, payment, fulfilment) = match part {
            Part::Reservation(id) => (Some(id), None, None),
            Part::Payment(id) => (None, Some(id), None),
            Part::Fulfilment(id) => (None, None, Some(id)),
        };
        AnswerReceived {
            answer: answer.kind,
            reservation,
            payment,
            fulfilment,
            answer_version: version,
            expires_at: answer.expires_at,
            amount: answer.amount,
            retry_at: is_tried_again(answer.kind).then(|| retry_at(saga, part, at)),
            at,
        }
    }
}

/// Whether the request stays pending, to be asked again after a pause.
const fn is_tried_again(kind: AnswerKind) -> bool {
    matches!(
        kind,
        AnswerKind::CaptureFailed
            | AnswerKind::VoidFailed
            | AnswerKind::RefundFailed
            | AnswerKind::StockRequestRefused
            | AnswerKind::PaymentRequestRefused
            | AnswerKind::FulfilmentRequestRefused
    )
}

/// The pause grows with the attempts of what is pending.
fn retry_at(saga: &Saga, part: Part, at: Timestamp) -> Timestamp {
    let ask = match part {
        Part::Reservation(id) => saga.reservations.iter().find(|one| one.id == id).and_then(|one| one.ask),
        Part::Payment(id) => saga.payments.iter().find(|one| one.id == id).and_then(|one| one.ask),
        Part::Fulfilment(id) => saga.fulfilments.iter().find(|one| one.id == id).and_then(|one| one.ask),
    };
    let attempt = ask.map_or(1, |ask| ask.attempt + 1);
    saga.policy.due(at, attempt, saga.order.uuid().as_u128())
}

/// What people have to know whatever the saga does about it.
fn task(saga: &Saga, part: Part, answer: AnswerKind) -> Option<TaskKind> {
    match (answer, part) {
        (AnswerKind::PaymentDisputed, _) => Some(TaskKind::Disputed),
        (AnswerKind::FulfilmentShipped, Part::Fulfilment(id)) => {
            let fulfilment = saga.fulfilments.iter().find(|one| one.id == id)?;
            let share = saga.reservation_behind(fulfilment).map(|one| one.share);
            let reservation = share.and_then(|share| saga.reservation_of(share));
            let is_held = reservation.is_some_and(|one| {
                one.status == ReservationStatus::Granted && saga.is_sent_from(fulfilment, &one.location)
            });
            (!is_held).then_some(TaskKind::StockNotShipped)
        }
        (AnswerKind::StockExpired, Part::Reservation(id)) => {
            let reservation = saga.reservations.iter().find(|one| one.id == id)?;
            saga.have_left(reservation).then_some(TaskKind::StockNotShipped)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::hold_fixtures::*;
    use crate::order_saga::{AnswerKind as A, OrderSagaEvent, TaskDecision, TaskKind};

    #[test]
    fn a_grant_is_screened_and_then_paid() {
        given(asked_for_stock()).when(granted(1, 1)).then([
            granted_event(1, 1),
            passed(),
            authorization_requested(1, 1),
        ]);
    }

    #[test]
    fn a_refusal_leads_to_the_next_location_and_then_to_a_wait() {
        given(asked_for_stock())
            .when(of_stock(1, 1, A::StockRefused))
            .then([stock_answer(1, 1, A::StockRefused), stock_requested(2, "zrh-2", 1, AT)]);
        let history =
            [asked_for_stock(), vec![stock_answer(1, 1, A::StockRefused), stock_requested(2, "zrh-2", 1, AT)]].concat();
        given(history)
            .when(of_stock(2, 1, A::StockRefused))
            .then([stock_answer(2, 1, A::StockRefused), stock_awaited(600, 86_400)]);
    }

    #[test]
    fn an_authorisation_makes_the_order_ready_and_is_captured() {
        given(authorizing()).when(of_payment(1, A::PaymentAuthorized, None)).then([
            payment_answer(1, A::PaymentAuthorized, None),
            ready(),
            renewal_requested(1),
            capture_requested(1),
        ]);
    }

    #[test]
    fn a_capture_lets_the_goods_go() {
        given(capturing())
            .when(of_payment(2, A::PaymentCaptured, Some(TOTAL)))
            .then([payment_answer(2, A::PaymentCaptured, Some(TOTAL)), fulfilment_requested(1)]);
    }

    #[test]
    fn goods_may_leave_once_their_stock_is_held_for_long() {
        let captured = payment_answer(2, A::PaymentCaptured, Some(TOTAL));
        let asked = [capturing(), vec![captured, fulfilment_requested(1)]].concat();
        let accepted = fulfilment_answer(1, A::FulfilmentAccepted);
        given(asked.clone()).when(of_fulfilment(1, A::FulfilmentAccepted)).then([accepted.clone()]);
        let renewing = [asked, vec![accepted]].concat();
        given(renewing.clone())
            .when(of_stock(1, 2, A::StockRenewed))
            .then([stock_answer(1, 2, A::StockRenewed), fulfilment_release_requested()]);
        given(renewing)
            .when(of_stock(1, 2, A::StockExpired))
            .then([stock_answer(1, 2, A::StockExpired), stock_requested(2, "zrh-1", 1, AT)]);
    }

    #[test]
    fn stock_that_expires_again_and_again_is_for_people_to_see_to() {
        let expired = |number| stock_answer(number, 2, A::StockExpired);
        let again =
            |number| vec![expired(number), stock_requested(number + 1, "zrh-1", 1, AT), granted_event(number + 1, 1)];
        let history = [authorizing(), again(1), again(2)].concat();
        let third = given(history.clone()).when(of_stock(3, 2, A::StockExpired)).events();
        assert!(third.first() == Some(&expired(3)) && is_task(&third[1], TaskKind::NotFulfillable), "{third:?}");
        let (go_on, decided) = (TaskDecision::Continue, decided(TaskKind::NotFulfillable, TaskDecision::Continue));
        given([history, third].concat()).when(decide(TaskKind::NotFulfillable, go_on)).then([
            decided,
            authorization_requested(1, 1),
            stock_requested(4, "zrh-1", 1, AT),
        ]);
    }

    #[test]
    fn a_payment_that_was_replaced_is_given_back_when_it_is_captured_after_all() {
        let failed = payment_answer(2, A::PaymentExpired, None);
        let history = [capturing(), vec![failed, authorization_requested(2, 1)]].concat();
        given(history)
            .when(of_payment(3, A::PaymentCaptured, Some(TOTAL)))
            .then([payment_answer(3, A::PaymentCaptured, Some(TOTAL)), refund_requested(1)]);
    }

    #[test]
    fn three_declines_give_everything_back() {
        let declined = |version| payment_answer(version, A::PaymentDeclined, None);
        let history = [authorizing(), vec![declined(1), declined(2)]].concat();
        given(history).when(of_payment(3, A::PaymentDeclined, None)).then([
            declined(3),
            undo_because(crate::order_saga::UndoCause::PaymentDeclined),
            void_requested(1),
        ]);
    }

    #[test]
    fn an_answer_counts_once() {
        given([asked_for_stock(), vec![granted_event(1, 1), passed(), authorization_requested(1, 1)]].concat())
            .when(granted(1, 1))
            .then_nothing();
        given(asked_for_stock()).when(granted(7, 1)).then_nothing();
        given([]).when(granted(1, 1)).then_nothing();
    }

    #[test]
    fn a_grant_during_the_release_leaves_the_release_pending() {
        let history = [asked_for_stock(), vec![undo_started(), release_requested(1)]].concat();
        given(history.clone()).when(granted(1, 1)).then([granted_event(1, 1)]);
        given([history, vec![granted_event(1, 1)]].concat())
            .when(of_stock(1, 2, A::StockReleased))
            .then([stock_answer(1, 2, A::StockReleased), ended_undone()]);
    }

    #[test]
    fn a_busy_payment_is_asked_again_and_not_given_up() {
        let busy = given(capturing()).when(of_payment(2, A::PaymentRequestRefused, None)).events();
        assert_eq!(busy.len(), 1, "{busy:?}");
        let again = given([capturing(), busy].concat()).when(wake(90)).events();
        let is_second =
            |event: &OrderSagaEvent| matches!(event, OrderSagaEvent::CaptureRequested(one) if one.attempt == 2);
        assert!(again.iter().any(is_second), "{again:?}");
    }

    #[test]
    fn a_capture_during_the_void_is_refunded() {
        let history = [capturing(), vec![undo_started(), void_requested(1)]].concat();
        given(history)
            .when(of_payment(2, A::PaymentCaptured, Some(TOTAL)))
            .then([payment_answer(2, A::PaymentCaptured, Some(TOTAL)), refund_requested(1)]);
    }
}
