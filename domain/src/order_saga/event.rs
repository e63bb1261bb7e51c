//! The events of an order's saga, as they are stored and as they are published. Released schemas change only through an upcaster.
//!
//! An event that asks another participant for something is the request: its id is the request's, and [`requests`](super::requests)
//! says what it asks.

use serde::{Deserialize, Serialize};

use crate::contract::declare_events;
use crate::reservation::RequestedLine;
use crate::{
    CustomerId, FulfilmentId, LocationId, Money, Operator, OrderId, PaymentId, Reason, ReservationId, TenantId,
    Timestamp,
};

use super::answer::AnswerKind;
use super::asked::Asked;
use super::policy::SagaPolicy;
use super::routing::{Considered, RoutedShare};
use super::screening::{ScreeningReason, Signals};
use super::task::{TaskDecision, TaskKind};
use crate::order::{HoldKind, ScreeningOutcome};
use crate::upcast::Upcaster;

declare_events! {
    kind "order_saga" stream order_id: OrderId namespace "orders.order_saga.v1";
    /// An event of an order's saga.
    stored OrderSagaEvent upcasters [UNDO_BY];
    /// A record of the saga topic.
    public PublicEvent;

    /// The order was placed, and the saga begins to fulfil it.
    SagaStarted "1.0" [
        order: OrderId,
        tenant: TenantId,
        customer: Option<CustomerId>,
        policy: SagaPolicy,
        signals: Signals,
    ] {
        /// The version of the flow that drives it to its end.
        flow: u32,
        lines: Vec<RequestedLine>,
        total: Money,
    }
    says |event| format!("Fulfilment of {} lines for {} began", event.lines.len(), event.total);

    /// Stock is asked for, at one location.
    StockRequested "1.0" {
        reservation: ReservationId,
        location: LocationId,
        lines: Vec<RequestedLine>,
        hold_for_s: u32,
        /// From 1; a further one follows where no answer came.
        attempt: u32,
        /// When the answer is overdue.
        due: Timestamp,
    }
    says |event| format!("Stock asked for at {}", event.location);

    /// A reservation is to be kept for longer.
    StockRenewalRequested "1.0" {
        reservation: ReservationId,
        hold_for_s: u32,
        attempt: u32,
        due: Timestamp,
    }
    says |_event| "Reservation to be renewed".to_owned();

    /// A reservation is to be given back.
    StockReleaseRequested "1.0" {
        reservation: ReservationId,
        attempt: u32,
        due: Timestamp,
    }
    says |_event| "Reservation to be released".to_owned();

    /// Reserved pieces have left, and are to be taken out of stock.
    StockShipmentRequested "1.0" {
        reservation: ReservationId,
        lines: Vec<RequestedLine>,
        attempt: u32,
        due: Timestamp,
    }
    says |_event| "Shipped pieces to be taken out of stock".to_owned();

    /// The order's total is to be authorised.
    AuthorizationRequested "1.0" [
        customer: Option<CustomerId>,
    ] {
        payment: PaymentId,
        amount: Money,
        attempt: u32,
        due: Timestamp,
    }
    says |event| format!("Payment of {} asked for", event.amount);

    /// What was authorised is to be captured.
    CaptureRequested "1.0" {
        payment: PaymentId,
        /// In all, with what was captured before.
        amount: Money,
        attempt: u32,
        due: Timestamp,
    }
    says |event| format!("Capture of {} asked for", event.amount);

    /// An authorisation is to be given up.
    VoidRequested "1.0" {
        payment: PaymentId,
        attempt: u32,
        due: Timestamp,
    }
    says |_event| "Payment to be voided".to_owned();

    /// What was captured is to be given back.
    RefundRequested "1.0" {
        payment: PaymentId,
        /// In all, with what was refunded before.
        amount: Money,
        attempt: u32,
        due: Timestamp,
    }
    says |event| format!("Refund of {} asked for", event.amount);

    /// A location is asked to pack and ship.
    FulfilmentRequested "1.0" {
        fulfilment: FulfilmentId,
        reservation: ReservationId,
        location: LocationId,
        lines: Vec<RequestedLine>,
        attempt: u32,
        due: Timestamp,
    }
    says |event| format!("{} asked to fulfil", event.location);

    /// The order is paid, so its goods may be shipped.
    FulfilmentReleaseRequested "1.0" {
        fulfilment: FulfilmentId,
        attempt: u32,
        due: Timestamp,
    }
    says |_event| "Cleared for shipping".to_owned();

    /// A location is asked to stop.
    FulfilmentCancelRequested "1.0" {
        fulfilment: FulfilmentId,
        attempt: u32,
        due: Timestamp,
    }
    says |_event| "Fulfilment to be stopped".to_owned();

    /// Another participant has answered, or told what happened there.
    AnswerReceived "1.0" {
        answer: AnswerKind,
        /// The stream that answers: a reservation, a payment or a fulfilment, as `answer` says.
        reservation: Option<ReservationId>,
        payment: Option<PaymentId>,
        fulfilment: Option<FulfilmentId>,
        /// The answer's version in its stream. Versions up to it are known from now on.
        answer_version: u32,
        /// Until when stock is reserved, of a grant and a renewal.
        expires_at: Option<Timestamp>,
        /// The sum so far of what was authorised, captured or refunded.
        amount: Option<Money>,
        /// Where the answer is a failure that is tried again: when.
        retry_at: Option<Timestamp>,
    }
    says |event| format!("Learned: {:?}", event.answer);

    /// The locations were compared that could send the order, or a part of it that no location sends yet.
    RouteChosen "1.0" {
        /// What was to be sent.
        lines: Vec<RequestedLine>,
        /// What each location sends that is asked; empty where none can. Several where no location has everything and the policy lets
        /// the order be split.
        shares: Vec<RoutedShare>,
        /// All of them, in the order of the policy, each with what was known of it and why it was left out.
        candidates: Vec<Considered>,
    }
    says |event| match &event.shares[..] {
        [] => "No location can send it".to_owned(),
        [share] => format!("Routed to {}", share.location),
        shares => format!("Split among {}", joined(shares.iter().map(|share| share.location.as_str()))),
    };

    /// There is no stock at any location. It is looked for again until the order is given up.
    StockAwaited "1.0" {
        next_try: Timestamp,
        until: Timestamp,
    }
    says |_event| "Waiting for stock".to_owned();

    /// The order was screened for fraud.
    OrderScreened "1.0" {
        outcome: ScreeningOutcome,
        points: u32,
        reasons: Vec<ScreeningReason>,
    }
    says |event| format!("Screened: {:?} with {} points", event.outcome, event.points);

    /// Stock and payment are there: the order can be fulfilled.
    OrderReady "1.0" {}
    says |_event| "Stock and payment are there".to_owned();

    /// The order is not to be fulfilled any more. What was asked for is undone from here on.
    UndoStarted "1.1" {
        cause: UndoCause,
        /// Who decided it; `None` where nobody did, or the order's own history says so.
        by: Option<Operator>,
    }
    says |event| format!("Undone because of {:?}", event.cause);

    /// A person is needed.
    TaskOpened "1.0" {
        task: TaskKind,
        deadline: Timestamp,
    }
    says |event| format!("Task {:?} opened", event.task);

    /// Somebody has taken the task, or given it to somebody.
    TaskAssigned "1.0" {
        assignee: Operator,
        by: Operator,
    }
    says |_event| "Task assigned".to_owned();

    /// The task was not decided by its deadline.
    TaskEscalated "1.0" {
        task: TaskKind,
        /// `None` where it is not escalated again.
        deadline: Option<Timestamp>,
    }
    says |event| format!("Task {:?} escalated", event.task);

    /// The task is not needed any more: what it was about has come, or does not matter now.
    TaskWithdrawn "1.0" {
        task: TaskKind,
    }
    says |event| format!("Task {:?} withdrawn", event.task);

    /// The task is decided.
    TaskDecided "1.0" {
        task: TaskKind,
        decision: TaskDecision,
        note: Option<Reason>,
        by: Operator,
    }
    says |event| format!("Task {:?} decided: {:?}", event.task, event.decision);

    /// An operator wants pending requests to be asked again at once.
    RetryOrdered "1.0" {
        by: Operator,
    }
    says |_event| "Asked again by hand".to_owned();

    /// An operator has decided that an answer is waited for no longer.
    StepSkipped "1.0" {
        step: Asked,
        reason: Reason,
        by: Operator,
    }
    says |event| format!("Step {:?} skipped by hand", event.step);

    /// The order was held. None of it may be shipped from here on.
    HoldPlaced "1.0" {
        hold: HoldKind,
    }
    says |event| format!("Held: {:?}", event.hold);

    /// A hold of the order was released.
    HoldLifted "1.0" {
        hold: HoldKind,
    }
    says |event| format!("Hold released: {:?}", event.hold);

    /// An operator wants goods that have not left to be sent otherwise: by another location, by several, or together.
    RearrangementOrdered "1.0" {
        /// The fulfilments that send them now. They are stopped first.
        fulfilments: Vec<FulfilmentId>,
        /// What is to be sent from where instead.
        shares: Vec<RoutedShare>,
        by: Operator,
    }
    says |event| format!("To be sent from {}", joined(event.shares.iter().map(|share| share.location.as_str())));

    /// The fulfilments are stopped and their stock is given back: the goods are sent as it was ordered.
    SharesRearranged "1.0" {}
    says |_event| "Sent otherwise from here on".to_owned();

    /// Goods had left before they could be stopped, so that all is sent as it was.
    RearrangementDropped "1.0" {}
    says |_event| "Not sent otherwise: goods had left".to_owned();

    /// A location is asked to ship nothing for now.
    FulfilmentHoldRequested "1.0" {
        fulfilment: FulfilmentId,
        attempt: u32,
        due: Timestamp,
    }
    says |_event| "Not to be shipped for now".to_owned();

    /// The saga has come to its end.
    SagaEnded "1.0" {
        outcome: SagaOutcome,
    }
    says |event| format!("Ended: {:?}", event.outcome);
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// In 1.0 it did not say who began it.
const UNDO_BY: Upcaster = Upcaster { event_type: "UndoStarted", from: "1.0", to: "1.1", lift: Ok };

/// Why an order is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UndoCause {
    /// The order was cancelled.
    Cancelled,
    /// There was no stock for as long as it was waited for.
    OutOfStock,
    /// The screening, or the person who reviewed it, rejects it.
    Fraud,
    /// Nobody reviewed it in time.
    ReviewTimedOut,
    /// The payment was declined too often.
    PaymentDeclined,
    /// The customer did not pay in time.
    PaymentTimedOut,
    /// The authorised money could not be captured.
    PaymentFailed,
    /// A person decided it.
    Operator,
}

/// How a saga ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SagaOutcome {
    /// All was delivered.
    Completed,
    /// All that was asked for is undone.
    Undone,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upcast;

    #[test]
    fn an_undo_of_the_first_version_was_begun_by_nobody_in_particular() {
        let stored = r#"{"UndoStarted":{"cause":"OPERATOR","at":"2026-06-01T12:00:00Z"}}"#;
        let read: OrderSagaEvent = upcast::decode("UndoStarted", "1.0", stored).unwrap();
        let OrderSagaEvent::UndoStarted(undo) = read else { panic!("{read:?}") };
        assert_eq!((undo.cause, undo.by), (UndoCause::Operator, None));
    }
}
