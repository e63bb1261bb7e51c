//! What a saga does next: a module for each version of the flow. A saga keeps the version that it began with.

mod overdue;
mod stage;
mod undo;
mod v1;

use crate::Timestamp;

use super::event::OrderSagaEvent;
use super::rejection::OrderSagaRejection;
use super::state::{OrderSagaState, Saga};

/// Most events that follow from one. Each brings the saga a step further, so that this many are never due at once.
const STEPS_MAX: usize = 64;

/// The events with all that follow from them at the moment.
///
/// # Errors
/// [`OrderSagaRejection`] where the state cannot take the events, or this release does not know the saga's flow.
pub(super) fn with_consequences(
    state: &OrderSagaState,
    mut events: Vec<OrderSagaEvent>,
    at: Timestamp,
) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
    let mut after = events.iter().try_fold(state.clone(), super::evolve::evolve)?;
    for _ in 0..STEPS_MAX {
        let Some(saga) = after.saga() else { break };
        let Some(event) = next(saga, at)? else { break };
        after = super::evolve::evolve(after, &event)?;
        events.push(event);
    }
    Ok(events)
}

/// The next event of a saga, if one is due.
fn next(saga: &Saga, at: Timestamp) -> Result<Option<OrderSagaEvent>, OrderSagaRejection> {
    match saga.flow {
        1 => Ok(overdue::next(saga, at).or_else(|| v1::next(saga, at))),
        flow => Err(OrderSagaRejection::UnknownFlow { flow }),
    }
}

/// When something is due next although nothing happens.
pub(super) fn wake_at(saga: &Saga) -> Option<Timestamp> {
    overdue::moments(saga).chain(v1::moments(saga)).min()
}
