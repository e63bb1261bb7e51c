//! Requests without an answer, and tasks without a decision: the same in every version of the flow.

use crate::Timestamp;

use super::super::AuthorizationRequested;
use super::super::asked::Asked;
use super::super::event::{
    CaptureRequested, FulfilmentCancelRequested, FulfilmentHoldRequested, FulfilmentReleaseRequested,
    FulfilmentRequested, OrderSagaEvent, RefundRequested, StockReleaseRequested, StockRenewalRequested, StockRequested,
    StockShipmentRequested, TaskEscalated, TaskOpened, TaskWithdrawn, UndoCause, UndoStarted, VoidRequested,
};
use super::super::policy::after;
use super::super::routing::Candidate;
use super::super::state::{Ask, FulfilmentPart, FulfilmentStatus, Goal, PaymentPart, ReservationPart, Saga};
use super::super::task::TaskKind;
use super::Due;

/// How often a task is escalated.
const ESCALATIONS_MAX: u32 = 2;

/// When a pending request or the open task is due.
pub(super) fn deadlines(saga: &Saga) -> impl Iterator<Item = (Due, Timestamp)> {
    let task = saga.task.as_ref().and_then(|task| Some((Due::Task(task.kind), task.deadline?)));
    saga.asks().map(|ask| (Due::Answer(ask.asked), ask.due)).chain(task)
}

/// The request to repeat, or the task to open or escalate.
pub(super) fn next(saga: &Saga, at: Timestamp) -> Option<OrderSagaEvent> {
    task(saga, at).or_else(|| repeated(saga, at))
}

/// The events of a saga that asks and asks again.
pub(super) struct Asking<'a> {
    pub(super) saga: &'a Saga,
    pub(super) at: Timestamp,
    /// The locations that could send the order, where they are known at the moment.
    pub(super) candidates: Option<&'a [Candidate]>,
}

fn task(saga: &Saga, at: Timestamp) -> Option<OrderSagaEvent> {
    let Some(task) = &saga.task else {
        let stuck = stuck(saga).find(|ask| ask.due <= at)?;
        return Some(open(saga, task_of(stuck), at));
    };
    if !is_needed(saga, task.kind) {
        return Some(OrderSagaEvent::TaskWithdrawn(TaskWithdrawn { task: task.kind, at }));
    }
    let deadline = task.deadline.filter(|deadline| *deadline <= at)?;
    let is_review = task.kind == TaskKind::Review;
    if is_review && task.escalations > 0 {
        return Some(OrderSagaEvent::UndoStarted(UndoStarted { cause: UndoCause::ReviewTimedOut, by: None, at }));
    }
    let goes_on = is_review || task.escalations + 1 < ESCALATIONS_MAX;
    let next = goes_on.then(|| after(deadline.max(at), saga.policy.task_s.max(1)));
    Some(OrderSagaEvent::TaskEscalated(TaskEscalated { task: task.kind, deadline: next, at }))
}

/// Requests that were asked so often without an answer that people have to know.
fn stuck(saga: &Saga) -> impl Iterator<Item = Ask> {
    saga.asks().filter(|ask| ask.attempt >= saga.policy.asks_max)
}

const fn task_of(stuck: Ask) -> TaskKind {
    if stuck.asked.undoes() { TaskKind::CompensationFailed } else { TaskKind::NoAnswer }
}

/// Whether what a task is about is still so.
fn is_needed(saga: &Saga, task: TaskKind) -> bool {
    let is_forward = saga.goal == Goal::Fulfil;
    let is_any = |status| saga.current_fulfilments().any(|part| part.status == status);
    match task {
        TaskKind::NoAnswer | TaskKind::CompensationFailed => stuck(saga).any(|ask| task_of(ask) == task),
        TaskKind::Review | TaskKind::NotFulfillable => is_forward,
        TaskKind::Lost => is_forward && is_any(FulfilmentStatus::Lost),
        TaskKind::ShippedMeanwhile => !is_forward,
        TaskKind::NotAccepted => is_forward && is_any(FulfilmentStatus::Unknown),
        TaskKind::NotPacked => is_forward && is_any(FulfilmentStatus::Accepted),
        TaskKind::NotShipped => is_forward && !saga.is_held() && is_any(FulfilmentStatus::Packed),
        TaskKind::NotDelivered => is_forward && is_any(FulfilmentStatus::Shipped),
        TaskKind::StockNotShipped | TaskKind::Disputed => true,
    }
}

/// A new task with its first deadline.
pub(super) fn open(saga: &Saga, task: TaskKind, at: Timestamp) -> OrderSagaEvent {
    OrderSagaEvent::TaskOpened(TaskOpened { task, deadline: after(at, saga.policy.task_s), at })
}

fn repeated(saga: &Saga, at: Timestamp) -> Option<OrderSagaEvent> {
    let is_due = |ask: &Option<Ask>| ask.filter(|ask| ask.due <= at);
    let asking = Asking { saga, at, candidates: None };
    let reservation = saga.reservations.iter().find_map(|part| Some((part, is_due(&part.ask)?)));
    if let Some((part, ask)) = reservation {
        return asking.of_stock(part, ask.asked, ask.attempt + 1);
    }
    if let Some((part, ask)) = saga.payments.iter().find_map(|part| Some((part, is_due(&part.ask)?))) {
        return asking.of_payment(part, ask.asked, ask.attempt + 1);
    }
    let (part, ask) = saga.fulfilments.iter().find_map(|part| Some((part, is_due(&part.ask)?)))?;
    asking.of_fulfilment(part, ask.asked, ask.attempt + 1)
}

impl Asking<'_> {
    pub(super) fn due(&self, attempt: u32) -> Timestamp {
        self.saga.policy.due(self.at, attempt, self.saga.order.uuid().as_u128())
    }

    /// A request to a reservation. `None` for a request of another participant.
    pub(super) fn of_stock(&self, part: &ReservationPart, asked: Asked, attempt: u32) -> Option<OrderSagaEvent> {
        let (reservation, hold_for_s, at, due) = (part.id, part.hold_for_s, self.at, self.due(attempt));
        let lines = || self.saga.shares.get(part.share).map(|share| share.lines.clone());
        Some(match asked {
            Asked::Reserve => {
                let location = part.location.clone();
                let lines = lines()?;
                StockRequested { reservation, location, lines, hold_for_s, attempt, due, at }.into()
            }
            Asked::Renew => StockRenewalRequested { reservation, hold_for_s, attempt, due, at }.into(),
            Asked::Release => StockReleaseRequested { reservation, attempt, due, at }.into(),
            Asked::ShipStock => {
                let lines = lines()?;
                StockShipmentRequested { reservation, lines, attempt, due, at }.into()
            }
            _ => return None,
        })
    }

    /// A request to a payment. `None` for a request of another participant.
    pub(super) fn of_payment(&self, part: &PaymentPart, asked: Asked, attempt: u32) -> Option<OrderSagaEvent> {
        let (payment, at, due) = (part.id, self.at, self.due(attempt));
        let amount = self.saga.total;
        Some(match asked {
            Asked::Authorize => {
                let customer = self.saga.customer.clone();
                AuthorizationRequested { customer, payment, amount, attempt, due, at }.into()
            }
            Asked::Capture => CaptureRequested { payment, amount, attempt, due, at }.into(),
            Asked::Void => VoidRequested { payment, attempt, due, at }.into(),
            Asked::Refund => RefundRequested { payment, amount: part.captured, attempt, due, at }.into(),
            _ => return None,
        })
    }

    /// A request to a fulfilment. `None` for a request of another participant.
    pub(super) fn of_fulfilment(&self, part: &FulfilmentPart, asked: Asked, attempt: u32) -> Option<OrderSagaEvent> {
        let (fulfilment, at, due) = (part.id, self.at, self.due(attempt));
        Some(match asked {
            Asked::Fulfil => {
                let behind = self.saga.reservation_behind(part)?;
                let lines = self.saga.shares.get(behind.share)?.lines.clone();
                let (reservation, location) = (behind.id, behind.location.clone());
                FulfilmentRequested { fulfilment, reservation, location, lines, attempt, due, at }.into()
            }
            Asked::ReleaseFulfilment => FulfilmentReleaseRequested { fulfilment, attempt, due, at }.into(),
            Asked::CancelFulfilment => FulfilmentCancelRequested { fulfilment, attempt, due, at }.into(),
            Asked::HoldFulfilment => FulfilmentHoldRequested { fulfilment, attempt, due, at }.into(),
            _ => return None,
        })
    }
}

macro_rules! into_event {
    ($($event:ident),* $(,)?) => {
        $(impl From<$event> for OrderSagaEvent {
            fn from(event: $event) -> Self {
                Self::$event(event)
            }
        })*
    };
}

into_event!(
    AuthorizationRequested,
    CaptureRequested,
    FulfilmentCancelRequested,
    FulfilmentHoldRequested,
    FulfilmentReleaseRequested,
    FulfilmentRequested,
    RefundRequested,
    StockReleaseRequested,
    StockRenewalRequested,
    StockRequested,
    StockShipmentRequested,
    VoidRequested,
);
