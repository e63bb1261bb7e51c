//! What a saga's events mean for its order, which is decided in the same unit of work.

use crate::order::{
    CancelOrder, CancelReason, CompleteOrder, ConfirmOrder, HoldKind, HoldOrder, OrderCommand, OrderFact, OrderState,
    Progress, RecordFact, RejectOrder, RejectionReason, ReleaseHold, ScreeningOutcome, SkuPieces,
};
use crate::reservation::RequestedLine;
use crate::{Pieces, Reason, Timestamp};

use super::answer::AnswerKind;
use super::event::{OrderSagaEvent, OrderScreened, SagaOutcome, UndoCause};
use super::screening::ScreeningReason;
use super::state::{Goal, Saga};
use super::task::{TaskDecision, TaskKind};

/// The commands that an event means for the order, given the saga after the decision and the order as it is. The order is asked for only
/// where they depend on it, so that it is not read again for the others.
///
/// An order that has ended, such as one that was cancelled while its saga was undoing it, records facts and nothing else. A hold that is
/// there already, and one that is not there any more, are no event of the order's.
pub fn order_commands<'o>(
    saga: &Saga,
    order: impl Fn() -> &'o OrderState,
    event: &OrderSagaEvent,
) -> Vec<OrderCommand> {
    let mut commands = facts(event);
    commands.extend(consequences(saga, &order, event).filter(|_| order().is_open()));
    commands
}

fn facts(event: &OrderSagaEvent) -> Vec<OrderCommand> {
    let (fact, at) = match event {
        OrderSagaEvent::OrderScreened(event) => (screened(event), event.at),
        OrderSagaEvent::FulfilmentRequested(event) if event.attempt == 1 => {
            let fact = OrderFact::FulfilmentPlanned {
                fulfilment: event.fulfilment,
                reservation: event.reservation,
                location: event.location.clone(),
                lines: pieces(&event.lines),
            };
            (fact, event.at)
        }
        _ => return vec![],
    };
    vec![RecordFact { fact, at }.into()]
}

fn consequences<'o>(saga: &Saga, order: &impl Fn() -> &'o OrderState, event: &OrderSagaEvent) -> Option<OrderCommand> {
    let hold = |hold, at| Some(HoldOrder { hold, note: None, at }.into());
    let release = |hold, at| Some(ReleaseHold { hold, at }.into());
    match event {
        OrderSagaEvent::StockAwaited(event) => hold(HoldKind::Stock, event.at),
        OrderSagaEvent::AnswerReceived(event) if event.answer == AnswerKind::StockGranted => {
            release(HoldKind::Stock, event.at)
        }
        // The saga waits for stock no longer. A hold that people have put there stays.
        OrderSagaEvent::AnswerReceived(event)
            if event.answer == AnswerKind::FulfilmentShipped
                && saga.stock_wait.is_none()
                && !saga.holds.contains(&HoldKind::Stock) =>
        {
            release(HoldKind::Stock, event.at)
        }
        OrderSagaEvent::OrderScreened(event) if event.outcome == ScreeningOutcome::Review => {
            hold(HoldKind::Fraud, event.at)
        }
        OrderSagaEvent::TaskDecided(event) => match (event.task, event.decision) {
            (TaskKind::Review, TaskDecision::Approve) => release(HoldKind::Fraud, event.at),
            (TaskKind::NotFulfillable, TaskDecision::Continue)
                if saga.stock_wait.is_none() && !saga.holds.contains(&HoldKind::Stock) =>
            {
                release(HoldKind::Stock, event.at)
            }
            _ => None,
        },
        OrderSagaEvent::OrderReady(event) => Some(ConfirmOrder { at: event.at }.into()),
        OrderSagaEvent::SagaEnded(event) => match event.outcome {
            SagaOutcome::Completed => Some(CompleteOrder { at: event.at }.into()),
            SagaOutcome::Undone => given_up(saga, order(), event.at),
        },
        _ => None,
    }
}

fn pieces(lines: &[RequestedLine]) -> Vec<SkuPieces> {
    let line =
        |line: &RequestedLine| SkuPieces { sku: line.sku.clone(), quantity: line.quantity, backordered: Pieces::ZERO };
    lines.iter().map(line).collect()
}

fn screened(event: &OrderScreened) -> OrderFact {
    let reasons = event.reasons.iter().map(|reason| words(*reason)).collect();
    OrderFact::FraudScreened { outcome: event.outcome, score: event.points, reasons }
}

fn words(reason: ScreeningReason) -> Reason {
    let text = match reason {
        ScreeningReason::LargeTotal => "large total",
        ScreeningReason::ManyOrders => "many orders within a day",
        ScreeningReason::CountryMismatch => "invoice and goods go to different countries",
        ScreeningReason::DeniedCustomer => "customer on the deny list",
        ScreeningReason::DeniedCountry => "country on the deny list",
    };
    Reason::try_new(text).expect("the text is short and printable")
}

/// How an order ends that is not fulfilled: rejected before it was confirmed, cancelled afterwards. One whose goods have left stays as it
/// is, with its money given back.
fn given_up(saga: &Saga, order: &OrderState, at: Timestamp) -> Option<OrderCommand> {
    let Goal::Undo(cause) = saga.goal else { return None };
    if order.progress().is_some_and(Progress::has_shipped) {
        return None;
    }
    let (rejection, cancellation) = match cause {
        UndoCause::Cancelled => return None,
        UndoCause::OutOfStock => (RejectionReason::Stock, CancelReason::OutOfStock),
        UndoCause::Fraud | UndoCause::ReviewTimedOut => (RejectionReason::Fraud, CancelReason::Staff),
        UndoCause::PaymentDeclined | UndoCause::PaymentTimedOut | UndoCause::PaymentFailed => {
            (RejectionReason::Payment, CancelReason::PaymentFailed)
        }
        UndoCause::Operator if saga.undoes_shipped => (RejectionReason::Staff, CancelReason::FulfilmentFailed),
        UndoCause::Operator => (RejectionReason::Staff, CancelReason::Staff),
    };
    Some(match order {
        OrderState::Confirmed(_) => CancelOrder { reason: cancellation, note: None, at }.into(),
        _ => RejectOrder { reason: rejection, note: None, at }.into(),
    })
}
