//! What a saga does next: a module for each version of the flow. A saga keeps the version that it began with.

#[cfg(test)]
pub(super) mod course;
mod outline;
mod overdue;
mod stage;
mod undo;
mod v1;

use serde::Serialize;

use crate::Timestamp;

use super::asked::Asked;
use super::event::OrderSagaEvent;
use super::policy::Routing;
use super::rejection::OrderSagaRejection;
use super::routing::Candidate;
use super::state::{OrderSagaState, Saga};
use super::task::TaskKind;

pub use outline::{OutlinedStage, Place, Way, outline, outline_of};
pub use stage::StageName;

/// Most events that follow from one. Each brings the saga a step further, so that this many are never due at once.
const STEPS_MAX: usize = 64;

/// The events with all that follow from them at the moment.
///
/// # Errors
/// [`OrderSagaRejection`] where the state cannot take the events, or this release does not know the saga's flow.
pub(super) fn with_consequences(
    state: &OrderSagaState,
    events: Vec<OrderSagaEvent>,
    at: Timestamp,
) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
    with_consequences_where(state, events, at, None)
}

/// The same where the locations are known that could send the order.
///
/// # Errors
/// The same.
pub(super) fn with_consequences_where(
    state: &OrderSagaState,
    mut events: Vec<OrderSagaEvent>,
    at: Timestamp,
    candidates: Option<&[Candidate]>,
) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
    let mut after = events.iter().try_fold(state.clone(), super::evolve::evolve)?;
    for _ in 0..STEPS_MAX {
        let Some(saga) = after.saga() else { break };
        let Some(event) = next(saga, at, candidates)? else { break };
        after = super::evolve::evolve(after, &event)?;
        events.push(event);
    }
    Ok(events)
}

/// The next event of a saga, if one is due.
fn next(
    saga: &Saga,
    at: Timestamp,
    candidates: Option<&[Candidate]>,
) -> Result<Option<OrderSagaEvent>, OrderSagaRejection> {
    match saga.flow {
        1 => Ok(overdue::next(saga, at).or_else(|| v1::next(saga, at, candidates))),
        flow => Err(OrderSagaRejection::UnknownFlow { flow }),
    }
}

/// Something that is due at a moment although nothing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Due {
    /// A request is asked again.
    Answer(Asked),
    /// The open task is escalated.
    Task(TaskKind),
    /// The reservation is renewed.
    Renewal,
    /// The locations are compared that could send the order.
    Route,
    /// Stock is looked for again.
    StockTry,
    /// The order is given up, since there was no stock.
    StockGivenUp,
    /// The order is given up, since the customer did not pay.
    Payment,
    /// A task tells people of what takes too long.
    Late(TaskKind),
}

impl Saga {
    /// Whether a wake-up at a moment has to bring along the locations that could send the order.
    pub fn wants_route(&self, at: Timestamp) -> bool {
        let is_route = |due: Due| matches!(due, Due::Route | Due::StockTry);
        self.policy.routing == Routing::Best && deadlines(self).any(|(due, due_at)| due_at <= at && is_route(due))
    }
}

/// All that is due, in no order.
pub fn deadlines(saga: &Saga) -> impl Iterator<Item = (Due, Timestamp)> {
    overdue::deadlines(saga).chain(v1::deadlines(saga))
}

/// When something is due next although nothing happens.
pub(super) fn wake_at(saga: &Saga) -> Option<Timestamp> {
    deadlines(saga).map(|(_, at)| at).min()
}
