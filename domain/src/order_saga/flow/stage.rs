//! The stages of a flow.

use super::super::event::OrderSagaEvent;
use super::super::task::TaskKind;
use super::overdue::{Asking, open};

/// What a stage of the flow says.
pub(super) enum Stage {
    /// It is done; the next one follows.
    Done,
    /// Something has to happen first.
    Wait,
    /// The next event.
    Next(Box<OrderSagaEvent>),
}

impl Stage {
    pub(super) fn next(event: OrderSagaEvent) -> Self {
        Self::Next(Box::new(event))
    }
}

impl Asking<'_> {
    /// Opens a task, or waits for the one that is open.
    pub(super) fn task(&self, task: TaskKind) -> Stage {
        if self.saga.task.is_some() { Stage::Wait } else { Stage::next(open(self.saga, task, self.at)) }
    }
}
