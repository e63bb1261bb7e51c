//! Where a saga stands in its flow, and what is due in it, as its published events tell.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use domain::Timestamp;
use domain::contract::ToPublic;
use domain::order_saga::contract::Asked;
use domain::order_saga::{Due, OutlinedStage, TaskKind, UndoCause};
use serde::Serialize;

use crate::output::object;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SagaStep {
    /// Stock, at one location.
    Reserve,
    /// A reservation, for longer.
    Renew,
    /// A reservation, back.
    Release,
    /// Shipped pieces, out of stock.
    ShipStock,
    /// The order's total, from the customer.
    Authorize,
    /// What was authorised, for good.
    Capture,
    /// An authorisation, to be given up.
    Void,
    /// What was captured, to be given back.
    Refund,
    /// A location, to pack and ship.
    Fulfil,
    /// That goods may be shipped.
    ReleaseFulfilment,
    /// A location, to stop.
    CancelFulfilment,
    /// A location, to ship nothing for now.
    HoldFulfilment,
    /// Something that this release does not know.
    Unknown,
}

impl SagaStep {
    /// The step as clients know it.
    pub const fn of(asked: Asked) -> Self {
        match asked {
            Asked::Reserve => Self::Reserve,
            Asked::Renew => Self::Renew,
            Asked::Release => Self::Release,
            Asked::ShipStock => Self::ShipStock,
            Asked::Authorize => Self::Authorize,
            Asked::Capture => Self::Capture,
            Asked::Void => Self::Void,
            Asked::Refund => Self::Refund,
            Asked::Fulfil => Self::Fulfil,
            Asked::ReleaseFulfilment => Self::ReleaseFulfilment,
            Asked::CancelFulfilment => Self::CancelFulfilment,
            Asked::HoldFulfilment => Self::HoldFulfilment,
            Asked::Unknown => Self::Unknown,
        }
    }
}

/// A stage of a saga's flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order_saga::StageName")]
pub enum SagaStageName {
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

/// Which way a stage is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order_saga::Way")]
pub enum SagaWay {
    /// Looked at before every stage of the way to the delivery.
    Always,
    /// The way to the delivery.
    Fulfil,
    /// The way back.
    Undo,
}

/// Where a saga stands, seen from a stage of its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order_saga::Place")]
pub enum SagaPlace {
    /// The saga has it behind itself.
    Done,
    /// The saga is here.
    Here,
    /// The saga comes to it.
    Ahead,
}

/// A stage.
pub struct SagaStage(pub OutlinedStage);

object! {
    /// A stage of a saga's flow, with the saga's place in it.
    SagaStage for SagaStage as it {
        /// The stage.
        stage: SagaStageName => it.0.stage.into(),
        /// Which way it is on.
        way: SagaWay => it.0.way.into(),
        /// Where the saga is, seen from it; null where the saga is not on that way.
        place: Option<SagaPlace> => it.0.place.map(Into::into),
        /// The requests that it may send.
        asks: Vec<SagaStep> => it.0.asks.iter().map(|asked| SagaStep::of(asked.to_public())).collect(),
        /// The tasks that it may open, such as `REVIEW`.
        opens: Vec<String> => it.0.opens.iter().map(|task: &TaskKind| symbol(task)).collect(),
        /// Why it may give the order up, such as `OUT_OF_STOCK`.
        givesUp: Vec<String> => it.0.gives_up.iter().map(|cause: &UndoCause| symbol(cause)).collect(),
    }
}

/// What happens at a deadline of a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SagaDeadlineKind {
    /// `step` is asked again.
    AskedAgain,
    /// The open task, `task`, is escalated.
    TaskEscalated,
    /// Stock is looked for again.
    StockTry,
    /// The order is given up, since there was no stock.
    StockGivenUp,
}

/// A deadline.
pub struct SagaDeadline {
    kind: SagaDeadlineKind,
    step: Option<SagaStep>,
    task: Option<String>,
    at: DateTime<Utc>,
}

impl SagaDeadline {
    /// The deadline of what is due; `None` for one that follows from the policy.
    pub fn of(due: Due, at: Timestamp) -> Option<Self> {
        let (kind, step, task) = match due {
            Due::Answer(asked) => (SagaDeadlineKind::AskedAgain, Some(SagaStep::of(asked.to_public())), None),
            Due::Task(task) => (SagaDeadlineKind::TaskEscalated, None, Some(symbol(&task))),
            Due::StockTry => (SagaDeadlineKind::StockTry, None, None),
            Due::StockGivenUp => (SagaDeadlineKind::StockGivenUp, None, None),
            Due::Renewal | Due::Route | Due::Payment | Due::Late(_) => return None,
        };
        Some(Self { kind, step, task, at: at.to_datetime() })
    }
}

object! {
    /// Something of a saga that is due although nothing happens.
    SagaDeadline for SagaDeadline as deadline {
        /// What happens then.
        what: SagaDeadlineKind => deadline.kind,
        /// What is asked again; null for all else.
        step: Option<SagaStep> => deadline.step,
        /// The task that is escalated, such as `REVIEW`; null for all else.
        task: Option<&str> => deadline.task.as_deref(),
        /// When.
        at: DateTime<Utc> => deadline.at,
    }
}

/// A symbol of the domain as its text.
fn symbol(symbol: &impl Serialize) -> String {
    let text = serde_json::to_value(symbol).expect("a symbol is plain data");
    text.as_str().expect("a symbol is a text").to_owned()
}
