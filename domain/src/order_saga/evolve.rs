//! Folding a saga's events. Requests and answers are in [`asked`] and [`answered`].

mod answered;
mod asked;

use crate::{StoredEvent, Timestamp, Unfoldable};

use super::event::{OrderSagaEvent, RouteChosen, SagaStarted, StockAwaited, TaskDecided, UndoCause};
use super::routing::RoutedShare;
use super::state::{Destination, FulfilmentStatus, Goal, OrderSagaState, Rearrangement, Route, Saga, Share, StockWait};
use super::task::{Task, TaskDecision, TaskKind};
use crate::order::{HoldKind, ScreeningOutcome};

pub(super) fn evolve(state: OrderSagaState, event: &OrderSagaEvent) -> Result<OrderSagaState, Unfoldable> {
    use OrderSagaState as S;
    match (state, event) {
        (S::Absent, OrderSagaEvent::SagaStarted(event)) => Ok(S::Running(Box::new(begin(event)))),
        (S::Running(mut saga), OrderSagaEvent::SagaEnded(event)) => {
            saga.outcome = Some(event.outcome);
            saga.task = None;
            Ok(S::Ended(saga))
        }
        (S::Running(mut saga), event) => match step(&mut saga, event) {
            Some(()) => Ok(S::Running(saga)),
            None => Err(unfoldable(&S::Running(saga), event)),
        },
        (S::Ended(mut saga), event) => match step(&mut saga, event) {
            Some(()) => Ok(S::Ended(saga)),
            None => Err(unfoldable(&S::Ended(saga), event)),
        },
        (S::Absent, event) => Err(unfoldable(&S::Absent, event)),
    }
}

fn begin(event: &SagaStarted) -> Saga {
    Saga {
        order: event.order,
        tenant: event.tenant.clone(),
        customer: event.customer.clone(),
        lines: event.lines.clone(),
        total: event.total,
        policy: event.policy.clone(),
        signals: event.signals.clone(),
        flow: event.flow,
        started_at: event.at,
        goal: Goal::Fulfil,
        screening: None,
        ready_at: None,
        shares: vec![Share { lines: event.lines.clone(), destination: Destination::Open, is_replaced: false }],
        reservations: Vec::new(),
        payments: Vec::new(),
        fulfilments: Vec::new(),
        stock_wait: None,
        route: None,
        rearrangement: None,
        rejections_forgiven: 0,
        expiries_forgiven: 0,
        undoes_shipped: false,
        holds: Vec::new(),
        task: None,
        outcome: None,
    }
}

/// One more event. `None` where it cannot follow.
fn step(saga: &mut Saga, event: &OrderSagaEvent) -> Option<()> {
    use OrderSagaEvent as E;
    match event {
        E::SagaStarted(_) | E::SagaEnded(_) => return None,
        E::StockRequested(event) => asked::stock(saga, event)?,
        E::StockRenewalRequested(event) => asked::renewal(saga, event)?,
        E::StockReleaseRequested(event) => asked::release(saga, event)?,
        E::StockShipmentRequested(event) => asked::stock_shipment(saga, event)?,
        E::AuthorizationRequested(event) => asked::authorization(saga, event),
        E::CaptureRequested(event) => asked::capture(saga, event)?,
        E::VoidRequested(event) => asked::void(saga, event)?,
        E::RefundRequested(event) => asked::refund(saga, event)?,
        E::FulfilmentRequested(event) => asked::fulfilment(saga, event),
        E::FulfilmentReleaseRequested(event) => asked::fulfilment_release(saga, event)?,
        E::FulfilmentCancelRequested(event) => asked::fulfilment_cancel(saga, event)?,
        E::FulfilmentHoldRequested(event) => asked::fulfilment_hold(saga, event)?,
        E::AnswerReceived(event) => answered::answered(saga, event)?,
        E::RouteChosen(event) => routed(saga, event)?,
        E::StockAwaited(event) => {
            saga.stock_wait = Some(waiting(saga, event));
            saga.shares.iter_mut().for_each(|share| share.destination = Destination::Open);
        }
        E::OrderScreened(event) => saga.screening = Some(event.outcome),
        E::OrderReady(event) => saga.ready_at = Some(event.at),
        E::UndoStarted(event) => undo(saga, event.cause),
        E::TaskOpened(event) => {
            saga.task = Some(Task {
                kind: event.task,
                opened_at: event.at,
                deadline: Some(event.deadline),
                escalations: 0,
                assignee: None,
            });
        }
        E::TaskAssigned(event) => saga.task.as_mut()?.assignee = Some(event.assignee.clone()),
        E::TaskEscalated(event) => {
            let task = saga.task.as_mut()?;
            task.deadline = event.deadline;
            task.escalations += 1;
        }
        E::TaskWithdrawn(_) => saga.task = None,
        E::TaskDecided(event) => decided(saga, event),
        E::RetryOrdered(event) => {
            ask_at_once(saga, event.at);
            if let Some(wait) = &mut saga.stock_wait {
                wait.next_try = wait.next_try.min(event.at);
            }
        }
        E::StepSkipped(event) => answered::skipped(saga, event.step),
        E::HoldPlaced(event) => saga.holds.push(event.hold),
        E::HoldLifted(event) => lift(saga, event.hold, event.at),
        E::RearrangementOrdered(event) => {
            let (fulfilments, shares) = (event.fulfilments.clone(), event.shares.clone());
            saga.rearrangement = Some(Rearrangement { fulfilments, shares });
        }
        E::SharesRearranged(_) => rearrange(saga)?,
        E::RearrangementDropped(_) => saga.rearrangement = None,
    }
    Some(())
}

/// Lines that go to a location.
fn routed_to(share: &RoutedShare) -> Share {
    let destination = Destination::Location(share.location.clone());
    Share { lines: share.lines.clone(), destination, is_replaced: false }
}

/// What was to be sent otherwise is so from here on.
fn rearrange(saga: &mut Saga) -> Option<()> {
    let replaced: Vec<_> = saga.current_shares().filter(|share| saga.is_being_rearranged(*share)).collect();
    replaced.into_iter().for_each(|share| saga.shares[share].is_replaced = true);
    let wanted = saga.rearrangement.take()?;
    saga.shares.extend(wanted.shares.iter().map(routed_to));
    Some(())
}

/// The lines that were routed go to one location, or are divided among several.
fn routed(saga: &mut Saga, event: &RouteChosen) -> Option<()> {
    let place = saga.share_with(&event.lines)?;
    match &event.shares[..] {
        [] => saga.shares[place].destination = Destination::Nowhere,
        [share] => saga.shares[place].destination = Destination::Location(share.location.clone()),
        shares => {
            saga.shares[place].is_replaced = true;
            saga.shares.extend(shares.iter().map(routed_to));
        }
    }
    saga.route = Some(Route { shares: event.shares.clone(), candidates: event.candidates.clone(), at: event.at });
    Some(())
}

/// Another wait is the same one with a later try: what was asked for meanwhile belongs to the tries before.
fn waiting(saga: &Saga, event: &StockAwaited) -> StockWait {
    StockWait { next_try: event.next_try, until: event.until, tried: saga.reservations.len() }
}

/// What is undone waits for no stock, and is not sent otherwise.
fn undo(saga: &mut Saga, cause: UndoCause) {
    saga.goal = Goal::Undo(cause);
    saga.stock_wait = None;
    saga.rearrangement = None;
}

/// A hold is over. What was held has its time from here on.
fn lift(saga: &mut Saga, hold: HoldKind, at: Timestamp) {
    saga.holds.retain(|known| *known != hold);
    if !saga.is_held() {
        saga.fulfilments.iter_mut().for_each(|part| part.since = part.since.max(at));
    }
}

fn decided(saga: &mut Saga, event: &TaskDecided) {
    saga.task = None;
    match event.decision {
        TaskDecision::Approve => {
            saga.screening = Some(ScreeningOutcome::Pass);
            lift(saga, HoldKind::Fraud, event.at);
        }
        TaskDecision::Undo => {
            let cause = if event.task == TaskKind::Review { UndoCause::Fraud } else { UndoCause::Operator };
            // What is being undone already keeps its cause.
            if saga.goal == Goal::Fulfil {
                undo(saga, cause);
            }
            saga.undoes_shipped = true;
        }
        TaskDecision::SendAgain => send_again(saga),
        TaskDecision::Continue => {
            if event.task == TaskKind::ShippedMeanwhile {
                // The goods are the customer's, so the order goes on to its delivery.
                saga.goal = Goal::Fulfil;
            }
            if event.task == TaskKind::NotFulfillable {
                saga.rejections_forgiven = saga.rejections();
                saga.expiries_forgiven = saga.expiries();
                // People have had their time, which is not the customer's who waits for stock.
                saga.stock_wait = None;
            }
            saga.fulfilments.iter_mut().for_each(|part| part.since = event.at);
            ask_at_once(saga, event.at);
        }
    }
}

/// What was lost is sent by shares of its own. The order is paid already.
fn send_again(saga: &mut Saga) {
    let is_lost = |place: &usize| saga.fulfilment_of(*place).is_some_and(|part| part.status == FulfilmentStatus::Lost);
    for place in saga.current_shares().filter(is_lost).collect::<Vec<_>>() {
        saga.shares[place].is_replaced = true;
        let lines = saga.shares[place].lines.clone();
        saga.shares.push(Share { lines, destination: Destination::Open, is_replaced: false });
    }
}

/// Makes every pending request due.
fn ask_at_once(saga: &mut Saga, at: Timestamp) {
    let asks = saga.reservations.iter_mut().map(|part| &mut part.ask);
    let asks = asks.chain(saga.payments.iter_mut().map(|part| &mut part.ask));
    let asks = asks.chain(saga.fulfilments.iter_mut().map(|part| &mut part.ask));
    for ask in asks.flatten() {
        ask.due = at;
        ask.attempt = 0;
    }
}

fn unfoldable(state: &OrderSagaState, event: &OrderSagaEvent) -> Unfoldable {
    Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }
}
