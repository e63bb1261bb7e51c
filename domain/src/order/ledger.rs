//! What is known of an order's payments.

use serde::{Deserialize, Serialize};

use crate::{Money, PaymentId, Reason, Timestamp};

/// What is known of one payment of an order. Amounts are sums of everything so far; `None` is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLedger {
    pub payment: PaymentId,
    pub state: PaymentState,
    pub authorized: Option<Money>,
    /// When the provider lets go of what it has authorised, where known.
    pub expires_at: Option<Timestamp>,
    pub captured: Option<Money>,
    /// What was authorised and let go of again.
    pub voided: Option<Money>,
    pub refunded: Option<Money>,
    pub charged_back: Option<Money>,
    /// The provider's code for the last failure.
    pub failure: Option<Reason>,
}

/// What a payment waits for. What was captured and paid back is in its amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentState {
    /// It was not authorised yet.
    #[default]
    Pending,
    /// The customer has to do something.
    RequiresAction,
    /// The provider set money aside.
    Authorized,
    /// The last attempt failed.
    Failed,
    /// The provider let go of what it had set aside.
    Voided,
}

impl PaymentLedger {
    pub(super) const fn new(payment: PaymentId) -> Self {
        Self {
            payment,
            state: PaymentState::Pending,
            authorized: None,
            expires_at: None,
            captured: None,
            voided: None,
            refunded: None,
            charged_back: None,
            failure: None,
        }
    }

    /// What the provider still sets aside, or has captured of it, in minor units of a currency.
    pub(super) fn authorized_in(&self, currency: crate::Currency) -> i64 {
        minor(self.authorized, currency).saturating_sub(minor(self.voided, currency))
    }
}

/// An amount in minor units of a currency; nothing where it is of another one.
pub(super) fn minor(amount: Option<Money>, currency: crate::Currency) -> i64 {
    amount.filter(|amount| amount.currency() == currency).map_or(0, Money::minor)
}

/// By how much a sum is more than what was known before. `None` where it is not: then it is a repeat. A sum in another currency than
/// before takes the place of what was known.
pub(super) fn increase(known: Option<Money>, sum: Money) -> Option<Money> {
    let before = minor(known, sum.currency()).max(0);
    (sum.minor() > before).then(|| Money::new(sum.minor() - before, sum.currency()))
}

/// An amount and another one of its currency together.
pub(super) fn together(known: Option<Money>, more: Money) -> Money {
    Money::new(minor(known, more.currency()).saturating_add(more.minor()), more.currency())
}
