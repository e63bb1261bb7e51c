//! The flow of a saga and what is due in it, as its endpoint shows them.

use domain::Timestamp;
use domain::order_saga::{Due, OutlinedStage, Saga, deadlines};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names::{FlowStageName, PlaceName, StepName, TaskName, UndoCauseName, WayName};

/// A stage of the flow, in the order in which they follow.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StageView {
    pub stage: FlowStageName,
    pub way: WayName,
    /// Absent where the saga is not on that way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceName>,
    /// The requests that it may send.
    pub asks: Vec<StepName>,
    /// The tasks that it may open.
    pub opens: Vec<TaskName>,
    /// Why it may give the order up.
    pub gives_up: Vec<UndoCauseName>,
}

impl StageView {
    pub(super) fn of(stage: &OutlinedStage) -> Self {
        Self {
            stage: stage.stage.into(),
            way: stage.way.into(),
            place: stage.place.map(Into::into),
            asks: stage.asks.iter().copied().map(Into::into).collect(),
            opens: stage.opens.iter().copied().map(Into::into).collect(),
            gives_up: stage.gives_up.iter().copied().map(Into::into).collect(),
        }
    }
}

/// What happens at a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeadlineName {
    /// `step` is asked again.
    AskedAgain,
    /// The open task, `task`, is escalated.
    TaskEscalated,
    /// The reservation is renewed.
    Renewal,
    /// The locations are compared that could send the order.
    Route,
    /// Stock is looked for again.
    StockTry,
    /// The order is given up, since there was no stock.
    StockGivenUp,
    /// The order is given up, since the customer did not pay.
    PaymentTimedOut,
    /// `task` tells people of what takes too long.
    TaskOpened,
}

/// Something that is due although nothing happens.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadlineView {
    pub what: DeadlineName,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<StepName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskName>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl DeadlineView {
    pub(super) fn all(saga: &Saga) -> Vec<Self> {
        let mut all: Vec<Self> = deadlines(saga).map(|(due, at)| Self::of(due, at)).collect();
        all.sort_by_key(|deadline| deadline.at);
        all
    }

    fn of(due: Due, at: Timestamp) -> Self {
        let (what, step, task) = match due {
            Due::Answer(step) => (DeadlineName::AskedAgain, Some(step), None),
            Due::Task(task) => (DeadlineName::TaskEscalated, None, Some(task)),
            Due::Renewal => (DeadlineName::Renewal, None, None),
            Due::Route => (DeadlineName::Route, None, None),
            Due::StockTry => (DeadlineName::StockTry, None, None),
            Due::StockGivenUp => (DeadlineName::StockGivenUp, None, None),
            Due::Payment => (DeadlineName::PaymentTimedOut, None, None),
            Due::Late(task) => (DeadlineName::TaskOpened, None, Some(task)),
        };
        Self { what, step: step.map(Into::into), task: task.map(Into::into), at }
    }
}
