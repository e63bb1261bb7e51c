//! The states of an order. Each carries only the data that later decisions need.

use serde::{Deserialize, Serialize};

use crate::{Address, Currency, CustomerId, LineId, Money, MoneyError, OrderNumber, SubjectId, TenantId, Timestamp};

use super::OrderImported;
use super::ledger::minor;
use super::progress::Progress;
use super::quantities::LineQuantities;
use super::status::{FulfilmentStatus, PaymentStatus, PaymentSums, gone, worth};
use super::values::{CancelReason, Line, RejectionReason};

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
    /// The merchant has committed to the order.
    Confirmed(Confirmed),
    /// Terminal: all that was not cancelled has been delivered.
    Completed(Completed),
    /// Terminal: the merchant did not take the order.
    Rejected(Rejected),
    /// Terminal.
    Cancelled(Cancelled),
    /// Terminal: a draft that nobody changed or placed for too long.
    Expired(Expired),
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
    /// How far the order has come. A draft's is empty, unless somebody wrote a note or something has happened to it that should not.
    #[serde(default, skip_serializing_if = "Progress::is_empty")]
    pub progress: Progress,
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

/// An order that the merchant has committed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    pub placed: Placed,
    pub confirmed_at: Timestamp,
}

/// An order of which everything that was not cancelled has been delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    pub placed: Placed,
    pub confirmed_at: Timestamp,
    pub completed_at: Timestamp,
}

/// An order that the merchant did not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    pub placed: Placed,
    pub reason: RejectionReason,
    pub rejected_at: Timestamp,
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

/// A draft that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expired {
    pub draft: Draft,
    pub expired_at: Timestamp,
}

/// An order imported from another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub order: OrderImported,
    /// The subjects whose keys sealed personal data of the order and were destroyed.
    #[serde(default)]
    pub erased: Vec<SubjectId>,
    /// What has happened to the order although it is finished. It knows no lines.
    #[serde(default, skip_serializing_if = "Progress::is_empty")]
    pub progress: Progress,
}

impl OrderState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Draft(_) => "Draft",
            Self::Placed(_) => "Placed",
            Self::Confirmed(_) => "Confirmed",
            Self::Completed(_) => "Completed",
            Self::Rejected(_) => "Rejected",
            Self::Cancelled(_) => "Cancelled",
            Self::Expired(_) => "Expired",
            Self::Imported(_) => "Imported",
        }
    }

    /// What the order was put together as, or was placed with; `None` for one that is absent or imported.
    pub const fn draft(&self) -> Option<&Draft> {
        match self {
            Self::Absent | Self::Imported(_) => None,
            Self::Draft(draft) => Some(draft),
            Self::Placed(placed)
            | Self::Confirmed(Confirmed { placed, .. })
            | Self::Completed(Completed { placed, .. })
            | Self::Rejected(Rejected { placed, .. }) => Some(&placed.draft),
            Self::Cancelled(cancelled) => Some(&cancelled.draft),
            Self::Expired(expired) => Some(&expired.draft),
        }
    }

    const fn imported(&self) -> Option<&Imported> {
        match self {
            Self::Imported(imported) => Some(imported),
            Self::Absent
            | Self::Draft(_)
            | Self::Placed(_)
            | Self::Confirmed(_)
            | Self::Completed(_)
            | Self::Rejected(_)
            | Self::Cancelled(_)
            | Self::Expired(_) => None,
        }
    }

    /// Whether the order goes on: it was placed and has not ended.
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Placed(_) | Self::Confirmed(_) => true,
            Self::Absent
            | Self::Draft(_)
            | Self::Completed(_)
            | Self::Rejected(_)
            | Self::Cancelled(_)
            | Self::Expired(_)
            | Self::Imported(_) => false,
        }
    }

    /// The order's tenant. `None` while the order is absent.
    pub fn tenant(&self) -> Option<&TenantId> {
        let imported = self.imported().map(|imported| &imported.order.tenant);
        self.draft().map(|draft| &draft.tenant).or(imported)
    }

    /// The number that people know the order by, once it has one.
    pub const fn number(&self) -> Option<&OrderNumber> {
        match self {
            Self::Absent | Self::Draft(_) | Self::Expired(_) => None,
            Self::Placed(placed)
            | Self::Confirmed(Confirmed { placed, .. })
            | Self::Completed(Completed { placed, .. })
            | Self::Rejected(Rejected { placed, .. }) => Some(&placed.number),
            Self::Cancelled(cancelled) => cancelled.number.as_ref(),
            Self::Imported(imported) => Some(&imported.order.number),
        }
    }

    /// The subjects whose keys sealed personal data of the order and were destroyed.
    pub fn erased(&self) -> &[SubjectId] {
        let imported = self.imported().map(|imported| &*imported.erased);
        self.draft().map(|draft| &*draft.erased).or(imported).unwrap_or_default()
    }

    /// The order's customer, where known.
    pub fn customer(&self) -> Option<&CustomerId> {
        let imported = self.imported().and_then(|imported| imported.order.customer.as_ref());
        self.draft().and_then(|draft| draft.customer.as_ref()).or(imported)
    }

    /// The order's lines; none while it is absent.
    pub fn lines(&self) -> &[Line] {
        let imported = self.imported().map(|imported| &*imported.order.lines);
        self.draft().map(|draft| &*draft.lines).or(imported).unwrap_or_default()
    }

    /// How far the order has come; `None` while it is absent.
    pub fn progress(&self) -> Option<&Progress> {
        let imported = self.imported().map(|imported| &imported.progress);
        self.draft().map(|draft| &draft.progress).or(imported)
    }

    pub(super) const fn progress_mut(&mut self) -> Option<&mut Progress> {
        match self {
            Self::Absent => None,
            Self::Draft(draft) => Some(&mut draft.progress),
            Self::Placed(placed)
            | Self::Confirmed(Confirmed { placed, .. })
            | Self::Completed(Completed { placed, .. })
            | Self::Rejected(Rejected { placed, .. }) => Some(&mut placed.draft.progress),
            Self::Cancelled(cancelled) => Some(&mut cancelled.draft.progress),
            Self::Expired(expired) => Some(&mut expired.draft.progress),
            Self::Imported(imported) => Some(&mut imported.progress),
        }
    }

    /// The currency of all amounts of the order; `None` while it is absent.
    pub fn currency(&self) -> Option<Currency> {
        let imported = self.imported().map(|imported| imported.order.total.currency());
        self.draft().map(|draft| draft.currency).or(imported)
    }

    /// How far the order is paid. `None` before it is placed, for an imported one, and where nothing is to be paid.
    pub fn payment_status(&self) -> Option<PaymentStatus> {
        let draft = self.number().and(self.draft())?;
        PaymentStatus::of(draft.due(), &draft.payment_sums())
    }

    /// How far the order is sent. `None` before it is placed, for an imported one, and where nothing is to be sent.
    pub fn fulfilment_status(&self) -> Option<FulfilmentStatus> {
        FulfilmentStatus::of(self.progress()?.lines.values().copied())
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

    /// What the lines come to without what was cancelled of them, in minor units.
    pub fn due(&self) -> i64 {
        self.worth_in(&self.progress, |line| line.sum().get() - line.cancelled.get())
    }

    /// What the pieces that have left by then come to, in minor units.
    pub(super) fn worth_of_gone(&self, progress: &Progress) -> i64 {
        self.worth_in(progress, gone)
    }

    fn worth_in(&self, progress: &Progress, pieces: fn(&LineQuantities) -> u64) -> i64 {
        let of = |line: &Line| progress.lines.get(&line.id).map_or(0, pieces);
        let worth = |line: &Line| worth(line.unit_price, of(line), self.currency);
        self.lines.iter().map(worth).fold(0, i64::saturating_add)
    }

    fn payment_sums(&self) -> Vec<PaymentSums> {
        let sums = self.progress.payments.iter().map(|payment| PaymentSums {
            state: payment.state,
            authorized: payment.authorized_in(self.currency),
            captured: minor(payment.captured, self.currency),
            refunded: minor(payment.refunded, self.currency),
            charged_back: minor(payment.charged_back, self.currency),
        });
        sums.collect()
    }
}
