//! Where an order stands. Each state carries what later decisions need, and nothing else.

use serde::{Deserialize, Serialize};

use crate::{Address, Currency, CustomerId, LineId, Money, MoneyError, OrderNumber, SubjectId, TenantId, Timestamp};

use super::{CancelReason, Line, OrderImported};

/// The order aggregate.
#[derive(Debug, Clone, Copy)]
pub struct Order;

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderState {
    /// Nothing has happened.
    Absent,
    /// Being put together.
    Draft(Draft),
    /// Committed to by the customer.
    Placed(Placed),
    /// Called off. Terminal.
    Cancelled(Cancelled),
    /// Taken in from another system as history. Only a corrected import changes it.
    Imported(Imported),
}

/// An order being put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Whose shop.
    pub tenant: TenantId,
    /// For whom, where known.
    pub customer: Option<CustomerId>,
    /// The one currency of the order.
    pub currency: Currency,
    /// Lines in the order of their addition.
    pub lines: Vec<Line>,
    /// Where to, once set.
    pub shipping_address: Option<Address>,
    /// Whom to bill, once set.
    pub billing_address: Option<Address>,
    /// When it was begun.
    pub drafted_at: Timestamp,
    /// Whose keys were destroyed, of those that sealed personal data of it.
    #[serde(default)]
    pub erased: Vec<SubjectId>,
}

/// An order that the customer has committed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// What was put together, frozen.
    pub draft: Draft,
    /// The number people know it by.
    pub number: OrderNumber,
    /// The sum of the line totals.
    pub total: Money,
    /// When it was placed.
    pub placed_at: Timestamp,
}

/// An order that was called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// What had been put together.
    pub draft: Draft,
    /// Its number, if it had been placed.
    pub number: Option<OrderNumber>,
    /// On what ground.
    pub reason: CancelReason,
    /// When.
    pub cancelled_at: Timestamp,
}

/// An order taken in as history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// All that was taken in.
    pub order: OrderImported,
    /// Whose keys were destroyed, of those that sealed personal data of it.
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

    /// Whose shop; `None` while absent.
    pub const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Absent => None,
            Self::Draft(draft) => Some(&draft.tenant),
            Self::Placed(placed) => Some(&placed.draft.tenant),
            Self::Cancelled(cancelled) => Some(&cancelled.draft.tenant),
            Self::Imported(imported) => Some(&imported.order.tenant),
        }
    }

    /// Whose keys were destroyed, of those that sealed personal data of it.
    pub fn erased(&self) -> &[SubjectId] {
        match self {
            Self::Absent => &[],
            Self::Draft(draft) => &draft.erased,
            Self::Placed(placed) => &placed.draft.erased,
            Self::Cancelled(cancelled) => &cancelled.draft.erased,
            Self::Imported(imported) => &imported.erased,
        }
    }

    /// For whom, where known.
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
    /// A line by its id.
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
