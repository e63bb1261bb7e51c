//! States and kinds of orders.

use async_graphql::Enum;
use read_models::{ViewKind, ViewState};

/// The state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderState {
    /// The order is being put together and can still change.
    Draft,
    /// The customer has committed to the order.
    Placed,
    /// The merchant has committed to the order.
    Confirmed,
    /// The merchant did not take the order.
    Rejected,
    /// The order was cancelled.
    Cancelled,
    /// The order is a draft that nobody changed or placed for too long.
    Expired,
    /// The order is finished. An imported order is completed from the start.
    Completed,
}

/// Whether an order is a sale or a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderKind {
    /// Goods are sold for money.
    Sale,
    /// Money is paid back, so the sums are negative.
    Credit,
}

impl OrderState {
    /// The state of a row; `None` for one that no query shows.
    pub fn of(state: ViewState) -> Option<Self> {
        match state {
            ViewState::Draft => Some(Self::Draft),
            ViewState::Placed => Some(Self::Placed),
            ViewState::Confirmed => Some(Self::Confirmed),
            ViewState::Rejected => Some(Self::Rejected),
            ViewState::Cancelled => Some(Self::Cancelled),
            ViewState::Expired => Some(Self::Expired),
            ViewState::Completed => Some(Self::Completed),
            ViewState::Foreign => None,
        }
    }

    /// The value of the read models.
    pub const fn view(self) -> ViewState {
        match self {
            Self::Draft => ViewState::Draft,
            Self::Placed => ViewState::Placed,
            Self::Confirmed => ViewState::Confirmed,
            Self::Rejected => ViewState::Rejected,
            Self::Cancelled => ViewState::Cancelled,
            Self::Expired => ViewState::Expired,
            Self::Completed => ViewState::Completed,
        }
    }
}

impl OrderKind {
    /// The kind of a row.
    pub const fn of(kind: ViewKind) -> Self {
        match kind {
            ViewKind::Sale => Self::Sale,
            ViewKind::Credit => Self::Credit,
        }
    }

    /// The value of the read models.
    pub const fn view(self) -> ViewKind {
        match self {
            Self::Sale => ViewKind::Sale,
            Self::Credit => ViewKind::Credit,
        }
    }
}
