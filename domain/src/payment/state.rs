//! The state of a payment: what later decisions need.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Currency, CustomerId, Money, OrderId, ProviderReference, RequestId, TenantId, Timestamp};

use super::effect::{Effect, EffectKind};

/// The payment aggregate. Whoever asks chooses the id of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Payment;

/// The state of a payment's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentState {
    /// The payment has no event yet.
    Absent,
    /// Requests were refused because no payment had been asked for. One can still be.
    Unrequested(Inbox),
    /// Terminal: it was voided before it was asked for.
    VoidedBefore(Inbox),
    /// It was asked for.
    Requested(Box<PaymentDetails>),
}

/// Whose payment it is, and what it has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    pub tenant: TenantId,
    pub order: OrderId,
    /// The requests that were answered. They stay for good, since a repetition may come at any time.
    pub answered: BTreeSet<RequestId>,
}

/// A payment that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDetails {
    pub inbox: Inbox,
    /// The request that asked for it.
    pub request: RequestId,
    pub customer: Option<CustomerId>,
    /// What is to be authorised.
    pub amount: Money,
    /// The provider's id, as soon as it is known.
    pub reference: Option<ProviderReference>,
    pub stage: Stage,
    pub ledger: Ledger,
    /// How many attempts to authorise have failed.
    pub declines: u32,
    /// The failed attempts that the provider has told apart, at most [`DECLINES_MAX`](super::DECLINES_MAX).
    pub failed_attempts: BTreeSet<ProviderReference>,
    /// What is being told to the provider, refunds apart.
    pub effect: Option<Effect>,
    /// The refund that is being told to the provider.
    pub refund: Option<Effect>,
    /// The number of the last effect.
    pub last_effect: u32,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Not authorised yet, or declined and open for another method.
    Pending,
    /// The customer has to authenticate.
    RequiresAction {
        until: Timestamp,
    },
    Authorized {
        expires_at: Option<Timestamp>,
    },
    /// A part of what was authorised is captured.
    PartiallyCaptured,
    /// All of it is captured.
    Captured,
    /// Not authorised any more, and never again.
    Voided {
        /// Whether the provider said so. Else there was nothing to tell it.
        confirmed: bool,
    },
    /// The provider refuses it whatever the method.
    Failed,
    /// Not captured in time.
    Expired,
}

/// The money of a payment, each number in all, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    pub authorized: i64,
    /// What can still be captured.
    pub capturable: i64,
    pub captured: i64,
    pub refunded: i64,
    pub disputed: i64,
}

impl Ledger {
    /// What is left of the captured money.
    pub const fn kept(self) -> i64 {
        self.captured.saturating_sub(self.refunded).saturating_sub(self.disputed)
    }
}

impl PaymentDetails {
    /// What is being told to the provider.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.effect.iter().chain(&self.refund)
    }

    /// The effect of a number, while its result is unknown.
    pub fn effect(&self, number: u32) -> Option<&Effect> {
        self.effects().find(|effect| effect.number == number)
    }

    /// The currency of all its amounts.
    pub const fn currency(&self) -> Currency {
        self.amount.currency()
    }

    /// An amount in its currency.
    pub const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency())
    }

    /// Whether the provider is being told to cancel it.
    pub(super) fn is_voiding(&self) -> bool {
        self.effect.as_ref().is_some_and(|effect| effect.kind == EffectKind::Void)
    }

    /// Whether something that moves money, or a void, is being told to the provider.
    pub(super) fn is_capturing_or_voiding(&self) -> bool {
        let kind = self.effect.as_ref().map(|effect| &effect.kind);
        matches!(kind, Some(EffectKind::Capture { .. } | EffectKind::Void))
    }
}

impl PaymentState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Unrequested(_) => "Unrequested",
            Self::VoidedBefore(_) => "VoidedBefore",
            Self::Requested(payment) => payment.stage.name(),
        }
    }

    /// Whose payment it is, and what it has answered. `None` while it is absent.
    pub const fn inbox(&self) -> Option<&Inbox> {
        match self {
            Self::Absent => None,
            Self::Unrequested(inbox) | Self::VoidedBefore(inbox) => Some(inbox),
            Self::Requested(payment) => Some(&payment.inbox),
        }
    }

    /// The payment's tenant. `None` while it is absent.
    pub fn tenant(&self) -> Option<&TenantId> {
        self.inbox().map(|inbox| &inbox.tenant)
    }

    /// The payment, once it was asked for.
    pub const fn payment(&self) -> Option<&PaymentDetails> {
        match self {
            Self::Requested(payment) => Some(payment),
            Self::Absent | Self::Unrequested(_) | Self::VoidedBefore(_) => None,
        }
    }
}

impl Stage {
    /// The stage's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::RequiresAction { .. } => "RequiresAction",
            Self::Authorized { .. } => "Authorized",
            Self::PartiallyCaptured => "PartiallyCaptured",
            Self::Captured => "Captured",
            Self::Voided { .. } => "Voided",
            Self::Failed => "Failed",
            Self::Expired => "Expired",
        }
    }
}
