//! The states of an order. Each carries only the data that later decisions need.

use serde::{Deserialize, Serialize};

use crate::{Address, Currency, CustomerId, LineId, Money, MoneyError, OrderNumber, SubjectId, TenantId, Timestamp};

use super::{CancelReason, Line, OrderImported};

/// The order aggregate.
#[derive(Debug, Clone, Copy)]
pub struct Order;

/// The state of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderState {
    /// The order has no event yet.
    Absent,
    /// The order is being put together.
    Draft(Draft),
    /// The customer has placed the order.
    Placed(Placed),
    /// Terminal.
    Cancelled(Cancelled),
    /// The order was imported from another system. Only a corrected import changes it.
    Imported(Imported),
}

/// An order that is being put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub tenant: TenantId,
    pub customer: Option<CustomerId>,
    /// Of all amounts of the order.
    pub currency: Currency,
    /// Lines in the order of their addition.
    pub lines: Vec<Line>,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    pub drafted_at: Timestamp,
    /// The subjects whose keys sealed personal data of the order and were destroyed.
    #[serde(default)]
    pub erased: Vec<SubjectId>,
}

/// An order that the customer has placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The draft, frozen by placing it.
    pub draft: Draft,
    pub number: OrderNumber,
    /// The sum of the line totals.
    pub total: Money,
    pub placed_at: Timestamp,
}

/// An order that was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    pub draft: Draft,
    /// `None` where the order had not been placed.
    pub number: Option<OrderNumber>,
    pub reason: CancelReason,
    pub cancelled_at: Timestamp,
}

/// An order imported from another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub order: OrderImported,
    /// The subjects whose keys sealed personal data of the order and were destroyed.
    #[serde(default)]
    pub erased: Vec<SubjectId>,
}

impl OrderState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Draft(_) => "Draft",
            Self::Placed(_) => "Placed",
            Self::Cancelled(_) => "Cancelled",
            Self::Imported(_) => "Imported",
        }
    }

    /// The order's tenant. `None` while the order is absent.
    pub const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Absent => None,
            Self::Draft(draft) => Some(&draft.tenant),
            Self::Placed(placed) => Some(&placed.draft.tenant),
            Self::Cancelled(cancelled) => Some(&cancelled.draft.tenant),
            Self::Imported(imported) => Some(&imported.order.tenant),
        }
    }

    /// The number that people know the order by, once it has one.
    pub const fn number(&self) -> Option<&OrderNumber> {
        match self {
            Self::Absent | Self::Draft(_) => None,
            Self::Placed(placed) => Some(&placed.number),
            Self::Cancelled(cancelled) => cancelled.number.as_ref(),
            Self::Imported(imported) => Some(&imported.order.number),
        }
    }

    /// The subjects whose keys sealed personal data of the order and were destroyed.
    pub fn erased(&self) -> &[SubjectId] {
        match self {
            Self::Absent => &[],
            Self::Draft(draft) => &draft.erased,
            Self::Placed(placed) => &placed.draft.erased,
            Self::Cancelled(cancelled) => &cancelled.draft.erased,
            Self::Imported(imported) => &imported.erased,
        }
    }

    /// The order's customer, where known.
    pub const fn customer(&self) -> Option<&CustomerId> {
        match self {
            Self::Absent => None,
            Self::Draft(draft) => draft.customer.as_ref(),
            Self::Placed(placed) => placed.draft.customer.as_ref(),
            Self::Cancelled(cancelled) => cancelled.draft.customer.as_ref(),
            Self::Imported(imported) => imported.order.customer.as_ref(),
        }
    }
}

impl Draft {
    /// The line with an id.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// The sum of the line totals.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the sum does not fit.
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.lines.iter().try_fold(Money::zero(self.currency), |sum, line| sum.checked_add(line.total))
    }
}
