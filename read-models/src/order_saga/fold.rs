//! Folding public events to a saga, as a pure function.
//!
//! Guarantees: exhaustive over the contract; what an event of a valid history says is never refused. Does not: decide what follows, or
//! know what became of each part; the saga itself does.

use domain::Operator;
use domain::contract::{Position, PublicEvents};
use domain::order_saga::contract::{
    AnswerKind, PublicEvent, Published, SagaStarted, TaskDecided, TaskDecision, TaskKind, UndoCause,
};
use serde::Serialize;

use super::pending::request;
use super::view::{SagaState, SagaView};
use crate::fold::{Checked, FoldError, recorded_at};

/// Folds the next event of a saga. `view` is `None` before the first.
///
/// # Errors
/// [`FoldError`]; the event then changes nothing.
pub fn fold(view: Option<SagaView>, record: &Published) -> Result<SagaView, FoldError> {
    let checked = Checked::new(&record.event);
    checked.follows(view.as_ref().map_or(0, |view| view.version))?;
    checked.no_nul(record)?;
    for (field, text) in texts(&record.event) {
        checked.text_without_nul(field, text)?;
    }
    let changed_at = checked.moment("at", record.event.at())?;
    let view = match (view, &record.event) {
        (None, PublicEvent::SagaStarted(event)) => begin(event, &checked)?,
        (None, _) => return Err(checked.unexpected(None)),
        (Some(view), event) => {
            checked.same("order_id", &view.order_id.to_string(), event.stream_id())?;
            step(view, &checked)?
        }
    };
    let Position { shard, position } = record.position;
    let (version, updated_at) = (record.event.version(), recorded_at(record));
    Ok(SagaView { version, changed_at, updated_at, shard, position, ..view })
}

/// The texts of an event that are free.
fn texts(event: &PublicEvent) -> Vec<(&'static str, &str)> {
    use PublicEvent as E;
    match event {
        E::StockRequested(event) => vec![("location", &event.location)],
        E::FulfilmentRequested(event) => vec![("location", &event.location)],
        E::TaskAssigned(event) => vec![("by", &event.by)],
        E::TaskDecided(event) => vec![("note", event.note.as_deref().unwrap_or_default()), ("by", &event.by)],
        E::RetryOrdered(event) => vec![("by", &event.by)],
        E::UndoStarted(event) => vec![("by", event.by.as_deref().unwrap_or_default())],
        E::StepSkipped(event) => vec![("reason", &event.reason), ("by", &event.by)],
        E::ForeignEvent(event) => vec![
            ("event_type", &event.event_type),
            ("event_version", &event.event_version),
            ("body", event.body.as_deref().unwrap_or_default()),
        ],
        _ => Vec::new(),
    }
}

fn begin(event: &SagaStarted, checked: &Checked<'_, PublicEvent>) -> Result<SagaView, FoldError> {
    Ok(SagaView {
        order_id: checked.uuid("order_id", &event.order_id)?,
        tenant: checked.tenant()?,
        flow: event.flow,
        started_at: checked.moment("at", event.at)?,
        ..SagaView::default()
    })
}

fn step(mut view: SagaView, checked: &Checked<'_, PublicEvent>) -> Result<SagaView, FoldError> {
    use PublicEvent as E;
    if checked.event.is_foreign() {
        return Ok(view);
    }
    checked.same("tenant", &view.tenant, checked.event.tenant())?;
    if let Some(request) = request(checked)? {
        view.pending.ask(request);
        return Ok(view);
    }
    let at = checked.moment("at", checked.event.at())?;
    match checked.event {
        E::AnswerReceived(event) => {
            view.pending.answer(event, checked)?;
            if matches!(event.answer, AnswerKind::StockGranted | AnswerKind::FulfilmentShipped) {
                view.stock_awaited_until = None;
            }
        }
        E::StockAwaited(event) => view.stock_awaited_until = Some(checked.moment("until", event.until)?),
        E::RouteChosen(_)
        | E::OrderScreened(_)
        | E::OrderReady(_)
        | E::HoldPlaced(_)
        | E::HoldLifted(_)
        | E::RearrangementOrdered(_)
        | E::SharesRearranged(_)
        | E::RearrangementDropped(_) => {}
        E::UndoStarted(event) => undo(&mut view, Some(event.cause)),
        E::TaskOpened(event) => {
            let deadline = Some(checked.moment("deadline", event.deadline)?);
            view = SagaView {
                task: Some(symbol(&event.task)),
                task_opened_at: Some(at),
                task_deadline: deadline,
                ..without_task(view)
            };
        }
        E::TaskAssigned(event) if view.task.is_some() => {
            view.task_assignee = Some(checked.text("assignee", &event.assignee, |text| Operator::try_new(text))?);
        }
        E::TaskEscalated(event) if view.task.is_some() => {
            view.task_deadline = event.deadline.map(|at| checked.moment("deadline", at)).transpose()?;
            view.task_escalations += 1;
        }
        E::TaskWithdrawn(_) => view = without_task(view),
        E::TaskDecided(event) => {
            view = without_task(view);
            decided(&mut view, event);
            if (event.task, event.decision) == (TaskKind::NotFulfillable, TaskDecision::Continue) {
                view.stock_awaited_until = None;
            }
            if event.decision == TaskDecision::Continue {
                view.pending.ask_at_once(at);
            }
        }
        E::RetryOrdered(_) => view.pending.ask_at_once(at),
        E::StepSkipped(event) => view.pending.skip(event.step),
        E::SagaEnded(event) if view.state != SagaState::Ended => {
            let outcome = Some(symbol(&event.outcome));
            view = SagaView { state: SagaState::Ended, outcome, ..without_task(view) };
        }
        _ => return Err(checked.unexpected(Some(view.state.as_str()))),
    }
    Ok(view)
}

fn without_task(view: SagaView) -> SagaView {
    SagaView { task: None, task_opened_at: None, task_deadline: None, task_assignee: None, task_escalations: 0, ..view }
}

/// The order is to be undone for a cause or, `None`, is to be fulfilled again. A saga that has ended stays so.
fn undo(view: &mut SagaView, cause: Option<UndoCause>) {
    view.undo_cause = cause.as_ref().map(symbol);
    if cause.is_some() {
        view.stock_awaited_until = None;
    }
    view.state = match (view.state, cause) {
        (SagaState::Ended, _) => SagaState::Ended,
        (_, Some(_)) => SagaState::Undoing,
        (_, None) => SagaState::Running,
    };
}

fn decided(view: &mut SagaView, event: &TaskDecided) {
    match (event.decision, event.task) {
        // What is being undone already keeps its cause.
        (TaskDecision::Undo, _) if view.undo_cause.is_some() => {}
        (TaskDecision::Undo, TaskKind::Review) => undo(view, Some(UndoCause::Fraud)),
        (TaskDecision::Undo, _) => undo(view, Some(UndoCause::Operator)),
        // The goods are the customer's, so the order goes on to its delivery.
        (TaskDecision::Continue, TaskKind::ShippedMeanwhile) => undo(view, None),
        (TaskDecision::Approve | TaskDecision::Continue | TaskDecision::SendAgain | TaskDecision::Unknown, _) => {}
    }
}

/// A symbol of the contract as its text.
fn symbol(symbol: &impl Serialize) -> String {
    let text = serde_json::to_value(symbol).expect("a symbol is plain data");
    text.as_str().expect("a symbol is a text").to_owned()
}
