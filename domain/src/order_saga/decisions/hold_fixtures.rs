//! Events and commands of sagas whose order is held.

use super::fixtures::*;
use crate::FulfilmentId;
use crate::order::HoldKind;
use crate::order_saga::*;

pub(in crate::order_saga) fn hold(hold: HoldKind) -> OrderSagaCommand {
    HoldSaga { hold, at: AT }.into()
}

pub(in crate::order_saga) fn lift(hold: HoldKind) -> OrderSagaCommand {
    ReleaseSaga { hold, at: AT }.into()
}

pub(in crate::order_saga) fn hold_placed(hold: HoldKind) -> OrderSagaEvent {
    OrderSagaEvent::HoldPlaced(HoldPlaced { hold, at: AT })
}

pub(in crate::order_saga) fn hold_lifted(hold: HoldKind) -> OrderSagaEvent {
    OrderSagaEvent::HoldLifted(HoldLifted { hold, at: AT })
}

pub(in crate::order_saga) fn hold_requested() -> OrderSagaEvent {
    let fulfilment = FulfilmentId::of(order(), 1);
    OrderSagaEvent::FulfilmentHoldRequested(FulfilmentHoldRequested { fulfilment, attempt: 1, due: due(1, AT), at: AT })
}

pub(in crate::order_saga) fn fulfilment_release_requested() -> OrderSagaEvent {
    let (fulfilment, due) = (FulfilmentId::of(order(), 1), due(1, AT));
    OrderSagaEvent::FulfilmentReleaseRequested(FulfilmentReleaseRequested { fulfilment, attempt: 1, due, at: AT })
}

pub(in crate::order_saga) fn of_fulfilment(version: u32, kind: AnswerKind) -> OrderSagaCommand {
    answer(Part::Fulfilment(FulfilmentId::of(order(), 1)), version, kind, None).into()
}

pub(in crate::order_saga) fn fulfilment_answer(version: u32, kind: AnswerKind) -> OrderSagaEvent {
    answer_event(answer(Part::Fulfilment(FulfilmentId::of(order(), 1)), version, kind, None))
}

/// A paid order whose stock is held for long, and whose location is asked.
pub(in crate::order_saga) fn fulfilling() -> Vec<OrderSagaEvent> {
    let captured = payment_answer(2, AnswerKind::PaymentCaptured, Some(TOTAL));
    [capturing(), vec![stock_answer(1, 2, AnswerKind::StockRenewed), captured, fulfilment_requested(1)]].concat()
}

/// The same, held before.
pub(in crate::order_saga) fn held_before_fulfilment() -> Vec<OrderSagaEvent> {
    [fulfilling(), vec![hold_placed(HoldKind::Manual)]].concat()
}

/// A paid order whose location has accepted it and is told that it may ship.
pub(in crate::order_saga) fn releasing() -> Vec<OrderSagaEvent> {
    let accepted = [AnswerKind::FulfilmentRequested, AnswerKind::FulfilmentAccepted];
    let answers = accepted.into_iter().zip(1..).map(|(kind, version)| fulfilment_answer(version, kind)).collect();
    [fulfilling(), answers, vec![fulfilment_release_requested()]].concat()
}

/// A paid order that may be shipped.
pub(in crate::order_saga) fn released() -> Vec<OrderSagaEvent> {
    [releasing(), vec![fulfilment_answer(3, AnswerKind::FulfilmentReleased)]].concat()
}
