//! What only a person can decide.

use serde::{Deserialize, Serialize};

use crate::{Operator, Timestamp};

/// A task of an order. An order has one at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub kind: TaskKind,
    pub opened_at: Timestamp,
    /// When it is escalated; `None` where it was escalated as often as it is.
    pub deadline: Option<Timestamp>,
    pub escalations: u32,
    /// Who has taken it.
    pub assignee: Option<Operator>,
}

/// Why a person is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskKind {
    /// The order looks like fraud.
    Review,
    /// A request was asked again and again without an answer.
    NoAnswer,
    /// The same of a request that undoes something: goods or money are held that should not be.
    CompensationFailed,
    /// No location takes the order, or its reservations expire again and again before they can be renewed.
    NotFulfillable,
    /// The location does not say whether it takes the order.
    NotAccepted,
    /// The location takes too long to pack.
    NotPacked,
    /// The packed goods are not shipped.
    NotShipped,
    /// The goods are not delivered.
    NotDelivered,
    /// The goods were lost on the way.
    Lost,
    /// The goods were shipped although the order is to be undone.
    ShippedMeanwhile,
    /// What was shipped could not be taken out of stock.
    StockNotShipped,
    /// The customer's bank takes money back.
    Disputed,
}

impl TaskKind {
    /// Whether the saga waits for the decision. Otherwise it goes on, and the task says that something takes too long.
    pub const fn blocks(self) -> bool {
        match self {
            Self::Review | Self::NotFulfillable | Self::Lost | Self::ShippedMeanwhile => true,
            Self::NoAnswer
            | Self::CompensationFailed
            | Self::NotAccepted
            | Self::NotPacked
            | Self::NotShipped
            | Self::NotDelivered
            | Self::StockNotShipped
            | Self::Disputed => false,
        }
    }
}

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskDecision {
    /// The order is good. Of a review only.
    Approve,
    /// Go on waiting or trying; all deadlines begin anew.
    Continue,
    /// Undo the order.
    Undo,
    /// Send what was lost again, from whatever location has it. Of lost goods only.
    SendAgain,
}
