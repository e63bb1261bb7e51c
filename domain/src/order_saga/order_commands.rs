//! What a saga's events mean for its order, which is decided in the same unit of work.

use crate::order::{
    CancelOrder, CancelReason, CompleteOrder, ConfirmOrder, HoldKind, HoldOrder, OrderCommand, OrderFact, RecordFact,
    RejectOrder, RejectionReason, ReleaseHold, ScreeningOutcome as OrderScreening, SkuPieces,
};
use crate::reservation::RequestedLine;
use crate::{Pieces, Reason, Timestamp};

use super::answer::AnswerKind;
use super::event::{OrderSagaEvent, OrderScreened, SagaOutcome, UndoCause};
use super::screening::{ScreeningOutcome, ScreeningReason};
use super::state::{Goal, Saga};
use super::task::{TaskDecision, TaskKind};

/// The commands that an event means for the order, given the saga before it.
pub fn order_commands(before: &Saga, event: &OrderSagaEvent) -> Vec<OrderCommand> {
    match event {
        OrderSagaEvent::StockAwaited(event) if before.stock_wait.is_none() => {
            vec![HoldOrder { hold: HoldKind::Stock, note: None, at: event.at }.into()]
        }
        OrderSagaEvent::AnswerReceived(event)
            if event.answer == AnswerKind::StockGranted && before.stock_wait.is_some() =>
        {
            vec![ReleaseHold { hold: HoldKind::Stock, at: event.at }.into()]
        }
        OrderSagaEvent::OrderScreened(event) => screened(event),
        OrderSagaEvent::TaskDecided(event)
            if event.task == TaskKind::Review && event.decision == TaskDecision::Approve =>
        {
            vec![ReleaseHold { hold: HoldKind::Fraud, at: event.at }.into()]
        }
        OrderSagaEvent::OrderReady(event) => vec![ConfirmOrder { at: event.at }.into()],
        OrderSagaEvent::FulfilmentRequested(event) if event.attempt == 1 => {
            let fact = OrderFact::FulfilmentPlanned {
                fulfilment: event.fulfilment,
                reservation: event.reservation,
                location: event.location.clone(),
                lines: pieces(&event.lines),
            };
            vec![RecordFact { fact, at: event.at }.into()]
        }
        OrderSagaEvent::SagaEnded(event) => match event.outcome {
            SagaOutcome::Completed => vec![CompleteOrder { at: event.at }.into()],
            SagaOutcome::Undone => given_up(before, event.at).into_iter().collect(),
        },
        _ => vec![],
    }
}

fn pieces(lines: &[RequestedLine]) -> Vec<SkuPieces> {
    let line =
        |line: &RequestedLine| SkuPieces { sku: line.sku.clone(), quantity: line.quantity, backordered: Pieces::ZERO };
    lines.iter().map(line).collect()
}

fn screened(event: &OrderScreened) -> Vec<OrderCommand> {
    let outcome = match event.outcome {
        ScreeningOutcome::Pass => OrderScreening::Pass,
        ScreeningOutcome::Review => OrderScreening::Review,
        ScreeningOutcome::Reject => OrderScreening::Reject,
    };
    let reasons = event.reasons.iter().map(|reason| words(*reason)).collect();
    let fact = OrderFact::FraudScreened { outcome, score: event.points, reasons };
    let mut commands = vec![RecordFact { fact, at: event.at }.into()];
    if event.outcome == ScreeningOutcome::Review {
        commands.push(HoldOrder { hold: HoldKind::Fraud, note: None, at: event.at }.into());
    }
    commands
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

/// How an order ends that is not fulfilled: rejected before it was confirmed, cancelled afterwards. One that was cancelled to begin
/// with is so already.
fn given_up(saga: &Saga, at: Timestamp) -> Option<OrderCommand> {
    let Goal::Undo(cause) = saga.goal else { return None };
    let is_confirmed = saga.ready_at.is_some();
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
    Some(if is_confirmed {
        CancelOrder { reason: cancellation, note: None, at }.into()
    } else {
        RejectOrder { reason: rejection, note: None, at }.into()
    })
}
