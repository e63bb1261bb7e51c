//! The stages of a flow.

use serde::{Deserialize, Serialize};

use super::super::asked::Asked;
use super::super::event::{OrderSagaEvent, UndoCause};
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

/// The names of stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StageName {
    /// Nothing is shipped while something holds the order.
    Hold,
    /// What is to be sent otherwise is stopped.
    Rearrangement,
    /// What takes too long is told, or ends the order.
    Deadlines,
    /// Stock and payments that were replaced are given back.
    Replaced,
    /// Stock is reserved at one location.
    Stock,
    /// The order is screened for fraud.
    Screening,
    /// The customer pays.
    Authorization,
    /// The order is confirmed, and its stock held for longer.
    Ready,
    /// A location packs, and is told when it may ship.
    Fulfilment,
    /// The goods are on their way.
    Delivery,
    /// Locations are asked to stop.
    StopFulfilment,
    /// Payments are voided or refunded.
    GiveMoneyBack,
    /// Reservations are released.
    GiveStockBack,
}

/// A stage as a flow has it: what it does, and all that it may ask for, open or begin.
pub(super) struct Defined {
    pub(super) name: StageName,
    pub(super) run: fn(&Asking<'_>) -> Stage,
    pub(super) asks: &'static [Asked],
    pub(super) opens: &'static [TaskKind],
    pub(super) gives_up: &'static [UndoCause],
}

impl Defined {
    /// Whether an event is one that the stage says it may give.
    pub(super) fn may_give(&self, event: &OrderSagaEvent) -> bool {
        match event {
            OrderSagaEvent::TaskOpened(event) => self.opens.contains(&event.task),
            OrderSagaEvent::UndoStarted(event) => self.gives_up.contains(&event.cause),
            event => event.asked().is_none_or(|asked| self.asks.contains(&asked)),
        }
    }
}

impl Asking<'_> {
    /// Opens a task, or waits for the one that is open.
    pub(super) fn task(&self, task: TaskKind) -> Stage {
        if self.saga.task.is_some() { Stage::Wait } else { Stage::next(open(self.saga, task, self.at)) }
    }

    /// Goes through stages to the first that is not done.
    pub(super) fn through(&self, stages: &[Defined]) -> Stage {
        for stage in stages {
            match (stage.run)(self) {
                Stage::Done => {}
                Stage::Wait => return Stage::Wait,
                Stage::Next(event) => {
                    debug_assert!(stage.may_give(&event), "{:?} does not say that it gives {event:?}", stage.name);
                    return Stage::Next(event);
                }
            }
        }
        Stage::Done
    }
}
