//! A flow as people see it: its stages as they follow, and where a saga stands in them. It is read off the stages that drive sagas.

use serde::Serialize;

use crate::Timestamp;

use super::super::asked::Asked;
use super::super::event::UndoCause;
use super::super::rejection::OrderSagaRejection;
use super::super::state::{Goal, Saga};
use super::super::task::TaskKind;
use super::overdue::Asking;
use super::stage::{Defined, Stage, StageName};
use super::{undo, v1};

/// Which way a stage is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Way {
    /// Looked at before every stage of the way to the delivery.
    Always,
    /// The way to the delivery.
    Fulfil,
    /// The way back.
    Undo,
}

/// Where a saga stands, seen from a stage of its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Place {
    /// The saga has it behind itself.
    Done,
    /// The saga is here.
    Here,
    /// The saga comes to it.
    Ahead,
}

/// A stage of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutlinedStage {
    pub stage: StageName,
    pub way: Way,
    /// `None` where the saga is not on that way, or where no saga is looked at.
    pub place: Option<Place>,
    /// The requests that it may send.
    pub asks: &'static [Asked],
    /// The tasks that it may open.
    pub opens: &'static [TaskKind],
    /// Why it may give the order up.
    pub gives_up: &'static [UndoCause],
}

fn outlined(stages: &'static [Defined], way: Way, places: &[Place]) -> Vec<OutlinedStage> {
    let places = places.iter().copied().map(Some).chain(std::iter::repeat(None));
    let stage = |(stage, place): (&'static Defined, Option<Place>)| OutlinedStage {
        stage: stage.name,
        way,
        place,
        asks: stage.asks,
        opens: stage.opens,
        gives_up: stage.gives_up,
    };
    stages.iter().zip(places).map(stage).collect()
}

fn all(forward: &[Place], back: &[Place]) -> Vec<OutlinedStage> {
    [
        outlined(&v1::ALWAYS, Way::Always, &[]),
        outlined(&v1::FORWARD, Way::Fulfil, forward),
        outlined(&undo::STAGES, Way::Undo, back),
    ]
    .concat()
}

/// The stages of a version of the flow, in the order in which they follow.
///
/// # Errors
/// [`OrderSagaRejection::UnknownFlow`].
pub fn outline(flow: u32) -> Result<Vec<OutlinedStage>, OrderSagaRejection> {
    match flow {
        1 => Ok(all(&[], &[])),
        flow => Err(OrderSagaRejection::UnknownFlow { flow }),
    }
}

/// The stages of a saga's flow with its place in them.
///
/// # Errors
/// [`OrderSagaRejection::UnknownFlow`].
pub fn outline_of(saga: &Saga, at: Timestamp) -> Result<Vec<OutlinedStage>, OrderSagaRejection> {
    match (saga.flow, saga.goal) {
        (1, Goal::Fulfil) => Ok(all(&places(&v1::FORWARD, saga, at), &[])),
        (1, Goal::Undo(_)) => Ok(all(&[], &places(&undo::STAGES, saga, at))),
        (flow, _) => Err(OrderSagaRejection::UnknownFlow { flow }),
    }
}

fn places(stages: &[Defined], saga: &Saga, at: Timestamp) -> Vec<Place> {
    let asking = Asking { saga, at, candidates: None };
    let stops = |stage: &Defined| match saga.task.as_ref().filter(|task| task.kind.blocks()) {
        Some(task) => stage.opens.contains(&task.kind),
        None => !matches!((stage.run)(&asking), Stage::Done),
    };
    let is_over = saga.outcome.is_some();
    let here = stages.iter().position(|stage| !is_over && stops(stage)).unwrap_or(stages.len());
    let place = |number: usize| match number.cmp(&here) {
        std::cmp::Ordering::Less => Place::Done,
        std::cmp::Ordering::Equal => Place::Here,
        std::cmp::Ordering::Greater => Place::Ahead,
    };
    (0..stages.len()).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order_saga::decisions::fixtures::*;
    use crate::order_saga::{AnswerKind as A, OrderSaga, OrderSagaEvent};

    fn here(history: &[OrderSagaEvent]) -> Vec<StageName> {
        let state = crate::fold::<OrderSaga>(history).unwrap();
        let outline = outline_of(state.saga().unwrap(), AT).unwrap();
        outline.iter().filter(|stage| stage.place == Some(Place::Here)).map(|stage| stage.stage).collect()
    }

    #[test]
    fn a_saga_is_in_one_stage_of_its_way() {
        assert_eq!(here(&asked_for_stock()), [StageName::Stock]);
        assert_eq!(here(&in_review()), [StageName::Screening]);
        assert_eq!(here(&authorizing()), [StageName::Authorization]);
        assert_eq!(here(&capturing()), [StageName::Ready]);
        let paid = [capturing(), vec![payment_answer(2, A::PaymentCaptured, Some(TOTAL)), fulfilment_requested(1)]];
        assert_eq!(here(&paid.concat()), [StageName::Fulfilment]);
        let undone = [asked_for_stock(), vec![undo_started(), release_requested(1)]].concat();
        assert_eq!(here(&undone), [StageName::GiveStockBack]);
        let ended = [undone, vec![stock_answer(1, 1, A::StockReleased), ended_undone()]].concat();
        assert_eq!(here(&ended), []);
    }

    #[test]
    fn a_flow_is_outlined_without_a_saga_and_an_unknown_one_is_not() {
        assert!(outline(1).unwrap().iter().all(|stage| stage.place.is_none()));
        assert_eq!(outline(9), Err(OrderSagaRejection::UnknownFlow { flow: 9 }));
    }
}
